"""Between the wire and the domain: fields read and checked, records written as messages."""

from collections.abc import Sequence
from datetime import date

from services.planning.arrangement_messages import money_message, period_message, support_message
from services.planning.domain.money import DIRECT_PAYMENT, PERSON, Holding, wrong_payee
from services.planning.domain.period import Choice, EndReason
from services.planning.domain.plan import Content, Plan
from services.planning.domain.planning import MoneyOpening, PlanOpening, Standing, SupportOpening
from services.planning.domain.support import Support
from services.planning.line_messages import YEARS_AHEAD, line_message, lines_of
from sevensteps import clock
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.fields import Fields, entry, if_given, number_of
from sevensteps.identity.claims import LONGEST_COUNCIL
from sevensteps.money import pounds
from sevensteps.service import overdue
from sevensteps.service.overdue import PassedDate
from sevensteps.steps import Stage
from sevensteps.support_plan import TEMPLATES

LONGEST_ANSWER = 20_000
MOST_BYTES = 256 * 1024
"""Largest plan that may be saved, so that it can be stored, checked and answered in one message."""
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
        personal_budget_once=pounds(planning.budget_once) if planning.agreed_version else "",
        money=[money_message(arrangement) for arrangement in standing.money],
        support=[support_message(arrangement) for arrangement in standing.support],
        periods=[period_message(period) for period in standing.periods],
        open_stage=planning.stage.value if planning.stage_open else "",
        due_on=_day_text(standing.due_on),
        etag=str(planning.version),
        met_by_carer=planning.met_by_carer,
        own_money=planning.own_money,
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
        lines=[line_message(line) for line in content.lines],
        met_otherwise=content.met_otherwise,
        helper=number_of(pb.PlanHelper, content.helper),
        risks_considered=content.risks_considered,
        person_involved=content.person_involved,
        advocate_considered=content.advocate_considered,
        review_on=_day_text(content.review_on),
        weekly=pounds(content.weekly),
        once=pounds(content.once),
        own_money=content.own_money,
        own_weekly=pounds(content.cost.weekly - content.weekly),
        own_once=pounds(content.cost.once - content.once),
        written_by=plan.written_by,
        top_up=pounds(content.top_up),
        advice_given=content.advice_given,
        lacks_capacity=content.lacks_capacity,
        interested_involved=content.interested_involved,
        complex=content.complex,
    )


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""


def check_version(request: pb.GetPlanRequest) -> None:
    """Raise a Fault (INVALID) for a version that no plan can have."""
    fields = Fields()
    if request.version < 0:
        fields.wrong("version", "must be a version of the plan, or 0 for the newest")
    fields.check()


def plan_opening_of(request: pb.OpenPlanRequest, fields: Fields) -> PlanOpening:
    """The opening of step 2."""
    needs = request.eligible_needs
    eligible_needs = () if request.own_money and not needs else fields.needs("eligible_needs", needs)
    for index, need in enumerate(request.met_by_carer):
        fields.among(f"met_by_carer[{index}]", need, eligible_needs)
    return PlanOpening(
        case_id=fields.id("case_id", request.case_id),
        council=fields.text("council", request.council, limit=LONGEST_COUNCIL),
        version=fields.count("version", request.version),
        eligible_needs=eligible_needs,
        met_by_carer=tuple(request.met_by_carer),
        indicative=fields.money("indicative_weekly", request.indicative_weekly),
        opened_on=fields.day("opened_on", request.opened_on),
        own_money=request.own_money,
    )


def money_opening_of(request: pb.OpenMoneyRequest, fields: Fields) -> MoneyOpening:
    """The opening of step 4."""
    return MoneyOpening(
        case_id=request.case_id,
        version=fields.count("version", request.version),
        budget=fields.money("personal_budget_weekly", request.personal_budget_weekly),
        opened_on=fields.day("opened_on", request.opened_on),
    )


def support_opening_of(request: pb.OpenSupportRequest, fields: Fields) -> SupportOpening:
    """The opening of step 5."""
    return SupportOpening(
        case_id=request.case_id,
        version=fields.count("version", request.version),
        opened_on=fields.day("opened_on", request.opened_on),
    )


def support_of(request: pb.ArrangeSupportRequest, fields: Fields) -> Support:
    """How needs are to be met. Whether the plan pays for them, the case must tell."""
    return Support(
        kind=fields.choice("kind", request.kind, pb.SupportKind),
        needs=fields.needs("needs", request.needs),
        starts_on=_within_a_year("starts_on", request.starts_on, fields),
    )


def stop_of(request: pb.StopArrangementsRequest, fields: Fields) -> Choice:
    """What is to stop, and after which day."""
    return Choice(_ids_of(request.arrangement_ids, fields), _within_a_year("last_day", request.last_day, fields))


def restart_of(request: pb.RestartArrangementsRequest, fields: Fields) -> Choice:
    """What is to start again, and from which day on."""
    return Choice(_ids_of(request.arrangement_ids, fields), _within_a_year("first_day", request.first_day, fields))


def end_of(request: pb.CloseCaseRequest, fields: Fields) -> tuple[date | None, EndReason]:
    """The last day of a case that has ended, where it is known, and why what runs ends with it."""
    last_day = fields.day("ended_on", request.ended_on) if request.ended_on else None
    return last_day, EndReason.DIED if request.died else EndReason.CASE_ENDED


def _ids_of(arrangement_ids: Sequence[str], fields: Fields) -> tuple[str, ...]:
    return tuple(fields.id(f"arrangement_ids[{index}]", value) for index, value in enumerate(arrangement_ids))


def _within_a_year(path: str, day: str, fields: Fields) -> date:
    return fields.day(path, day, earliest=clock.in_years(-1), latest=clock.in_years(1))


def content_of(request: pb.SavePlanRequest, fields: Fields) -> Content:
    """What the plan says, every wrong field noted. Needs that are not eligible are for an approver to judge."""
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
        lines=lines_of(request.lines, fields),
        met_otherwise=_needs_of("met_otherwise", request.met_otherwise, fields),
        helper=fields.choice("helper", request.helper, pb.PlanHelper) if request.helper else "",
        risks_considered=if_given(request, "risks_considered"),
        person_involved=if_given(request, "person_involved"),
        advocate_considered=if_given(request, "advocate_considered"),
        review_on=_review_on_of(request.review_on, fields) if request.review_on else None,
        top_up=fields.weekly("top_up", request.top_up or "0.00"),
        advice_given=if_given(request, "advice_given"),
        lacks_capacity=request.lacks_capacity,
        interested_involved=if_given(request, "interested_involved"),
        complex=if_given(request, "complex"),
    )


def _review_on_of(review_on: str, fields: Fields) -> date:
    return fields.day("review_on", review_on, earliest=clock.today(), latest=clock.in_years(YEARS_AHEAD))


def _needs_of(path: str, names: Sequence[str], fields: Fields) -> tuple[str, ...]:
    return fields.needs(path, names) if names else ()


def holding_of(request: pb.ArrangeMoneyRequest, fields: Fields) -> Holding:
    """How money is to be held, every wrong field noted. Payee and facts are for a direct payment, which needs them."""
    kind = fields.choice("kind", request.kind, pb.MoneyKind)
    once = fields.money("once", request.once or "0.00")
    weekly = fields.money("weekly", request.weekly or ("0.00" if once else ""), above_zero=not once)
    if kind != DIRECT_PAYMENT:
        if request.payee:
            fields.wrong("payee", "is for a direct payment only")
        if request.payee_reference:
            fields.wrong("payee_reference", "is for a direct payment only")
        if request.HasField("facts"):
            fields.wrong("facts", "are for a direct payment only")
        return Holding(kind, "", weekly, {}, once)
    payee = fields.choice("payee", request.payee, pb.Payee)
    if not request.HasField("facts"):
        fields.wrong("facts", "must be given for a direct payment")
    facts = {name: if_given(request.facts, name) for name in FACTS_OF_DIRECT_PAYMENT}
    misfit = wrong_payee(payee, has_capacity=facts["has_capacity"])
    if payee and misfit:
        fields.wrong("payee", misfit)
    return Holding(kind, payee, weekly, facts, once, _payee_reference_of(request, payee, fields))


def _payee_reference_of(request: pb.ArrangeMoneyRequest, payee: str, fields: Fields) -> str:
    if not request.payee_reference:
        return ""
    if payee == PERSON:
        fields.wrong("payee_reference", "must be left out: the case says who the person is")
    return fields.reference("payee_reference", request.payee_reference)


def passed_date_of(request: pb.RecordOverdueRequest, fields: Fields) -> PassedDate:
    """The date of a step that has passed or is near."""
    return overdue.passed_date_of(request, fields, Stage.PLAN_MADE, Stage.MONEY_ORGANISED, Stage.SUPPORT_ORGANISED)
