"""Who may call, in which order, how often: what every call of planning refuses."""

from collections.abc import Awaitable, Callable

import pytest

from integration.planning.case import PlanningCase, in_days, new_request
from servers.services import Running, refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.api.planning.v1.planning_pb2_grpc import PlanningServiceStub
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role

Act = Callable[[PlanningCase], Awaitable[object]]


async def _save(case: PlanningCase) -> object:
    return await case.pat.SavePlan(await case.draft())


async def _submit(case: PlanningCase) -> object:
    return await case.pat.SubmitPlan(await case.submission())


async def _arrange_money(case: PlanningCase) -> object:
    return await case.fin.ArrangeMoney(await case.holding())


async def _arrange_support(case: PlanningCase) -> object:
    return await case.pat.ArrangeSupport(await case.arrangement())


async def _open_money(case: PlanningCase) -> object:
    return await case.journey.OpenMoney(case.opening_of_money())


async def _open_support(case: PlanningCase) -> object:
    return await case.journey.OpenSupport(case.opening_of_support())


async def _open_next_plan(case: PlanningCase) -> object:
    return await case.journey.OpenPlan(case.opening_of_plan(version=2))


ORDER: dict[str, tuple[Act, Act, str]] = {
    "submitting before there is a draft": (PlanningCase.open_plan, _submit, "SavePlan"),
    "money before the plan is submitted": (PlanningCase.open_plan, _arrange_money, "SubmitPlan"),
    "money before approval": (PlanningCase.submit_plan, _arrange_money, "ApprovePlan"),
    "money twice": (PlanningCase.organise, _arrange_money, "holder already"),
    "support before approval": (PlanningCase.submit_plan, _arrange_support, "ApprovePlan"),
    "support before the money is organised": (PlanningCase.open_money, _arrange_support, "ArrangeMoney"),
    "support twice": (PlanningCase.organise, _arrange_support, "arrangement already"),
    "a plan changed after it was submitted": (PlanningCase.open_money, _save, "ReturnPlan"),
    "money opened before a plan is submitted": (PlanningCase.open_plan, _open_money, "SubmitPlan"),
    "support opened before the money is organised": (PlanningCase.open_money, _open_support, "organised first"),
    "a changed plan while support is arranged": (PlanningCase.open_support, _open_next_plan, "cannot follow"),
}


@pytest.mark.parametrize("what", ORDER)
async def test_a_step_before_its_time_is_told_what_comes_first(case: PlanningCase, what: str) -> None:
    """FAILED_PRECONDITION with reason STAGE_ORDER, naming what must come first; nothing happens."""
    until, act, first = ORDER[what]
    await until(case)
    before = await case.events()
    refusal = await refusal_of(act(case))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert first in refusal.detail
    assert await case.events() == before


async def test_support_waits_until_its_step_is_opened(case: PlanningCase) -> None:
    """Between the last pound and the journey's next call, the refusal says to send the request again in a moment."""
    await case.open_money()
    await _arrange_money(case)
    refusal = await refusal_of(_arrange_support(case))
    assert refusal.reason == "STAGE_ORDER"
    assert "Step 5 must be opened first" in refusal.detail


async def _calls_on(case: PlanningCase, case_id: str) -> list[Fault]:
    save = pb.SavePlanRequest(template=pb.TEMPLATE_SIX)
    submit = pb.SubmitPlanRequest()
    money = pb.ArrangeMoneyRequest(kind=pb.MONEY_KIND_COUNCIL_MANAGED, weekly="1.00")
    support = pb.ArrangeSupportRequest(kind=pb.SUPPORT_KIND_PROVIDER, needs=["nutrition"], starts_on=in_days(14))
    for request in (save, submit, money, support):
        request.request_id, request.case_id, request.etag = new_request(), case_id, "1"
    return [
        await refusal_of(call)
        for call in (
            case.pat.GetPlanning(pb.GetPlanningRequest(case_id=case_id)),
            case.pat.GetPlan(pb.GetPlanRequest(case_id=case_id)),
            case.pat.SavePlan(save),
            case.pat.SubmitPlan(submit),
            case.fin.ArrangeMoney(money),
            case.pat.ArrangeSupport(support),
        )
    ]


async def test_another_councils_case_is_not_found(case: PlanningCase, planning: Running) -> None:
    """It can be neither read nor changed, and looks like a case that does not exist."""
    theirs = PlanningCase(planning, council="elsewhere")
    await theirs.open_plan()
    for refusal in await _calls_on(case, theirs.case_id):
        assert (refusal.kind, refusal.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


async def test_a_case_that_does_not_exist_is_not_found(case: PlanningCase) -> None:
    """Nobody has opened it."""
    for refusal in await _calls_on(case, "case-000000000000"):
        assert (refusal.kind, refusal.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


async def test_planning_before_step_1_is_done_is_told_so(case: PlanningCase, planning: Running) -> None:
    """The case exists but has no indicative budget yet: STAGE_ORDER, naming step 1. Another council's stays hidden."""
    assessment = planning.assessment
    calls = [
        assessment.stub(AssessmentServiceStub, assessment.token("amy", Role.PRACTITIONER, council=council))
        for council in ("example", "elsewhere")
    ]
    ours, theirs = [
        await amy.OpenCase(
            assessment_pb2.OpenCaseRequest(
                request_id=new_request(), kind=assessment_pb2.CASE_KIND_ADULT, person_reference=new_request()
            )
        )
        for amy in calls
    ]
    for refusal in await _calls_on(case, ours.case.case_id):
        assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
        assert "ConfirmDetermination" in refusal.detail
    for refusal in await _calls_on(case, theirs.case.case_id):
        assert (refusal.kind, refusal.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")
    case.case_id = ours.case.case_id
    for act in (_open_next_plan, _open_money, _open_support):
        assert (await refusal_of(act(case))).reason == "STAGE_ORDER"


async def test_a_case_that_ended_in_step_1_has_ended_here_too(case: PlanningCase, planning: Running) -> None:
    """It will never come to planning: every call says CASE_ENDED, and none says what must come first."""
    assessment = planning.assessment
    amy = assessment.stub(AssessmentServiceStub, assessment.token("amy", Role.PRACTITIONER))
    opened = await amy.OpenCase(
        assessment_pb2.OpenCaseRequest(
            request_id=new_request(), kind=assessment_pb2.CASE_KIND_ADULT, person_reference=new_request()
        )
    )
    ended = assessment_pb2.EndCaseRequest(
        request_id=new_request(),
        case_id=opened.case.case_id,
        etag=opened.case.etag,
        ending=assessment_pb2.ENDING_INFORMATION_AND_ADVICE,
    )
    await amy.EndCase(ended)
    for refusal in await _calls_on(case, opened.case.case_id):
        assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "CASE_ENDED")


@pytest.mark.parametrize("case_id", ["Mrs Ada Example, 1 High Street", "x" * 100_000, "case/1"])
async def test_what_is_no_id_is_not_found_and_not_repeated(case: PlanningCase, case_id: str) -> None:
    """No error repeats what was typed instead of an id, however long it is."""
    for refusal in await _calls_on(case, case_id):
        assert (refusal.kind, refusal.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")
        assert not refusal.metadata
        assert case_id not in refusal.detail


async def test_a_stale_etag_changes_nothing(case: PlanningCase) -> None:
    """ABORTED for every change that was made from an old reading."""
    await case.open_plan()
    late = await case.draft()
    await case.pat.SavePlan(await case.draft())
    submission = await case.submission()
    submission.etag = late.etag
    for call in (case.pat.SavePlan(late), case.pat.SubmitPlan(submission)):
        refusal = await refusal_of(call)
        assert (refusal.kind, refusal.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    assert (await case.stands()).plan.state == pb.PLAN_STATE_DRAFT


async def test_the_same_request_is_answered_once(case: PlanningCase) -> None:
    """The same id, in capital letters too, and body give the first answer; with another body it is refused."""
    await case.open_money()
    request = await case.holding("10.00")
    first = await case.fin.ArrangeMoney(request)
    assert await case.fin.ArrangeMoney(request) == first
    assert len((await case.stands()).money) == 1
    request.request_id = request.request_id.upper()
    assert await case.fin.ArrangeMoney(request) == first
    request.weekly = "11.00"
    refusal = await refusal_of(case.fin.ArrangeMoney(request))
    assert (refusal.kind, refusal.reason) == (Kind.INVALID, "REQUEST_ID_REUSED")


async def test_after_the_case_has_ended_nothing_changes(case: PlanningCase) -> None:
    """CASE_ENDED for every change and every opening that is new; closing again is harmless, reading goes on."""
    await case.open_money()
    closing = pb.CloseCaseRequest(request_id=new_request(), case_id=case.case_id)
    await case.journey.CloseCase(closing)
    closing.request_id = new_request()
    await case.journey.CloseCase(closing)
    for act in (_save, _submit, _arrange_money, _arrange_support, _open_support, _open_next_plan):
        refusal = await refusal_of(act(case))
        assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "CASE_ENDED")
    stands = await case.stands()
    assert (stands.open_stage, stands.due_on) == ("", "")
    assert stands.plan.state == pb.PLAN_STATE_SUBMITTED


async def test_closing_a_case_that_was_never_here_is_not_found(case: PlanningCase) -> None:
    """NOT_FOUND, which the journey takes as done: nothing was open."""
    closing = pb.CloseCaseRequest(request_id=new_request(), case_id=case.case_id)
    assert (await refusal_of(case.journey.CloseCase(closing))).kind is Kind.NOT_FOUND


async def test_each_role_has_its_calls(case: PlanningCase, planning: Running) -> None:
    """Finance writes no plan, practitioners arrange no money, auditors only read, and only the journey opens steps."""
    await case.open_money()
    stub = PlanningServiceStub
    vic = planning.stub(stub, planning.token("vic", Role.PRACTITIONER))
    aud = planning.stub(stub, planning.token("aud", Role.AUDITOR))
    assert (await aud.GetPlanning(pb.GetPlanningRequest(case_id=case.case_id))).planning == await case.stands()
    closing = pb.CloseCaseRequest(request_id=new_request(), case_id=case.case_id)
    for call in (
        case.fin.SavePlan(await case.draft()),
        case.fin.SubmitPlan(await case.submission()),
        case.fin.ArrangeSupport(await case.arrangement()),
        vic.ArrangeMoney(await case.holding()),
        aud.SavePlan(await case.draft()),
        case.pat.OpenPlan(case.opening_of_plan(version=2)),
        case.pat.OpenMoney(case.opening_of_money()),
        case.pat.OpenSupport(case.opening_of_support()),
        case.pat.CloseCase(closing),
    ):
        refusal = await refusal_of(call)
        assert (refusal.kind, refusal.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
        assert refusal.metadata["rpc"].startswith("/sevensteps.api.planning.v1.PlanningService/")


async def test_without_a_good_token_nobody_gets_in(case: PlanningCase, planning: Running) -> None:
    """No token, a forged one and an expired one are all UNAUTHENTICATED."""
    await case.open_plan()
    good = planning.token("pat", Role.PLANNER)
    head, claims, _ = good.split(".")
    _, _, other_signature = planning.token("eve", Role.PLANNER).split(".")
    expired = planning.keys.issue("pat", [Role.PLANNER], "example", seconds=-1)
    for token in ("", f"{head}.{claims}.{other_signature}", expired):
        call = planning.stub(PlanningServiceStub, token).GetPlanning(pb.GetPlanningRequest(case_id=case.case_id))
        assert (await refusal_of(call)).kind is Kind.UNAUTHENTICATED


async def test_a_message_over_a_megabyte_is_not_read(case: PlanningCase) -> None:
    """RESOURCE_EXHAUSTED; the draft stays as it was."""
    await case.open_plan()
    request = await case.draft()
    request.answers["change"] = "x" * 1024 * 1024
    assert (await refusal_of(case.pat.SavePlan(request))).kind is Kind.EXHAUSTED
    assert not (await case.stands()).HasField("plan")
