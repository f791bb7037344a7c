"""Events are a contract with every reader of the feed."""

import json
import re
from dataclasses import fields
from datetime import date
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.events import (
    HEARD,
    OPENS,
    PAYLOADS,
    WORDS,
    CaseAssigned,
    CaseEnded,
    CaseEscalated,
    CaseOpened,
    CaseResumed,
    DeterminationConfirmed,
    HoldPlaced,
    HoldReleased,
    Payload,
)
from sevensteps.fields import WireEnum, short_name
from sevensteps.steps import STEP_NAMES, Ending, HoldReason, ReviewOutcome, Stage

every_payload = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)

VALUES = {
    bool: st.booleans(),
    int: st.integers(-(2**31), 2**31),
    str: st.one_of(st.text(), st.dates(date(2015, 4, 1)).map(date.isoformat)),
    list[str]: st.lists(st.text()),
}
"""The types a payload may hold: JSON, Temporal and an integrator's table pass them on unchanged."""


def hints_of(payload: type[Payload]) -> dict[str, type]:
    """The types of a payload's fields."""
    hints = get_type_hints(payload)
    return {field.name: hints[field.name] for field in fields(payload)}


@every_payload
def test_a_type_is_a_noun_a_verb_and_a_version(payload: type[Payload]) -> None:
    """`plan.submitted.v1`: what, what happened to it in the past tense, and the version of the payload."""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+\.v[1-9]", payload.TYPE)
    assert payload.TYPE.split(".")[1].endswith(("ed", "en", "begun", "shown", "withdrawn", "overdue", "stuck"))
    assert payload.__doc__


@every_payload
def test_a_payload_holds_simple_values_alone(payload: type[Payload]) -> None:
    """Ids, enums, dates, amounts as text, numbers and lists of words."""
    assert set(hints_of(payload).values()) <= set(VALUES)


@every_payload
@given(data=st.data())
def test_a_payload_reads_as_it_was_written(payload: type[Payload], data: st.DataObject) -> None:
    """Written as JSON and read again it is the same; fields that a newer service adds are ignored."""
    written = payload(**{name: data.draw(VALUES[hint]) for name, hint in hints_of(payload).items()})
    assert payload.of(written.as_json()) == written
    newer = json.loads(written.as_json()) | {"added_later": "x"}
    assert payload.of(json.dumps(newer)) == written


@every_payload
@given(data=st.data())
def test_one_payload_has_one_text(payload: type[Payload], data: st.DataObject) -> None:
    """The same values always give the same text: compact, with sorted keys."""
    written = payload(**{name: data.draw(VALUES[hint]) for name, hint in hints_of(payload).items()})
    text = written.as_json()
    assert text == json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True)


def test_acts_on_a_case_and_determinations_alone_have_peoples_words() -> None:
    """Integrators get what people wrote of these alone, and Temporal of none: see `fact_of` of the relay."""
    with_words = {payload for payload in PAYLOADS.values() if WORDS & set(hints_of(payload))}
    acts = {CaseOpened, HoldPlaced, HoldReleased, CaseResumed, CaseEnded, CaseAssigned, CaseEscalated}
    assert with_words == acts | {DeterminationConfirmed}


def test_every_stage_is_opened_by_an_event() -> None:
    """A journey can be rebuilt from facts alone: each stage has a fact that says that it was entered."""
    assert set(OPENS.values()) == set(Stage) == set(STEP_NAMES)
    assert set(OPENS) <= set(PAYLOADS)


def test_journeys_hear_events_that_exist() -> None:
    """A wrong name here would leave a journey waiting for ever."""
    assert set(PAYLOADS) >= HEARD


@pytest.mark.parametrize(
    ("wire", "names"),
    [
        pytest.param(assessment_pb2.Ending, Ending, id="Ending"),
        pytest.param(assessment_pb2.HoldReason, HoldReason, id="HoldReason"),
        pytest.param(review_pb2.ReviewOutcome, ReviewOutcome, id="ReviewOutcome"),
    ],
)
def test_the_wire_and_the_events_use_the_same_words(
    wire: WireEnum[int], names: type[Ending | HoldReason | ReviewOutcome]
) -> None:
    """An enum on the wire and its name in the events are the same list."""
    assert {short_name(wire, number) for number in wire.values() if number} == {name.value for name in names}
