"""Temporal has ids, enums, dates and amounts: what people wrote in an event stays in the feed."""

import json
from dataclasses import fields

import pytest

from servers.feed import event
from sevensteps.events import (
    PAYLOADS,
    CaseAssigned,
    CaseEnded,
    CaseEscalated,
    CaseResumed,
    HoldPlaced,
    HoldReleased,
    Payload,
    ReviewRequested,
)
from workflows.delivery.feed import fact_of

WORDS = "Mr Example is in the Royal Infirmary."
SAID: tuple[Payload, ...] = (
    HoldPlaced("hospital", WORDS),
    HoldReleased(WORDS),
    CaseResumed(WORDS),
    CaseAssigned("north", WORDS),
    CaseEscalated("team_manager", WORDS),
    CaseEnded("died", "2026-06-30", WORDS),
)


def test_every_kind_of_act_is_in_these_tests() -> None:
    """A new event with people's words must be kept from Temporal, too."""
    said = {kind for kind in PAYLOADS.values() if "because" in {field.name for field in fields(kind)}}
    assert {type(payload) for payload in SAID} == said


@pytest.mark.parametrize("payload", SAID, ids=lambda payload: str(payload.TYPE))
def test_a_journey_hears_what_was_done_and_not_the_words(payload: Payload) -> None:
    """The fact has everything but the words, also what a newer service has added."""
    newer = json.loads(payload.as_json()) | {"added_later": "x"}
    fact = fact_of(event(payload.TYPE, "case-1", payload=json.dumps(newer)), "feed")
    heard = json.loads(fact.payload)
    assert heard == {name: value for name, value in newer.items() if name != "because"}
    assert PAYLOADS[fact.type].of(fact.payload) == type(payload).of(json.dumps(heard))


@pytest.mark.parametrize("payload", [HoldPlaced("away"), CaseEnded("moved"), ReviewRequested(1)], ids=repr)
def test_what_has_no_words_is_heard_as_it_is(payload: Payload) -> None:
    """Events of earlier versions among them."""
    said = {name: value for name, value in json.loads(payload.as_json()).items() if name != "because"}
    assert fact_of(event(payload.TYPE, "case-1", payload=json.dumps(said)), "feed").payload == json.dumps(said)
