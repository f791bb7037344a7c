"""An event that a journey could not go on with is not brought to it."""

import json
from dataclasses import fields

import pytest

from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.events import (
    PAYLOADS,
    WORDS,
    CaseEnded,
    CaseOpened,
    LifeOpened,
    Payload,
    PlanSubmitted,
    ReviewCompleted,
)
from workflows.delivery.feed import UnreadableEventError, fact_of

GOOD = (
    CaseEnded("died", "2026-06-30"),
    CaseEnded("moved"),
    PlanSubmitted(1, "80.00", ""),
    ReviewCompleted(1, "continue"),
    LifeOpened(1, 1, "2027-06-01", "hard", "R4", "2027-06-01"),
)
NESTED = '{"ending":' + "[" * 100_000


def event(type_: str, payload: str, *, seconds: int = 1_780_000_000) -> feed_pb2.Event:
    made = feed_pb2.Event(position=7, event_id="e7", type=type_, case_id="case-a", payload=payload)
    made.occurred_at.seconds = seconds
    return made


@pytest.mark.parametrize("payload", GOOD, ids=lambda payload: str(payload.TYPE))
def test_what_a_service_says_is_a_fact(payload: Payload) -> None:
    """A date may be empty where there is none. Nobody's own words are among it."""
    fact = fact_of(event(payload.TYPE, payload.as_json()), "feed-1")
    assert (fact.position, fact.event_id, fact.feed) == (7, "e7", "feed-1")
    assert json.loads(fact.payload).items() == {
        (name, value) for name, value in json.loads(payload.as_json()).items() if name not in WORDS
    }


def test_a_journey_does_not_hear_peoples_own_words() -> None:
    """A reason is in the feed, and not in Temporal, which would keep it; all else that the event says is heard."""
    said = CaseOpened("adult", "2026-07-01", another_because="Ada asked for it.", linked_case_id="case-b")
    fact = fact_of(event(said.TYPE, said.as_json()), "feed-1")
    assert "Ada" not in fact.payload
    assert CaseOpened.of(fact.payload) == CaseOpened("adult", "2026-07-01", linked_case_id="case-b")


def test_journeys_hear_no_field_that_is_a_reason() -> None:
    """A field with a name such as `because` is one of WORDS, so that nobody forgets to keep it from Temporal."""
    names = {field.name for payload in PAYLOADS.values() for field in fields(payload)}
    assert {name for name in names if "because" in name} <= WORDS <= names


@pytest.mark.parametrize(
    ("type_", "payload"),
    [
        ("case.ended.v1", '{"ending": NaN}'),
        ("case.ended.v1", '{"ending": "gone away"}'),
        ("case.ended.v1", '{"ending": "died", "ended_on": "last week"}'),
        ("case.ended.v1", '{"ending": ["died"]}'),
        ("case.ended.v1", NESTED),
        ("case.ended.v1", "[]"),
        ("review.completed.v1", '{"round": 1, "outcome": "perhaps"}'),
        ("plan.opened.v1", '{"version": 1, "due_on": 5}'),
        ("nothing.happened.v1", "{}"),
    ],
)
def test_what_no_journey_could_go_on_with_is_unreadable(type_: str, payload: str) -> None:
    """NaN, a word that is none of the choices, a day that is none, another shape, too deep a nest, an unknown type."""
    with pytest.raises(UnreadableEventError, match="event 7"):
        fact_of(event(type_, payload), "feed-1")


@pytest.mark.parametrize("seconds", [-(2**62), 2**62, 10**12])
def test_a_time_that_is_none_is_unreadable(seconds: int) -> None:
    """Years before 1 and after 9999."""
    with pytest.raises(UnreadableEventError):
        fact_of(event("hold.released.v1", json.dumps({}), seconds=seconds), "feed-1")
