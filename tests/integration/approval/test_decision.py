"""A checked plan is signed or returned."""

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.approval.desk import Desk, approving, line, plan, request_id, returning
from servers.services import NOBODY, PACK, refusal_of, run_suite
from services.approval.tables import judgements
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2 as planning
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.config import POLICIES, Settings
from sevensteps.errors import Kind
from sevensteps.events import PlanApproved, PlanReturned
from sevensteps.identity.actor import Role
from sevensteps.service.tables import receipts


@pytest.mark.item(45)
async def test_a_good_plan_is_signed(desk_on: Desk) -> None:
    """The plan then has its personal budget, and the answer says by what authority it was signed."""
    checked = await desk_on.open()
    answer = await desk_on.by("olu").ApprovePlan(approving(checked))
    assert (answer.authority.decision, answer.authority.verdict) == ("authority", policy.VERDICT_MET)
    assert answer.approval.state == pb.APPROVAL_STATE_APPROVED
    assert (answer.approval.decided_by, answer.approval.signed_as) == ("olu", "approver")
    assert answer.approval.because == "It does what the person wants."
    assert (list(answer.approval.written_by), list(answer.approval.assessed_by)) == (["wyn"], ["ash"])
    assert answer.approval.HasField("decided_at")
    assert not checked.HasField("decided_at")
    assert not answer.approval.reasons
    assert await desk_on.read() == answer.approval
    assert (await desk_on.events())[1:] == [PlanApproved(1, "40.00", "L0", "40.00", "0.00", "40.00")]


async def test_signing_is_done_once_however_often_it_is_sent(desk: Desk) -> None:
    """The same request gets the first answer; another body under its id is refused."""
    request = approving(await desk.open())
    olu = desk.by("olu")
    assert await olu.ApprovePlan(request) == await olu.ApprovePlan(request)
    assert len(await desk.events()) == 2
    request.because = "Other words."
    assert (await refusal_of(olu.ApprovePlan(request))).reason == "REQUEST_ID_REUSED"


async def test_a_stale_etag_changes_nothing(desk: Desk) -> None:
    """A stale etag decides nothing."""
    checked = await desk.open()
    checked.etag = "7"
    for call in (desk.by("olu").ApprovePlan(approving(checked)), desk.by("olu").ReturnPlan(returning(checked))):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    checked.etag = ""
    assert (await refusal_of(desk.by("olu").ApprovePlan(approving(checked)))).violations[0].field == "etag"
    assert (await desk.read()).state == pb.APPROVAL_STATE_CHECKED


async def test_a_decided_plan_is_not_decided_again(desk: Desk) -> None:
    """A signed plan neither is signed nor returned; the answer says what comes first."""
    signed = (await desk.by("olu").ApprovePlan(approving(await desk.open()))).approval
    for call in (desk.by("olu").ApprovePlan(approving(signed)), desk.by("olu").ReturnPlan(returning(signed))):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
        assert "a signed plan does not change" in fault.detail


@pytest.mark.item(53)
async def test_the_database_keeps_a_signed_approval_as_it_is(desk_on: Desk) -> None:
    """Whoever reaches the records past the service can neither change nor remove a decided approval."""
    await desk_on.by("olu").ApprovePlan(approving(await desk_on.open()))
    for statement in (
        "UPDATE approvals SET personal_budget = '99.00'",
        "UPDATE approvals SET decided_by = 'wyn'",
        "DELETE FROM approvals",
        "DELETE FROM parties",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            await desk_on.execute(statement)


async def test_a_later_version_supersedes_a_signed_one(desk: Desk) -> None:
    """After a review the next version is the newest; the signed one stays on record."""
    await desk.by("olu").ApprovePlan(approving(await desk.open()))
    newest = await desk.open(plan(version=2))
    assert (newest.version, newest.state) == (2, pb.APPROVAL_STATE_CHECKED)
    assert (await desk.read(1)).state == pb.APPROVAL_STATE_APPROVED


@pytest.mark.item(52)
async def test_a_plan_with_failed_checks_is_not_signed_but_returned_with_reasons(desk_on: Desk) -> None:
    """The refusal names what failed; the return adds it to the approver's own words."""
    bad = plan(line("l1"), line("l2", planning.USE_GAMBLING))
    del bad.met_otherwise[:]
    checked = await desk_on.open(bad)
    fault = await refusal_of(desk_on.by("olu").ApprovePlan(approving(checked)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CHECKS_NOT_MET")
    assert "LEGAL-4/P1 (l2): Line l2 is for gambling." in fault.detail
    assert fault.metadata["rules"] == "MEET-1, LEGAL-4/P1"
    returned = (await desk_on.by("olu").ReturnPlan(returning(checked))).approval
    assert returned.state == pb.APPROVAL_STATE_RETURNED
    assert "Line l2 is for gambling." in returned.reasons
    assert returned.reasons[-1] == "Let us talk about the evenings."
    assert (await desk_on.events())[-1] == PlanReturned(version=1, rules=["MEET-1", "LEGAL-4/P1"])


async def test_a_plan_that_lacks_facts_is_not_signed(desk: Desk) -> None:
    """A plan that lacks a fact is not signed: the refusal names what is missing."""
    silent = plan()
    silent.ClearField("person_involved")
    fault = await refusal_of(desk.by("olu").ApprovePlan(approving(await desk.open(silent))))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "FACTS_MISSING")
    assert fault.metadata["missing"] == "person_involved"


async def test_what_needs_judgement_is_judged_by_the_approver(desk_on: Desk) -> None:
    """Every such finding needs its own judgement, which is stored with who judged."""
    careful = plan(line("l1"))
    careful.lines[0].text = "A glass of wine with the cookery class"
    careful.risks_considered = False
    checked = await desk_on.open(careful)
    assert (checked.checks.verdict, checked.level) == (policy.VERDICT_NEEDS_JUDGEMENT, "R")
    words = pb.Judgement(rule="LEGAL-4/WORDS", about="l1", because="The wine is for the sauce.")
    risks = pb.Judgement(rule="SAFE-1", because="The risk is small and was talked about.")
    fault = await refusal_of(desk_on.by("olu").ApprovePlan(approving(checked, words)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "JUDGEMENT_MISSING")
    assert fault.metadata["rules"] == "SAFE-1"
    signed = (await desk_on.by("olu", Role.RISK_PANEL).ApprovePlan(approving(checked, words, risks))).approval
    assert (signed.state, signed.signed_as) == (pb.APPROVAL_STATE_APPROVED, "risk_panel")
    kept = await desk_on.running.store.read(lambda connection: connection.execute(sa.select(judgements)).all())
    assert {(row.rule, row.about, row.judged_by) for row in kept} == {
        ("LEGAL-4/WORDS", "l1", "olu"),
        ("SAFE-1", "", "olu"),
    }


@pytest.mark.item(51)
async def test_the_approver_says_that_the_council_is_satisfied_with_an_unusual_use(desk: Desk) -> None:
    """The override for close family does not cover it; a judgement of the line does, and is stored."""
    unusual = plan(line("l1", planning.USE_LOCAL_LIST))
    unusual.lines[0].necessary_override = True
    checked = await desk.open(unusual)
    assert (checked.legal, checked.level) == (policy.VERDICT_NEEDS_JUDGEMENT, "R")
    satisfied = pb.Judgement(rule="LEGAL-4/P12", about="l1", because="The carpet keeps him from falling.")
    signed = await desk.by("olu", Role.RISK_PANEL).ApprovePlan(approving(checked, satisfied))
    assert signed.approval.state == pb.APPROVAL_STATE_APPROVED


async def test_who_pays_the_money_out_does_not_sign(desk: Desk) -> None:
    """Whoever is in finance as well leaves the plan to somebody else (AUTH-8)."""
    checked = await desk.open()
    fault = await refusal_of(desk.by("olu", Role.APPROVER, Role.FINANCE).ApprovePlan(approving(checked)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "AUTHORITY_LACKING")
    assert "As approver: AUTH-8" in fault.detail


async def test_an_exception_is_signed_by_somebody_above_the_author(desk: Desk) -> None:
    """One goes above the assistant team manager (AUTH-9), several to those who may carry the risk (AUTH-4)."""
    family = [line(name, planning.USE_CLOSE_FAMILY) for name in ("l1", "l2")]
    for each in family:
        each.direct_payment = each.necessary_override = True
    checked = await desk.open(plan(family[0]))
    assert checked.level == "L0"
    fault = await refusal_of(desk.by("ada", Role.ASSISTANT_TEAM_MANAGER).ApprovePlan(approving(checked)))
    assert "As assistant_team_manager: AUTH-9" in fault.detail
    assert (await desk.by("olu").ApprovePlan(approving(checked))).approval.signed_as == "approver"
    several = Desk(desk.running)
    checked = await several.open(plan(*family))
    assert checked.level == "R"
    fault = await refusal_of(several.by("olu").ApprovePlan(approving(checked)))
    assert "As approver: AUTH-4" in fault.detail


async def test_a_judgement_of_what_needs_none_is_wrong(desk: Desk) -> None:
    """A judgement of nothing, a second one, and one without reasons are refused."""
    checked = await desk.open()
    stray = approving(checked, pb.Judgement(rule="LEGAL-1", because="Because."))
    fault = await refusal_of(desk.by("olu").ApprovePlan(stray))
    assert (fault.kind, fault.violations[0].field) == (Kind.INVALID, "judgements[0]")
    empty = approving(checked, pb.Judgement(rule="", because=""))
    fault = await refusal_of(desk.by("olu").ApprovePlan(empty))
    assert [each.field for each in fault.violations] == ["judgements[0].rule", "judgements[0].because"]


async def test_a_plan_beyond_the_scheme_of_delegation_is_not_signed(desk: Desk) -> None:
    """Above the approver's limit the plan stays undecided, and the refusal says why."""
    dear = plan()
    dear.lines[0].weekly = dear.weekly = "1000.01"
    checked = await desk.open(dear, indicative="1000.01")
    assert checked.level == "L3"
    fault = await refusal_of(desk.by("olu").ApprovePlan(approving(checked)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "AUTHORITY_LACKING")
    assert "£52,000.52" in fault.detail
    assert (await desk.read()).state == pb.APPROVAL_STATE_CHECKED


@pytest.mark.parametrize(
    ("use", "weekly", "signs"),
    [
        (planning.USE_GENERAL, "288.47", True),
        (planning.USE_CARE_HOME, "288.46", True),
        (planning.USE_CARE_HOME, "288.47", False),
        (planning.USE_CARE_HOME_LONG_TERM, "288.47", False),
    ],
)
async def test_a_plan_for_a_care_home_is_measured_by_the_limit_for_care_homes(
    desk: Desk, use: planning.Use.ValueType, weekly: str, *, signs: bool
) -> None:
    """Whoever signs, of whatever team: a team manager of the example council signs up to £15,000 a year there."""
    there = plan(line("l1", use))
    there.lines[0].weekly = there.weekly = weekly
    there.lines[0].care_home_weeks = 4
    there.lines[0].direct_payment = False
    signing = approving(await desk.open(there))
    team_manager = desk.by("olu", Role.TEAM_MANAGER)
    if signs:
        assert (await team_manager.ApprovePlan(signing)).approval.signed_as == "team_manager"
    else:
        fault = await refusal_of(team_manager.ApprovePlan(signing))
        assert fault.reason == "AUTHORITY_LACKING"
        assert (
            "AUTH-2: The yearly cost of £15,000.44 is above the role's limit of £15,000.00, by £0.44." in fault.detail
        )


@pytest.mark.parametrize("role", [Role.APPROVER, Role.TEAM_MANAGER, Role.PANEL])
async def test_what_was_referred_is_signed_by_those_who_may_carry_the_risk(desk: Desk, role: Role) -> None:
    """Judging the risk is not enough: the head of service or the risk panel signs, and nobody else (AUTH-4)."""
    careful = plan()
    careful.risks_considered = False
    signing = approving(await desk.open(careful), pb.Judgement(rule="SAFE-1", because="The risk is small."))
    fault = await refusal_of(desk.by("olu", role).ApprovePlan(signing))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "AUTHORITY_LACKING")
    assert f"As {role}: AUTH-4" in fault.detail
    signed = (await desk.by("hana", Role.HEAD_OF_SERVICE).ApprovePlan(signing)).approval
    assert (signed.decided_by, signed.signed_as) == ("hana", "head_of_service")


async def test_far_over_the_indicative_budget_only_the_top_signs(desk: Desk) -> None:
    """A fifth over it takes a reason, and the head of service or a panel; an approver may not sign (AUTH-3)."""
    checked = await desk.open(plan(), indicative="32.00")
    assert checked.level == "L3"
    value = pb.Judgement(rule="VALUE-1", because="Nothing cheaper is within reach of the bus.")
    fault = await refusal_of(desk.by("olu").ApprovePlan(approving(checked, value)))
    assert fault.reason == "AUTHORITY_LACKING"
    assert "AUTH-3" in fault.detail
    signed = (await desk.by("olu", Role.RISK_PANEL).ApprovePlan(approving(checked, value))).approval
    assert signed.signed_as == "risk_panel"


async def test_a_little_over_the_indicative_budget_takes_a_reason_and_no_higher_level(desk: Desk) -> None:
    """A question about the money alone is no risk: whoever may sign the amount signs, once the reason is recorded."""
    checked = await desk.open(plan(), indicative="36.00")
    assert (checked.sufficient, checked.level) == (policy.VERDICT_NEEDS_JUDGEMENT, "L0")
    fault = await refusal_of(desk.by("olu").ApprovePlan(approving(checked)))
    assert fault.reason == "JUDGEMENT_MISSING"
    value = pb.Judgement(rule="VALUE-1", because="Nothing cheaper is within reach of the bus.")
    assert (await desk.by("olu").ApprovePlan(approving(checked, value))).approval.signed_as == "approver"


async def test_of_several_roles_the_first_that_suffices_signs(desk: Desk) -> None:
    """Somebody with two roles signs an expensive plan in the higher one, and the record says so."""
    dear = plan()
    dear.lines[0].weekly = dear.weekly = "200.00"
    checked = await desk.open(dear, indicative="200.00")
    fault = await refusal_of(desk.by("olu", Role.ASSISTANT_TEAM_MANAGER).ApprovePlan(approving(checked)))
    assert fault.reason == "AUTHORITY_LACKING"
    refused = await desk.running.store.read(
        lambda connection: (
            connection.execute(
                sa.select(receipts.c.verdict).where(receipts.c.decision == "authority", receipts.c.actor == "olu")
            )
            .scalars()
            .all()
        )
    )
    assert "not_met" in refused
    both = desk.by("olu", Role.TEAM_MANAGER, Role.ASSISTANT_TEAM_MANAGER)
    answer = await both.ApprovePlan(approving(checked))
    assert (answer.authority.verdict, answer.approval.signed_as) == (policy.VERDICT_MET, "team_manager")
    receipt = await desk.running.store.read(
        lambda connection: connection.execute(
            sa.select(receipts.c.receipt).where(receipts.c.receipt_id == answer.authority.receipt_id)
        ).scalar_one()
    )
    assert json.loads(receipt)["facts"]["role"] == "team_manager"


async def test_a_role_without_a_limit_has_no_authority(tmp_path: Path) -> None:
    """Where the council's scheme of delegation gives the approver nothing, an approver signs nothing."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    choices = policies / "example-council" / "parameters" / "choices.yaml"
    choices.write_text(choices.read_text().replace('approver: "52000.00"', 'approver: "0.00"'))
    cases = policies / "example-council" / "cases" / "authority.yaml"
    cases.write_text(cases.read_text().replace('approver, annual_cost: "52000.', 'approver, annual_cost: "0.'))
    async with run_suite(
        "approval", Settings(data=tmp_path / "data", policies=policies, pack=PACK, feed=NOBODY)
    ) as running:
        desk = Desk(running)
        checked = await desk.open()
        fault = await refusal_of(desk.by("olu").ApprovePlan(approving(checked)))
        assert fault.reason == "AUTHORITY_LACKING"
        assert "As approver: AUTH-2" in fault.detail
        await desk.by("olu", Role.ASSISTANT_TEAM_MANAGER).ApprovePlan(approving(checked))


async def test_only_approvers_of_the_council_decide(desk: Desk) -> None:
    """A planner may not sign; an approver of another council finds nothing."""
    checked = await desk.open()
    fault = await refusal_of(desk.by("pat", Role.PLANNER).ApprovePlan(approving(checked)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
    fault = await refusal_of(desk.by("olu", council="elsewhere").ApprovePlan(approving(checked)))
    assert fault.kind is Kind.NOT_FOUND


async def test_a_version_that_has_not_come_cannot_be_decided(desk: Desk) -> None:
    """The answer says that it has to be submitted first; before any plan, that there is no such case."""
    unknown = pb.Approval(case_id=desk.case_id, version=1, etag="1")
    assert (await refusal_of(desk.by("olu").ApprovePlan(approving(unknown)))).kind is Kind.NOT_FOUND
    await desk.open()
    fault = await refusal_of(
        desk.by("olu").ApprovePlan(approving(pb.Approval(case_id=desk.case_id, version=2, etag="1")))
    )
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert fault.detail.startswith("SubmitPlan must come first")


async def test_a_decision_names_version_and_reasons(desk: Desk) -> None:
    """Without them nothing is decided."""
    empty = pb.ReturnPlanRequest(request_id=request_id(), case_id=desk.case_id)
    fault = await refusal_of(desk.by("olu").ReturnPlan(empty))
    assert [each.field for each in fault.violations] == ["version", "because"]
