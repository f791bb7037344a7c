"""A date that has passed is told once."""

import pytest

from integration.planning.case import PlanningCase, new_request
from servers.services import reason_of
from sevensteps.api.planning.v1 import planning_pb2 as pb


def passed(
    case: PlanningCase, stage: str = "plan_made", turn: int = 1, due_on: str = "2026-11-30"
) -> pb.RecordOverdueRequest:
    return pb.RecordOverdueRequest(
        request_id=new_request(), case_id=case.case_id, stage=stage, turn=turn, due_on=due_on
    )


async def overdue(case: PlanningCase) -> list[dict[str, object]]:
    """What the case's events say of dates that have passed."""
    return [payload for type_, payload in await case.events() if type_ == "step.overdue.v1"]


async def test_a_date_that_has_passed_is_told_once(case: PlanningCase) -> None:
    """Asked again, also with another request id as after a rebuild, nothing more is told; a moved date is told anew."""
    await case.open_plan()
    for _ in range(2):
        await case.journey.RecordOverdue(passed(case))
    told = {"stage": "plan_made", "turn": 1, "due_on": "2026-11-30", "due_kind": "soft", "clock": ""}
    assert await overdue(case) == [told]
    await case.journey.RecordOverdue(passed(case, due_on="2026-12-07"))
    await case.journey.RecordOverdue(passed(case, turn=2))
    assert await overdue(case) == [told, told | {"due_on": "2026-12-07"}, told | {"turn": 2}]


@pytest.mark.parametrize("wrong", [{"stage": "plan_agreed"}, {"stage": ""}, {"turn": 0}, {"due_on": "soon"}])
async def test_a_date_of_another_service_or_of_no_step_is_refused(case: PlanningCase, wrong: dict[str, object]) -> None:
    """The service that owns the step tells it."""
    await case.open_plan()
    request = passed(case)
    for name, value in wrong.items():
        setattr(request, name, value)
    assert await reason_of(case.journey.RecordOverdue(request)) == "FIELD_INVALID"


async def test_only_the_journey_says_that_a_date_has_passed(case: PlanningCase) -> None:
    """It alone knows the dates that a hold has moved."""
    await case.open_plan()
    assert await reason_of(case.pat.RecordOverdue(passed(case))) == "ROLE_LACKS_RIGHT"
