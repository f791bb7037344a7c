"""An event told in words, as every page and answer about a case has it."""

from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.sentences import event_in_words, in_one_line
from sevensteps.case_history.waiting import waiting_in_words
from sevensteps.case_history.words import Words
from sevensteps.events import OPENS
from sevensteps.fields import number_of

LONGEST_EVENT = 1_000
"""How many letters of what an event says are told: people may write long reasons, and an answer has its limit."""


def told_event(event: feed_pb2.Event, words: Words) -> pb.CaseEvent:
    """What happened, on which day, who did it, and what the case waited for then."""
    told = in_one_line(event_in_words(event, words), most=LONGEST_EVENT)
    return pb.CaseEvent(
        position=event.position,
        type=event.type,
        told=told[:1].upper() + told[1:],
        occurred_at=event.occurred_at,
        actor=event.actor,
        step=number_of(pb.Step, OPENS[event.type]) if event.type in OPENS else pb.STEP_UNSPECIFIED,
        waiting=waiting_in_words(event),
    )
