"""Step 3 is opened and the plan checked."""

from uuid import uuid4

import pytest

from integration.approval.desk import Desk, line, plan, returning
from servers.services import refusal_of
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.planning.v1 import planning_pb2 as planning
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.errors import Kind
from sevensteps.events import PlanChecked
from sevensteps.identity.actor import Role


@pytest.mark.item(46)
async def test_a_good_plan_is_found_safe_legal_and_sufficient(desk_on: Desk) -> None:
    """A plan without faults is met in all four parts and needs one person's signature within three working days."""
    answer = await desk_on.journey.OpenApproval(desk_on.opening())
    approval = await desk_on.read()
    assert answer.due_on == approval.due_on == "2026-06-04"
    assert approval.state == pb.APPROVAL_STATE_CHECKED
    assert approval.checks.verdict == policy.VERDICT_MET
    assert {approval.safe, approval.legal, approval.meets_needs, approval.sufficient} == {policy.VERDICT_MET}
    assert (approval.level, approval.personal_budget_weekly, approval.decided_by) == ("L0", "40.00", "")
    assert await desk_on.events() == [
        PlanChecked(1, "met", "met", "met", "met", "met", level="L0", due_on="2026-06-04")
    ]


@pytest.mark.item(46, 48, 50)
async def test_what_fails_is_found_line_by_line_and_need_by_need(desk: Desk) -> None:
    """A gambling line and an unmet need are both found, each with what it is about."""
    bad = plan(line("l1"), line("l2", planning.USE_GAMBLING))
    del bad.met_otherwise[:]
    approval = await desk.open(bad)
    failed = {(each.rule, each.about) for each in approval.checks.findings if each.verdict == policy.VERDICT_NOT_MET}
    assert failed == {("LEGAL-4/P1", "l2"), ("MEET-1", "community")}
    assert (approval.legal, approval.meets_needs) == (policy.VERDICT_NOT_MET, policy.VERDICT_NOT_MET)
    assert (approval.safe, approval.sufficient) == (policy.VERDICT_MET, policy.VERDICT_MET)
    assert approval.level == "L1"


async def test_what_a_willing_carer_meets_needs_no_line(desk: Desk) -> None:
    """As step 1 found (s.18(7)); the check says so, and of no need of which somebody has said how else it is met."""
    alone = plan(line("l1"))
    del alone.met_otherwise[:]
    opening = desk.opening(alone)
    opening.met_by_carer.append("community")
    await desk.journey.OpenApproval(opening)
    approval = await desk.read()
    assert approval.meets_needs == policy.VERDICT_MET
    [said] = [each for each in approval.checks.findings if each.rule == "MEET-1/carer"]
    assert (said.about, said.verdict) == ("community", policy.VERDICT_MET)
    assert "for as long as the carer goes on" in said.because
    opening.request_id, opening.met_by_carer[0] = str(uuid4()), "hygiene"
    fault = await refusal_of(desk.journey.OpenApproval(opening))
    assert [each.field for each in fault.violations] == ["met_by_carer[0]"]


@pytest.mark.parametrize("use", [planning.USE_CLOSE_FAMILY, planning.USE_CLOSE_FAMILY_ADMINISTRATION])
async def test_paying_close_family_needs_the_councils_word(desk: Desk, use: planning.Use.ValueType) -> None:
    """Such a line of a direct payment is not met until the council has recorded that it is necessary."""
    family = plan(line("l1", use))
    family.lines[0].direct_payment = True
    assert (await desk.open(family)).legal == policy.VERDICT_NOT_MET
    family.lines[0].necessary_override = True
    assert (await Desk(desk.running).open(family)).legal == policy.VERDICT_MET


async def test_what_binds_direct_payments_leaves_other_money_alone(desk: Desk) -> None:
    """Regulations 3 and 6 are about direct payments, so it must be known whether such a line is to be one."""
    stay = line("l2", planning.USE_CARE_HOME)
    stay.care_home_weeks = 5
    held = plan(line("l1", planning.USE_CLOSE_FAMILY), stay)
    unknown = (await desk.open(held)).checks
    assert unknown.verdict == policy.VERDICT_NOT_ENOUGH_INFORMATION
    assert set(unknown.missing) == {"lines.l1.direct_payment", "lines.l2.direct_payment"}
    for each in held.lines:
        each.direct_payment = False
    assert (await Desk(desk.running).open(held)).legal == policy.VERDICT_MET


async def test_advice_is_a_part_of_every_plan(desk: Desk) -> None:
    """Section 25(1)(f): a plan without it is not legal, and one that does not say so is not yet known to be."""
    silent = plan()
    silent.ClearField("advice_given")
    unknown = await desk.open(silent)
    assert (unknown.legal, list(unknown.checks.missing)) == (policy.VERDICT_NOT_ENOUGH_INFORMATION, ["lacking"])
    without = plan()
    without.advice_given = False
    approval = await Desk(desk.running).open(without)
    assert approval.legal == policy.VERDICT_NOT_MET
    assert "LEGAL-1" in [each.rule for each in approval.checks.findings if each.verdict == policy.VERDICT_NOT_MET]


@pytest.mark.parametrize(
    ("needs", "verdict", "rule"),
    [
        (("nutrition",), policy.VERDICT_MET, ""),
        (("hygiene",), policy.VERDICT_NEEDS_JUDGEMENT, "MEET-2/eligible"),
        ((), policy.VERDICT_NOT_MET, "MEET-2/P7"),
    ],
)
async def test_a_line_may_be_for_a_need_that_is_not_eligible(
    desk: Desk, needs: tuple[str, ...], verdict: policy.Verdict.ValueType, rule: str
) -> None:
    """The council may meet it (s.19(1)), and the approver says why; a line for no need at all is refused."""
    approval = await desk.open(plan(line("l1"), line("l2", needs=needs)))
    assert approval.meets_needs == verdict
    found = [each.rule for each in approval.checks.findings if each.verdict == verdict and each.about == "l2"]
    assert rule in [*found, ""]


@pytest.mark.parametrize(
    ("involved", "legal"),
    [
        (True, policy.VERDICT_MET),
        (False, policy.VERDICT_NOT_MET),
        (None, policy.VERDICT_NOT_ENOUGH_INFORMATION),
    ],
)
async def test_who_lacks_capacity_has_others_who_are_interested_involved(
    desk: Desk, *, involved: bool | None, legal: policy.Verdict.ValueType
) -> None:
    """Section 25(3)(c), without which such a plan is not legal; nobody else's plan is asked."""
    without = plan()
    without.lacks_capacity = True
    if involved is not None:
        without.interested_involved = involved
    approval = await desk.open(without)
    assert approval.legal == legal
    said = [each.verdict for each in approval.checks.findings if each.rule == "LEGAL-2/interested"]
    assert said == [legal]
    asked = (await Desk(desk.running).open()).checks
    assert "LEGAL-2/interested" not in [each.rule for each in asked.findings]


@pytest.mark.parametrize(
    ("top_up", "sufficient"), [("5.00", policy.VERDICT_MET), ("4.99", policy.VERDICT_NEEDS_JUDGEMENT)]
)
async def test_what_is_wanted_beyond_the_needs_is_paid_for_by_others(
    desk: Desk, top_up: str, sufficient: policy.Verdict.ValueType
) -> None:
    """The council pays only what the needs cost; a person looks at what nobody pays for."""
    better = line("l1")
    better.beyond_needs = "5.00"
    asked = plan(better)
    asked.top_up = top_up
    approval = await desk.open(asked)
    assert (approval.sufficient, approval.personal_budget_weekly) == (sufficient, "40.00")
    judged = [each.rule for each in approval.checks.findings if each.verdict == policy.VERDICT_NEEDS_JUDGEMENT]
    assert judged == ([] if sufficient == policy.VERDICT_MET else ["SUFF-2"])


@pytest.mark.parametrize(
    ("weeks", "legal"),
    [(3, policy.VERDICT_MET), (4, policy.VERDICT_MET), (5, policy.VERDICT_NOT_MET)],
)
async def test_a_stay_in_a_care_home_is_short(desk: Desk, weeks: int, legal: policy.Verdict.ValueType) -> None:
    """A direct payment may buy four weeks in twelve months (P10), and no longer stay."""
    stay = line("l1", planning.USE_CARE_HOME)
    stay.care_home_weeks = weeks
    stay.direct_payment = True
    approval = await desk.open(plan(stay))
    assert approval.legal == legal
    failed = [each.rule for each in approval.checks.findings if each.verdict == policy.VERDICT_NOT_MET]
    assert failed == ([] if legal == policy.VERDICT_MET else ["LEGAL-4/P10"])


async def test_how_long_a_stay_in_a_care_home_is_has_to_be_known(desk: Desk) -> None:
    """A stay of unknown length is not judged: the check names what is missing."""
    stay = line("l1", planning.USE_CARE_HOME)
    stay.direct_payment = True
    approval = await desk.open(plan(stay))
    assert approval.checks.verdict == policy.VERDICT_NOT_ENOUGH_INFORMATION
    assert list(approval.checks.missing) == ["lines.l1.care_home_weeks"]


@pytest.mark.parametrize("use", planning.Use.values()[1:])
@pytest.mark.item(49)
async def test_the_rules_know_every_use(desk: Desk, use: planning.Use.ValueType) -> None:
    """Whatever a line is for, the plan is checked."""
    assert (await desk.open(plan(line("l1", use)))).state == pb.APPROVAL_STATE_CHECKED


async def test_opening_again_opens_nothing_twice(desk_on: Desk) -> None:
    """The same request and, years later, another for the same version are answered as before, with one event."""
    first = desk_on.opening()
    answer = await desk_on.journey.OpenApproval(first)
    assert await desk_on.journey.OpenApproval(first) == answer
    later = desk_on.opening()
    later.opened_on = "2028-06-01"
    assert await desk_on.journey.OpenApproval(later) == answer
    assert len(await desk_on.events()) == 1


async def test_the_same_request_id_for_another_plan_is_refused(desk: Desk) -> None:
    """A request id belongs to one request."""
    first = desk.opening()
    await desk.journey.OpenApproval(first)
    first.indicative_weekly = "90.00"
    assert (await refusal_of(desk.journey.OpenApproval(first))).reason == "REQUEST_ID_REUSED"


async def test_a_version_follows_when_the_one_before_is_decided(desk: Desk) -> None:
    """An undecided version is in the way of the next; a returned one is not; and none goes back."""
    approval = await desk.open()
    fault = await refusal_of(desk.journey.OpenApproval(desk.opening(plan(version=2))))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert "version 1 is not decided" in fault.detail
    await desk.by("olu").ReturnPlan(returning(approval))
    assert (await desk.open(plan(version=3))).version == 3
    assert (await desk.read(1)).state == pb.APPROVAL_STATE_RETURNED
    fault = await refusal_of(desk.journey.OpenApproval(desk.opening(plan(version=2))))
    assert fault.reason == "STAGE_ORDER"


async def test_every_wrong_field_is_named(desk: Desk) -> None:
    """What is wrong with an opening is named by its path, all at once."""
    wrong = desk.opening(plan(line("l1"), line("l2")))
    wrong.request_id = "1"
    wrong.indicative_weekly = "-1"
    wrong.opened_on = "1 June"
    wrong.eligible_needs.append("gardening")
    del wrong.assessed_by[:]
    del wrong.plan.written_by[:]
    wrong.plan.case_id = "case-other"
    wrong.plan.state = planning.PLAN_STATE_DRAFT
    wrong.plan.template = planning.TEMPLATE_UNSPECIFIED
    wrong.plan.lines[0].weekly = "1.005"
    wrong.plan.lines[1].use = planning.USE_UNSPECIFIED
    wrong.plan.lines[1].needs.append("gardening")
    fault = await refusal_of(desk.journey.OpenApproval(wrong))
    assert fault.kind is Kind.INVALID
    assert {violation.field for violation in fault.violations} == {
        "request_id",
        "indicative_weekly",
        "opened_on",
        "eligible_needs[2]",
        "assessed_by",
        "plan.written_by",
        "plan.case_id",
        "plan.state",
        "plan.template",
        "plan.lines[0].weekly",
        "plan.lines[1].use",
        "plan.lines[1].needs[1]",
    }


async def test_only_the_journey_opens(desk: Desk) -> None:
    """An approver cannot open step 3."""
    fault = await refusal_of(desk.by("olu").OpenApproval(desk.opening()))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


async def test_a_case_before_step_3_is_told_from_one_that_does_not_exist(desk: Desk) -> None:
    """For a case that has no submitted plan yet the answer says what must come first."""
    assert (
        await refusal_of(desk.by("olu").GetApproval(pb.GetApprovalRequest(case_id=desk.case_id)))
    ).kind is Kind.NOT_FOUND
    amy = desk.running.assessment.stub(AssessmentServiceStub, desk.running.token("amy", Role.PRACTITIONER))
    opened = await amy.OpenCase(
        assessment_pb2.OpenCaseRequest(
            request_id=str(uuid4()), kind=assessment_pb2.CASE_KIND_ADULT, person_reference=str(uuid4())
        )
    )
    fault = await refusal_of(desk.by("olu").GetApproval(pb.GetApprovalRequest(case_id=opened.case.case_id)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert fault.detail.startswith("SubmitPlan must come first")


async def test_another_councils_approval_is_not_found(desk: Desk) -> None:
    """Another council's case looks like one that does not exist."""
    await desk.open()
    elsewhere = desk.by("olu", council="elsewhere")
    fault = await refusal_of(elsewhere.GetApproval(pb.GetApprovalRequest(case_id=desk.case_id)))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


async def test_a_version_that_never_came_is_not_found(desk: Desk) -> None:
    """The answer names the newest version."""
    await desk.open()
    fault = await refusal_of(desk.by("olu").GetApproval(pb.GetApprovalRequest(case_id=desk.case_id, version=7)))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "APPROVAL_NOT_FOUND")
    assert "is 1" in fault.detail


async def test_the_end_of_a_case_closes_an_undecided_approval(desk: Desk) -> None:
    """Afterwards nothing is opened or decided; closing again is harmless."""
    approval = await desk.open()
    for _ in range(2):
        await desk.journey.CloseCase(desk.closing())
    closed = await desk.read()
    assert closed.state == pb.APPROVAL_STATE_CLOSED
    for call in (
        desk.by("olu").ReturnPlan(returning(closed)),
        desk.journey.OpenApproval(desk.opening(plan(version=2))),
    ):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")
    assert approval.etag != closed.etag


async def test_closing_a_case_that_never_came_is_not_found(desk: Desk) -> None:
    """There is nothing to close."""
    fault = await refusal_of(desk.journey.CloseCase(desk.closing()))
    assert fault.kind is Kind.NOT_FOUND
