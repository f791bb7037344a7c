"""Which team looks after a case, and before whom it was brought, as its events tell."""

from collections.abc import Sequence

import pytest

from services.operations.domain.standing import Standing
from services.operations.rows import row_of, standing_of
from sevensteps.deadlines import Moment
from sevensteps.events import (
    CaseAssigned,
    CaseEnded,
    CaseEscalated,
    CaseOpened,
    CaseResumed,
    ComplaintRecorded,
    DeterminationConfirmed,
    HoldPlaced,
    HoldReleased,
    IndicativeBudgetGiven,
    Payload,
    PlanOpened,
    WrittenRecordGiven,
)

ESCALATED = CaseEscalated("service_manager")
CONFIRMED = DeterminationConfirmed(1, "d", eligible=True, needs=["hygiene"], assessed_by=["amy"])
COMPLAINT = ComplaintRecorded("complaint-1", "2026-06-01", "spoken", "person", "2026-06-04", "2026-12-01")


def after(*payloads: Payload) -> Standing:
    """A case after these events."""
    standing = Standing.begin("case-1", "example", _moment(1), CaseOpened("adult", "2026-06-25"))
    for position, payload in enumerate(payloads, start=2):
        standing = standing.after(_moment(position), payload)
    return standing


def _moment(position: int) -> Moment:
    return Moment(position, f"2026-06-01T09:{position:02}:00.000Z")


def test_the_last_team_has_it() -> None:
    """Until it is given to another one; nothing else takes it away."""
    assert after().team == ""
    assert after(CaseAssigned("north"), CONFIRMED, IndicativeBudgetGiven(1, "82.91"), PlanOpened(1, "")).team == "north"
    assert after(CaseAssigned("north"), CaseAssigned("south")).team == "south"
    assert after(CaseAssigned("north"), CaseEnded("moved")).team == "north"


@pytest.mark.parametrize(
    "events",
    [
        (CONFIRMED,),
        (CaseEnded("moved"),),
        (CONFIRMED, IndicativeBudgetGiven(1, "82.91")),
        (CONFIRMED, IndicativeBudgetGiven(1, "82.91"), PlanOpened(1, "2026-07-20")),
    ],
    ids=["the next wait", "the end", "the end of the step", "the next step"],
)
def test_an_escalation_is_over_when_the_case_goes_on(events: Sequence[Payload]) -> None:
    """To the next thing that it waits for, the next step, or its end."""
    assert after(ESCALATED, *events).escalated_to == ""


@pytest.mark.parametrize(
    "event",
    [HoldPlaced("away"), CaseResumed(), COMPLAINT, WrittenRecordGiven(1, "2026-06-01", "post"), CaseAssigned("north")],
    ids=lambda event: event.TYPE,
)
def test_what_does_not_take_it_further_leaves_it_escalated(event: Payload) -> None:
    """A hold, a resumption, a complaint and another team are no step on."""
    assert after(ESCALATED, event).escalated_to == "service_manager"
    assert after(HoldPlaced("away"), ESCALATED, HoldReleased()).escalated_to == "service_manager"


def test_an_escalation_before_does_not_come_back() -> None:
    """Once the case has gone on; the last role is the one that has it."""
    assert after(ESCALATED, CONFIRMED, CaseEscalated("panel")).escalated_to == "panel"
    assert after(ESCALATED, CaseEscalated("panel")).escalated_to == "panel"
    assert after(CaseEnded("moved"), ESCALATED).escalated_to == ""


def test_they_change_nothing_else_of_a_case() -> None:
    """Neither what it waits for nor since when, nor any date."""
    before, now = after(CONFIRMED), after(CONFIRMED, CaseAssigned("north"), ESCALATED)
    own = {"heard", "team", "escalated_to"}
    for name in set(Standing.__slots__) - own:
        assert getattr(now, name) == getattr(before, name), name
    assert (now.waits, now.due_now) == (before.waits, before.due_now)


def test_a_row_keeps_them() -> None:
    """What is written is read back, and is what cases are looked up by."""
    now = after(CaseAssigned("north"), ESCALATED)
    row = row_of(now)
    assert (row["team"], row["escalated"]) == ("north", True)
    assert standing_of(str(row["standing"])) == now
    assert not row_of(after(ESCALATED, CONFIRMED))["escalated"]
