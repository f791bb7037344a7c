"""Step 5: every funded need gets an arrangement."""

from collections.abc import Callable

import pytest

from integration.planning.case import OPENED_ON, PlanningCase, in_days
from servers.services import refusal_of
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.errors import Kind


@pytest.mark.item(64)
async def test_step_5_is_done_when_every_funded_need_has_an_arrangement(case: PlanningCase) -> None:
    """Arrangements may share a need; support starts on the first day of any of them."""
    await case.open_support()
    opened = await case.stands()
    assert (opened.open_stage, opened.due_on) == ("support_organised", "2026-11-30")
    first = await case.pat.ArrangeSupport(await case.arrangement("community", starts_on=in_days(14)))
    assert list(first.needs_left) == ["nutrition"]
    again = await case.pat.ArrangeSupport(await case.arrangement("community", starts_on=in_days(7)))
    assert list(again.needs_left) == ["nutrition"]
    last = await case.pat.ArrangeSupport(await case.arrangement("nutrition", starts_on=in_days(21)))
    assert list(last.needs_left) == []
    assert last.planning.open_stage == ""
    assert [each.starts_on for each in last.planning.support] == [in_days(14), in_days(7), in_days(21)]
    told = await case.events()
    assert [type_ for type_, _ in told[-4:]] == ["money.started.v1", *["support.started.v1"] * 3]
    assert told[-5] == ("support.organised.v1", {"version": 1, "starts_on": in_days(7)})
    assert told[-6] == (
        "support.arranged.v1",
        {
            "version": 1,
            "arrangement_id": last.planning.support[-1].arrangement_id,
            "kind": "provider",
            "needs": ["nutrition"],
            "starts_on": in_days(21),
        },
    )


async def test_a_plan_that_funds_no_need_is_organised_at_once(case: PlanningCase) -> None:
    """Where others meet every need there is nothing to arrange: support starts on the day the step opens."""
    await case.open_plan()
    request = await case.draft()
    del request.lines[:]
    request.met_otherwise.extend(["nutrition", "community"])
    await case.pat.SavePlan(request)
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money(budget="0.00"))
    await case.journey.OpenSupport(case.opening_of_support())
    assert (await case.stands()).open_stage == ""
    assert (await case.events())[-1] == ("support.organised.v1", {"version": 1, "starts_on": OPENED_ON})


async def test_support_is_arranged_anew_for_a_changed_plan(case: PlanningCase) -> None:
    """What was arranged for the last plan does not count for the changed one."""
    await case.organise()
    await case.journey.OpenPlan(case.opening_of_plan(version=2))
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money(version=2))
    await case.fin.ArrangeMoney(await case.holding())
    await case.journey.OpenSupport(case.opening_of_support(version=2))
    answer = await case.pat.ArrangeSupport(await case.arrangement("nutrition"))
    assert list(answer.needs_left) == ["community"]
    assert len(answer.planning.support) == 1


Spoil = Callable[[pb.ArrangeSupportRequest], object]


def _support(name: str, value: object) -> Spoil:
    return lambda request: setattr(request, name, value)


WRONG: dict[str, tuple[Spoil, str]] = {
    "no kind": (_support("kind", 0), "kind"),
    "unknown kind": (_support("kind", 77), "kind"),
    "no need": (lambda request: request.ClearField("needs"), "needs"),
    "unknown need": (lambda request: request.needs.append("wings"), "needs[2]"),
    "need that the plan does not pay for": (lambda request: request.needs.append("hygiene"), "needs[2]"),
    "date in a wrong form": (_support("starts_on", "soon"), "starts_on"),
    "no date": (_support("starts_on", ""), "starts_on"),
    "more than a year ago": (_support("starts_on", in_days(-367)), "starts_on"),
    "in 180 years, a slip of the year": (_support("starts_on", "2206-06-01"), "starts_on"),
    "the last day there is": (_support("starts_on", "9999-12-31"), "starts_on"),
    "request id that is none": (_support("request_id", "1"), "request_id"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_field_is_named_with_its_path(case: PlanningCase, what: str) -> None:
    """INVALID_ARGUMENT with the path of the one field that is wrong; nothing is arranged."""
    spoil, path = WRONG[what]
    await case.open_support()
    request = await case.arrangement()
    spoil(request)
    refusal = await refusal_of(case.pat.ArrangeSupport(request))
    assert (refusal.kind, refusal.reason) == (Kind.INVALID, "FIELD_INVALID")
    assert [violation.field for violation in refusal.violations] == [path]
    assert not (await case.stands()).support
