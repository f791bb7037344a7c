"""What a run of a journey hands to the next one, and what it does not."""

import json

import pytest
from temporalio.converter import DataConverter

from fakes.services import Records, opening
from fakes.trip import to_plan
from sevensteps.events import (
    PAYLOADS,
    CaseResumed,
    HoldPlaced,
    HoldReleased,
    Payload,
    PlanApproved,
    PlanSubmitted,
    ReviewRequested,
    ReviewTriggered,
)
from sevensteps.steps import Stage
from workflows.journey.state import JourneyState

CONVERTER = DataConverter.default.payload_converter
FIELDS = [
    "assessed_by",
    "assessment_round",
    "case_id",
    "council",
    "direct_payment",
    "direct_payment_since",
    "eligible_needs",
    "ended_on",
    "ending",
    "given_up",
    "heard",
    "holds",
    "inbox",
    "indicative_weekly",
    "law_due",
    "life",
    "life_continues",
    "life_round",
    "life_since",
    "memory",
    "met_by_carer",
    "own_money",
    "personal_budget_weekly",
    "plan_version",
    "resumed",
    "review_on",
    "since",
    "stage",
    "step",
    "stopped_by",
    "told",
    "written",
]


def state_after(*payloads: Payload) -> JourneyState:
    """A journey's state when it begins with these facts."""
    records = Records()
    for payload in (opening(), *payloads):
        records.add("case-a", payload)
    return JourneyState.begin("case-a", "example", records.facts)


def test_fields_are_fixed() -> None:
    """Runs of every released version read the same fields, so none is renamed or removed."""
    payload = CONVERTER.to_payload(state_after())
    assert sorted(json.loads(payload.data)) == FIELDS


def test_the_next_run_knows_the_same() -> None:
    """A state that went through Temporal goes on like the one that stayed: facts heard early included."""
    stayed = state_after(*to_plan(), HoldPlaced("away"), HoldReleased(), PlanSubmitted(1, "80.00", ""))
    stayed.enter()
    handed_on: JourneyState = CONVERTER.from_payload(CONVERTER.to_payload(stayed), JourneyState)
    assert handed_on == stayed
    for state in (stayed, handed_on):
        state.stage = Stage.PLAN_MADE
        state.enter()
    assert handed_on.take(PlanSubmitted) == stayed.take(PlanSubmitted) == PlanSubmitted(1, "80.00", "")
    assert handed_on == stayed


def test_each_fact_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a journey looks for a fact, it reads the fact's payload once."""
    payloads_read: list[str] = []
    read_plan = PlanSubmitted.of

    def counting(payload: str) -> PlanSubmitted:
        payloads_read.append(payload)
        return read_plan(payload)

    monkeypatch.setattr(PAYLOADS[PlanSubmitted.TYPE], "of", counting)
    state = state_after(PlanSubmitted(1, "80.00", ""))
    state.stage = Stage.PLAN_MADE
    state.enter()
    assert state.find(PlanApproved) is None
    assert state.find(PlanSubmitted) == state.find(PlanSubmitted)
    assert state.take(PlanSubmitted) == PlanSubmitted(1, "80.00", "")
    assert len(payloads_read) == 1


def test_holds_of_a_day_leave_nothing() -> None:
    """However often a case is put on hold and released, what the next run is handed stays small."""
    toggles = [payload for _ in range(5000) for payload in (HoldPlaced("away"), HoldReleased())]
    state = state_after(*to_plan(), *toggles, HoldPlaced("away"))
    assert len(state.holds) == 1
    assert state.on_hold
    assert len(CONVERTER.to_payload(state).data) < 10_000


def test_the_same_said_again_leaves_nothing() -> None:
    """Whatever one actor can say without end, of one round or version, the journey keeps once."""
    asked, happened = [ReviewRequested(1)] * 2000, [ReviewTriggered(1, "hospital")] * 2000
    state = state_after(*to_plan(), *asked, *happened, *[CaseResumed()] * 2000)
    assert [fact.type for fact in state.inbox].count(ReviewRequested.TYPE) == 1
    assert [fact.type for fact in state.inbox].count(ReviewTriggered.TYPE) == 1
    assert len(CONVERTER.to_payload(state).data) < 10_000
