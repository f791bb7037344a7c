"""What a case waits for after an event, and until when, in plain words."""

from collections.abc import Mapping

from sevensteps import events
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.history import payload_of
from sevensteps.events import Payload
from sevensteps.policy.model.values_in_words import value_in_words
from sevensteps.steps import DueKind
from sevensteps.temporal import OPEN_STEP_WAITS, PHRASES, WaitingFor

WAITS: Mapping[type[Payload], WaitingFor] = {
    **{events.PAYLOADS[type_]: OPEN_STEP_WAITS[stage] for type_, stage in events.OPENS.items()},
    events.HoldPlaced: WaitingFor.RELEASE,
}
"""What a case waits for after an event."""


def waiting_after(event: Event) -> WaitingFor | None:
    """What the case waits for after an event; None where the event does not change that."""
    payload = payload_of(event)
    if isinstance(payload, events.DeterminationConfirmed):
        return WaitingFor.INDICATIVE_BUDGET if payload.eligible else WaitingFor.ADVICE
    return WAITS.get(type(payload)) if payload else None


def waiting_in_words(event: Event) -> str:
    """What the case waits for after an event, and until when; empty where the event does not change that."""
    waiting_for = waiting_after(event)
    if waiting_for is None:
        return ""
    due_date = due_date_of(payload_of(event))
    return f"waits for {PHRASES[waiting_for]}" + (f", until {due_date}" if due_date else "")


def due_date_of(payload: Payload | None) -> str:
    """The due date that an event sets, in words; empty where it sets none."""
    due_on, kind = due_of(payload)
    return date_in_words(due_on, kind) if due_on else ""


def due_of(payload: Payload | None) -> tuple[str, DueKind]:
    """The due date that an event sets (YYYY-MM-DD), empty where it sets none, and who sets it."""
    if isinstance(payload, events.LifeOpened):
        return payload.review_due, DueKind(payload.due_kind)
    if isinstance(payload, events.ReviewOpened) and "" < payload.law_due < payload.due_on:
        return payload.law_due, DueKind.HARD
    return getattr(payload, "due_on", ""), DueKind.SOFT


def date_in_words(due_on: str, kind: DueKind | None) -> str:
    """A due date (YYYY-MM-DD) written out, marked where the law sets it."""
    return value_in_words(due_on) + (" (law)" if kind is DueKind.HARD else "")
