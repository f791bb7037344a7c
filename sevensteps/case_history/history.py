"""The history of a case: its events, the decisions behind them, and what was refused on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.events import OPENS, PAYLOADS, Payload
from sevensteps.fields import short_name
from sevensteps.policy.model.verdict import Verdict
from sevensteps.steps import Stage


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that somebody tried and was refused. `after` is the position of the event before it."""

    after: int
    who: str
    action: str
    reason: str
    detail: str


@dataclass(slots=True)
class CaseHistory:
    """What happened in one case.

    `decisions`, and the `reasons` that people gave, are by the position of the event that reports them.
    """

    title: str
    case_id: str
    events: Sequence[Event]
    decisions: dict[int, Decision] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    reasons: Mapping[int, Sequence[str]] = field(default_factory=dict)


def stages_entered(events: Sequence[Event]) -> tuple[Stage, ...]:
    """The steps that a case has entered, in order."""
    return tuple(OPENS[event.type] for event in events if event.type in OPENS)


def last_event(events: Sequence[Event], kind: type[Payload]) -> Event | None:
    """The last event of a kind."""
    return next((event for event in reversed(events) if event.type == kind.TYPE), None)


def payload_of(event: Event) -> Payload | None:
    """The payload of an event; None where the event is newer than this program."""
    kind = PAYLOADS.get(event.type)
    return kind.of(event.payload) if kind else None


def verdict_of(verdict: decision_pb2.Verdict.ValueType) -> Verdict | None:
    """A verdict from the wire; None where there is none."""
    return Verdict(short_name(decision_pb2.Verdict, verdict)) if verdict else None
