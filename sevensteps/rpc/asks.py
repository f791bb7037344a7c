"""What a service says of an ask, read from the wire."""

from datetime import date

from sevensteps.api.asks.v1 import asks_pb2 as pb
from sevensteps.asks import AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.fields import short_name
from sevensteps.steps import DueKind


def confirmed_of(answer: pb.GetAskResponse) -> Confirmed:
    """The answer of GetAsk. Raises ValueError for a date that is none: it must fail here and not in a journey."""
    state = AskState(short_name(pb.AskState, answer.state))
    if not answer.due_on:
        return Confirmed(state, answer.sentence)
    kind = DueKind.HARD if answer.by_law else DueKind.SOFT
    due = Due(answer.due_on, kind, answer.law_due)
    for day in (due.on, due.law_on or due.on):
        date.fromisoformat(day)
    return Confirmed(state, answer.sentence, due)
