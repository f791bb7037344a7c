"""Between the wire and the domain: fields read and checked, records written as messages."""

from collections.abc import Sequence
from datetime import date

from google.protobuf.message import Message

from services.planning.domain.money import DIRECT_PAYMENT, Holding, MoneyArrangement, wrong_payee
from services.planning.domain.plan import TEMPLATES, Content, Plan, SpendLine
from services.planning.domain.planning import Standing
from services.planning.domain.support import SupportArrangement
from sevensteps import clock
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.fields import MOST_WEEKLY, Fields, entry, number_of
from sevensteps.money import pounds

LONGEST_ANSWER = 20_000
MOST_LINES = 200
MOST_BYTES = 256 * 1024
"""A plan may have so many: it is answered, checked and kept whole, and each has to go into one message."""
YEARS_AHEAD = 3
"""So far ahead the person may set a day of their own to look at how the plan works."""
WEEKS_A_YEAR = 52
FACTS_OF_DIRECT_PAYMENT = (
    "has_capacity",
    "requests",
    "prohibited",
    "capable_with_help",
    "appropriate",
    "mca_person_supports",
    "best_interests",
    "court_order_exclusion",
    "nominee_agrees",
)


def planning_message(standing: Standing) -> pb.Planning:
    """Where planning stands, as it goes on the wire."""
    planning = standing.planning
    return pb.Planning(
        case_id=planning.case_id,
        plan=plan_message(standing.plan) if standing.plan else None,
        eligible_needs=planning.eligible_needs,
        indicative_weekly=pounds(planning.indicative),
        personal_budget_weekly=pounds(planning.budget) if planning.agreed_version else "",
        money=[_money_message(each) for each in standing.money],
        support=[_support_message(each) for each in standing.support],
        open_stage=planning.stage.value if planning.stage_open else "",
        due_on=_day_text(standing.due_on),
        etag=str(planning.version),
    )


def plan_message(plan: Plan) -> pb.Plan:
    """A plan as it goes on the wire."""
    content = plan.content
    return pb.Plan(
        case_id=plan.case_id,
        version=plan.version,
        state=number_of(pb.PlanState, "submitted" if plan.submitted else "draft"),
        template=number_of(pb.Template, content.template),
        answers=content.answers,
        lines=[_line_message(line) for line in content.lines],
        met_otherwise=content.met_otherwise,
        helper=number_of(pb.PlanHelper, content.helper),
        risks_considered=content.risks_considered,
        person_involved=content.person_involved,
        advocate_considered=content.advocate_considered,
        review_on=_day_text(content.review_on),
        weekly=pounds(content.weekly),
        written_by=plan.written_by,
        top_up=pounds(content.top_up),
        advice_given=content.advice_given,
    )


def _line_message(line: SpendLine) -> pb.SpendLine:
    return pb.SpendLine(
        line_id=line.line_id,
        text=line.text,
        needs=line.needs,
        use=number_of(pb.Use, line.use),
        weekly=pounds(line.weekly),
        necessary_override=line.necessary_override,
        care_home_weeks=line.care_home_weeks,
        direct_payment=line.direct_payment,
        beyond_needs=pounds(line.beyond_needs),
    )


def _money_message(arrangement: MoneyArrangement) -> pb.MoneyArrangement:
    return pb.MoneyArrangement(
        arrangement_id=arrangement.arrangement_id,
        kind=number_of(pb.MoneyKind, arrangement.kind),
        payee=number_of(pb.Payee, arrangement.payee),
        weekly=pounds(arrangement.weekly),
    )


def _support_message(arrangement: SupportArrangement) -> pb.SupportArrangement:
    return pb.SupportArrangement(
        arrangement_id=arrangement.arrangement_id,
        kind=number_of(pb.SupportKind, arrangement.kind),
        needs=arrangement.needs,
        starts_on=arrangement.starts_on.isoformat(),
    )


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""


def content_of(request: pb.SavePlanRequest, fields: Fields) -> Content:
    """What the plan says, every wrong field noted. Whether its needs are eligible, the case must tell."""
    if request.ByteSize() > MOST_BYTES:
        fields.wrong("plan", f"must have at most {MOST_BYTES} bytes")
    template = fields.choice("template", request.template, pb.Template)
    for question, answer in request.answers.items():
        path = entry("answers", question)
        if template and question not in TEMPLATES[template]:
            fields.wrong(path, f"must be a question of the template: {', '.join(TEMPLATES[template])}")
        else:
            fields.text(path, answer, limit=LONGEST_ANSWER, may_be_empty=True)
    return Content(
        template=template,
        answers=dict(request.answers),
        lines=_lines_of(request, fields),
        met_otherwise=_needs_of("met_otherwise", request.met_otherwise, fields),
        helper=fields.choice("helper", request.helper, pb.PlanHelper) if request.helper else "",
        risks_considered=_known(request, "risks_considered"),
        person_involved=_known(request, "person_involved"),
        advocate_considered=_known(request, "advocate_considered"),
        review_on=_review_on_of(request.review_on, fields) if request.review_on else None,
        top_up=fields.weekly("top_up", request.top_up or "0.00"),
        advice_given=_known(request, "advice_given"),
    )


def _lines_of(request: pb.SavePlanRequest, fields: Fields) -> tuple[SpendLine, ...]:
    if len(request.lines) > MOST_LINES:
        fields.wrong("lines", f"must be at most {MOST_LINES}")
        return ()
    lines: list[SpendLine] = []
    ids: set[str] = set()
    for index, line in enumerate(request.lines):
        path = f"lines[{index}]"
        if line.line_id in ids:
            fields.wrong(f"{path}.line_id", "must differ from that of every other line")
        ids.add(line.line_id)
        lines.append(
            SpendLine(
                line_id=fields.id(f"{path}.line_id", line.line_id),
                text=fields.text(f"{path}.text", line.text, limit=1000),
                needs=_needs_of(f"{path}.needs", line.needs, fields),
                use=fields.choice(f"{path}.use", line.use, pb.Use),
                weekly=fields.weekly(f"{path}.weekly", line.weekly),
                necessary_override=line.necessary_override,
                care_home_weeks=_care_home_weeks_of(path, line, fields),
                direct_payment=_known(line, "direct_payment"),
                beyond_needs=fields.weekly(f"{path}.beyond_needs", line.beyond_needs or "0.00"),
            )
        )
    if sum(line.weekly for line in lines) > MOST_WEEKLY:
        fields.wrong("lines", f"must come to at most {MOST_WEEKLY} pounds a week together")
    return tuple(lines)


def _review_on_of(review_on: str, fields: Fields) -> date:
    return fields.day("review_on", review_on, earliest=clock.now().date(), latest=clock.in_years(YEARS_AHEAD))


def _care_home_weeks_of(path: str, line: pb.SpendLine, fields: Fields) -> int | None:
    if not line.HasField("care_home_weeks"):
        return None
    if line.use != pb.USE_CARE_HOME:
        fields.wrong(f"{path}.care_home_weeks", "is for a stay in a care home only")
    elif not 0 <= line.care_home_weeks <= WEEKS_A_YEAR:
        fields.wrong(f"{path}.care_home_weeks", f"must be weeks of twelve months, from 0 to {WEEKS_A_YEAR}")
    return line.care_home_weeks


def _needs_of(path: str, names: Sequence[str], fields: Fields) -> tuple[str, ...]:
    return fields.needs(path, names) if names else ()


def holding_of(request: pb.ArrangeMoneyRequest, fields: Fields) -> Holding:
    """How money is to be held, every wrong field noted. Payee and facts are for a direct payment, which needs them."""
    kind = fields.choice("kind", request.kind, pb.MoneyKind)
    weekly = fields.money("weekly", request.weekly, above_zero=True)
    if kind != DIRECT_PAYMENT:
        if request.payee:
            fields.wrong("payee", "is for a direct payment only")
        if request.HasField("facts"):
            fields.wrong("facts", "are for a direct payment only")
        return Holding(kind, "", weekly, {})
    payee = fields.choice("payee", request.payee, pb.Payee)
    if not request.HasField("facts"):
        fields.wrong("facts", "must be given for a direct payment")
    facts = {name: _known(request.facts, name) for name in FACTS_OF_DIRECT_PAYMENT}
    misfit = wrong_payee(payee, has_capacity=facts["has_capacity"])
    if payee and misfit:
        fields.wrong("payee", misfit)
    return Holding(kind, payee, weekly, facts)


def _known(message: Message, name: str) -> bool | None:
    return bool(getattr(message, name)) if message.HasField(name) else None


def version_of(version: int, fields: Fields) -> int:
    """A plan version that a step is opened for."""
    if version < 1:
        fields.wrong("version", "must be a version of the plan, from 1")
    return version
