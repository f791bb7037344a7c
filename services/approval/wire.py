"""Between the wire and the domain: the plan and the judgements read and checked, approvals written as messages."""

from collections.abc import Sequence
from decimal import Decimal

from google.protobuf.json_format import MessageToJson

from services.approval.domain.approval import Approval, ApprovalOpening, ApprovalState, PlanReturn, Signature
from services.approval.domain.checks import Judgement
from services.approval.domain.plan import SubmittedPlan
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.fields import Fields, if_given, moment, number_of
from sevensteps.identity.claims import LONGEST_COUNCIL
from sevensteps.money import pounds
from sevensteps.service import overdue
from sevensteps.service.overdue import PassedDate
from sevensteps.steps import OUTCOMES, Stage
from sevensteps.support_plan import SpendLine

LONGEST_RULE = 64
LONGEST_ABOUT = 64


def approval_message(approval: Approval, checks: decision_pb2.Decision, judgements: Sequence[Judgement]) -> pb.Approval:
    """An approval as it goes on the wire. A return's reasons are the approver's own and every check that is not met."""
    failed = [finding.because for finding in checks.findings if finding.verdict == decision_pb2.VERDICT_NOT_MET]
    returned = approval.state is ApprovalState.RETURNED
    return pb.Approval(
        case_id=approval.case_id,
        version=approval.version,
        state=number_of(pb.ApprovalState, approval.state),
        checks=checks,
        safe=number_of(decision_pb2.Verdict, approval.safe),
        legal=number_of(decision_pb2.Verdict, approval.legal),
        meets_needs=number_of(decision_pb2.Verdict, approval.meets_needs),
        sufficient=number_of(decision_pb2.Verdict, approval.sufficient),
        level=approval.level,
        due_on=approval.due_on.isoformat(),
        personal_budget_weekly=pounds(approval.personal_budget),
        personal_budget_once=pounds(approval.personal_budget_once),
        own_money=approval.own_money,
        decided_by=approval.decided_by,
        signed_as=approval.signed_as,
        reasons=[*failed, approval.because] if returned else [],
        because=approval.because,
        judgements=[pb.Judgement(rule=each.rule, about=each.about, because=each.because) for each in judgements],
        decided_at=moment(approval.decided_at),
        indicative_weekly=pounds(approval.indicative),
        written_by=sorted(approval.written_by),
        assessed_by=sorted(approval.assessed_by),
        capacity_id=approval.capacity_id,
        etag=str(approval.revision),
    )


def approval_opening_of(request: pb.OpenApprovalRequest, fields: Fields) -> ApprovalOpening:
    """The opening of step 3."""
    needs = request.eligible_needs
    eligible_needs = () if request.plan.own_money and not needs else fields.needs("eligible_needs", needs)
    for index, need in enumerate(request.met_by_carer):
        fields.among(f"met_by_carer[{index}]", need, eligible_needs)
    return ApprovalOpening(
        case_id=fields.id("case_id", request.case_id),
        council=fields.text("council", request.council, limit=LONGEST_COUNCIL),
        plan=_plan(request, fields),
        eligible_needs=eligible_needs,
        indicative=fields.money("indicative_weekly", request.indicative_weekly),
        assessed_by=_subjects("assessed_by", request.assessed_by, fields),
        opened_on=fields.day("opened_on", request.opened_on),
        met_by_carer=tuple(dict.fromkeys(request.met_by_carer)),
    )


def signature_of(request: pb.ApprovePlanRequest, fields: Fields) -> Signature:
    """An approver's signature."""
    return Signature(
        version=fields.count("version", request.version),
        because=fields.text("because", request.because),
        judgements=_judgements(request.judgements, fields),
    )


def return_of(request: pb.ReturnPlanRequest, fields: Fields) -> PlanReturn:
    """An approver's return of a plan."""
    return PlanReturn(version=fields.count("version", request.version), because=fields.text("because", request.because))


def _plan(request: pb.OpenApprovalRequest, fields: Fields) -> SubmittedPlan:
    """The plan that is to be checked, whole and submitted."""
    message = request.plan
    if not request.HasField("plan"):
        fields.wrong("plan", "must be given")
    if message.case_id != request.case_id:
        fields.wrong("plan.case_id", "must be the case of the request")
    if message.state != planning_pb2.PLAN_STATE_SUBMITTED:
        fields.wrong("plan.state", "must be PLAN_STATE_SUBMITTED")
    return SubmittedPlan(
        version=fields.count("plan.version", message.version),
        template=fields.choice("plan.template", message.template, planning_pb2.Template),
        answered=frozenset(question for question, answer in message.answers.items() if answer.strip()),
        lines=tuple(_line(line, f"plan.lines[{index}]", fields) for index, line in enumerate(message.lines)),
        met_otherwise=_needs("plan.met_otherwise", message.met_otherwise, fields),
        risks_considered=if_given(message, "risks_considered"),
        person_involved=if_given(message, "person_involved"),
        advocate_considered=if_given(message, "advocate_considered"),
        advice_given=if_given(message, "advice_given"),
        lacks_capacity=message.lacks_capacity,
        interested_involved=if_given(message, "interested_involved"),
        weekly=fields.money("plan.weekly", message.weekly),
        once=fields.money("plan.once", message.once or "0.00"),
        own_money=message.own_money,
        top_up=fields.money("plan.top_up", message.top_up) if message.top_up else Decimal("0.00"),
        written_by=_subjects("plan.written_by", message.written_by, fields),
        as_given=MessageToJson(message, preserving_proto_field_name=True, indent=None, sort_keys=True),
    )


def _line(message: planning_pb2.SpendLine, path: str, fields: Fields) -> SpendLine:
    return SpendLine(
        line_id=fields.text(f"{path}.line_id", message.line_id, limit=64),
        text=fields.text(f"{path}.text", message.text),
        needs=_needs(f"{path}.needs", message.needs, fields),
        use=fields.choice(f"{path}.use", message.use, planning_pb2.Use),
        weekly=fields.money(f"{path}.weekly", message.weekly),
        necessary_override=message.necessary_override,
        care_home_weeks=message.care_home_weeks if message.HasField("care_home_weeks") else None,
        direct_payment=if_given(message, "direct_payment"),
        beyond_needs=fields.money(f"{path}.beyond_needs", message.beyond_needs or "0.00"),
    )


def _needs(path: str, names: Sequence[str], fields: Fields) -> tuple[str, ...]:
    """Outcome names; none is allowed, and for the rules to judge."""
    return tuple(fields.among(f"{path}[{index}]", name, OUTCOMES) for index, name in enumerate(names))


def _subjects(path: str, subjects: Sequence[str], fields: Fields) -> tuple[str, ...]:
    """Who took part, at least one: without them nobody's duties could be kept apart."""
    if not subjects or not all(subjects):
        fields.wrong(path, "must name everybody who took part, by subject")
    return tuple(subjects)


def _judgements(messages: Sequence[pb.Judgement], fields: Fields) -> tuple[Judgement, ...]:
    return tuple(
        Judgement(
            rule=fields.text(f"judgements[{index}].rule", message.rule, limit=LONGEST_RULE),
            about=fields.text(f"judgements[{index}].about", message.about, limit=LONGEST_ABOUT, may_be_empty=True),
            because=fields.text(f"judgements[{index}].because", message.because, limit=5000),
        )
        for index, message in enumerate(messages)
    )


def passed_date_of(request: pb.RecordOverdueRequest, fields: Fields) -> PassedDate:
    """The date of a step that has passed or is near."""
    return overdue.passed_date_of(request, fields, Stage.PLAN_AGREED)
