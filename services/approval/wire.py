"""Between the wire and the domain: the plan and the judgements read and checked, approvals written as messages."""

from collections.abc import Sequence
from decimal import Decimal

from google.protobuf.json_format import MessageToJson

from services.approval.domain.approval import Approval, ApprovalState, Judgement
from services.approval.domain.plan import SpendLine, SubmittedPlan
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.fields import Fields, number_of
from sevensteps.money import pounds
from sevensteps.steps import OUTCOMES

RULE_LENGTH = 64
ABOUT_LENGTH = 64


def approval_message(approval: Approval, checks: decision_pb2.Decision) -> pb.Approval:
    """An approval as it goes on the wire. A return's reasons are the approver's own and every check that is not met."""
    failed = [each.because for each in checks.findings if each.verdict == decision_pb2.VERDICT_NOT_MET]
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
        decided_by=approval.decided_by,
        signed_as=approval.signed_as,
        reasons=[*failed, approval.because] if returned else [],
        etag=str(approval.revision),
    )


def plan_of(message: planning_pb2.Plan, case_id: str, fields: Fields) -> SubmittedPlan:
    """The plan that is to be checked, whole and submitted."""
    if message.case_id != case_id:
        fields.wrong("plan.case_id", "must be the case of the request")
    if message.state != planning_pb2.PLAN_STATE_SUBMITTED:
        fields.wrong("plan.state", "must be PLAN_STATE_SUBMITTED")
    return SubmittedPlan(
        version=version_of("plan.version", message.version, fields),
        template=fields.choice("plan.template", message.template, planning_pb2.Template),
        answered=frozenset(question for question, answer in message.answers.items() if answer.strip()),
        lines=tuple(_line(line, f"plan.lines[{index}]", fields) for index, line in enumerate(message.lines)),
        met_otherwise=_needs("plan.met_otherwise", message.met_otherwise, fields),
        risks_considered=message.risks_considered if message.HasField("risks_considered") else None,
        person_involved=message.person_involved if message.HasField("person_involved") else None,
        advocate_considered=message.advocate_considered if message.HasField("advocate_considered") else None,
        advice_given=message.advice_given if message.HasField("advice_given") else None,
        weekly=fields.money("plan.weekly", message.weekly),
        top_up=fields.money("plan.top_up", message.top_up) if message.top_up else Decimal("0.00"),
        written_by=subjects_of("plan.written_by", message.written_by, fields),
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
        direct_payment=message.direct_payment if message.HasField("direct_payment") else None,
        beyond_needs=fields.money(f"{path}.beyond_needs", message.beyond_needs or "0.00"),
    )


def _needs(path: str, names: Sequence[str], fields: Fields) -> tuple[str, ...]:
    """Outcome names; none is allowed, and for the rules to judge."""
    return tuple(fields.among(f"{path}[{index}]", name, OUTCOMES) for index, name in enumerate(names))


def version_of(path: str, version: int, fields: Fields) -> int:
    """A plan version, from 1."""
    if version < 1:
        fields.wrong(path, "must be a plan version, 1 or more")
    return version


def subjects_of(path: str, subjects: Sequence[str], fields: Fields) -> tuple[str, ...]:
    """Who took part, at least one: without them nobody's duties could be kept apart."""
    if not subjects or not all(subjects):
        fields.wrong(path, "must name everybody who took part, by subject")
    return tuple(subjects)


def judgements_of(messages: Sequence[pb.Judgement], fields: Fields) -> tuple[Judgement, ...]:
    """What the approver judged."""
    return tuple(
        Judgement(
            rule=fields.text(f"judgements[{index}].rule", message.rule, limit=RULE_LENGTH),
            about=fields.text(f"judgements[{index}].about", message.about, limit=ABOUT_LENGTH, may_be_empty=True),
            because=fields.text(f"judgements[{index}].because", message.because, limit=5000),
        )
        for index, message in enumerate(messages)
    )
