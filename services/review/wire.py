"""Between the wire and the domain: spending and reviews read and checked, lives written as messages."""

from collections.abc import Mapping
from datetime import date

from services.review.domain.correcting import Correction
from services.review.domain.life import Life, LifeOpening, Review, ReviewOpening
from services.review.domain.plan_in_force import PlanInForce
from services.review.domain.spending import NOTHING, Judgement, Spend, SpendJudgement
from sevensteps import clock
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.fields import Fields, entry, if_given, number_of
from sevensteps.identity.claims import LONGEST_COUNCIL
from sevensteps.money import pounds
from sevensteps.service import overdue
from sevensteps.service.overdue import PassedDate
from sevensteps.steps import OUTCOMES, ReviewOutcome, Stage

EARLIEST_SPEND = date(2015, 4, 1)
"""No plan under the Care Act 2014 paid for anything before it came into force."""
LONGEST_EVIDENCE = 200


def life_message(life: Life, schedule: decision_pb2.Decision) -> pb.Life:
    """A life as it goes on the wire."""
    return pb.Life(
        case_id=life.case_id,
        state=number_of(pb.LifeState, life.state),
        plan_version=life.plan_version,
        round=life.round,
        review_due=life.review_due.isoformat(),
        due_kind=number_of(pb.DueKind, life.due_kind),
        due_rule=life.due_rule,
        law_due=_text(life.law_due),
        schedule=schedule,
        spent=pounds(life.spent),
        reason=number_of(pb.ReviewReason, life.reason or ""),
        due_on=_text(life.due_on),
        etag=str(life.version),
        in_force=_plan_message(life.in_force) if life.in_force else None,
        spends_to_judge=life.spends_to_judge,
        not_agreed=pounds(life.not_agreed),
    )


def _plan_message(plan: PlanInForce) -> pb.PlanInForce:
    return pb.PlanInForce(
        lines=[
            pb.PlanLine(line_id=line, weekly=pounds(weekly), once=pounds(plan.once.get(line, NOTHING)))
            for line, weekly in plan.lines.items()
        ],
        support_since=plan.support_since.isoformat(),
        needs=plan.needs,
        complex=plan.complex,
    )


def life_opened(life: Life) -> pb.OpenLifeResponse:
    """When the next review of an opened life is due."""
    return pb.OpenLifeResponse(
        review_due=life.review_due.isoformat(),
        due_kind=number_of(pb.DueKind, life.due_kind),
        law_due=_text(life.law_due),
    )


def life_opening_of(request: pb.OpenLifeRequest, fields: Fields) -> LifeOpening:
    """The opening of step 6."""
    return LifeOpening(
        case_id=fields.id("case_id", request.case_id),
        council=fields.text("council", request.council, limit=LONGEST_COUNCIL),
        round=fields.count("round", request.round),
        plan_version=fields.count("plan_version", request.plan_version),
        started_on=fields.day("started_on", request.started_on),
        continues=request.continues,
        direct_payment_since=_day_if_given("direct_payment_since", request.direct_payment_since, fields),
        own_date=_day_if_given("review_on", request.review_on, fields),
        in_force=_plan_of(request.in_force, fields) if request.HasField("in_force") else None,
    )


def _plan_of(plan: pb.PlanInForce, fields: Fields) -> PlanInForce:
    return PlanInForce(
        lines={
            fields.id(f"in_force.lines[{index}].line_id", line.line_id): fields.money(
                f"in_force.lines[{index}].weekly", line.weekly
            )
            for index, line in enumerate(plan.lines)
        },
        support_since=fields.day("in_force.support_since", plan.support_since),
        needs=fields.needs("in_force.needs", plan.needs) if plan.needs else (),
        complex=if_given(plan, "complex"),
        once={
            line.line_id: fields.money(f"in_force.lines[{index}].once", line.once)
            for index, line in enumerate(plan.lines)
            if line.once
        },
    )


def review_opened(life: Life) -> pb.OpenReviewResponse:
    """By when an opened review should be done."""
    return pb.OpenReviewResponse(due_on=_text(life.due_on), law_due=_text(life.law_due))


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def review_opening_of(request: pb.OpenReviewRequest, fields: Fields) -> ReviewOpening:
    """The opening of step 7."""
    return ReviewOpening(
        case_id=request.case_id,
        round=fields.count("round", request.round),
        opened_on=fields.day("opened_on", request.opened_on),
    )


def because_of(request: pb.RequestReviewRequest, fields: Fields) -> str:
    """Why a review is asked for."""
    return fields.text("because", request.because)


def trigger_of(request: pb.TriggerReviewRequest, fields: Fields) -> str:
    """What calls for a review, by its short name."""
    return fields.choice("trigger", request.trigger, pb.ReviewTrigger)


def spend_of(request: pb.RecordSpendRequest, fields: Fields) -> Spend:
    """What was spent."""
    return _spend(request, fields, may_be_zero=False)


def correction_of(request: pb.CorrectSpendRequest, fields: Fields) -> Correction:
    """What is right of spending that was recorded wrongly."""
    right = _spend(request, fields, may_be_zero=True)
    return Correction(
        spend_id=fields.id("spend_id", request.spend_id), right=right, because=fields.text("because", request.because)
    )


def _spend(request: pb.RecordSpendRequest | pb.CorrectSpendRequest, fields: Fields, *, may_be_zero: bool) -> Spend:
    evidence = request.evidence
    return Spend(
        line_id=fields.id("line_id", request.line_id),
        amount=fields.money_either_way("amount", request.amount, may_be_zero=may_be_zero),
        spent_on=fields.day("spent_on", request.spent_on, earliest=EARLIEST_SPEND, latest=clock.today()),
        evidence=fields.reference("evidence", evidence, limit=LONGEST_EVIDENCE) if evidence else "",
    )


def judgement_of(request: pb.JudgeSpendRequest, fields: Fields) -> Judgement:
    """What is judged of spending. NOT_AGREED stands in for a wrong judgement until `check` refuses the request."""
    judgement = fields.choice("judgement", request.judgement, pb.SpendJudgement)
    return Judgement(
        spend_id=fields.id("spend_id", request.spend_id),
        judgement=SpendJudgement(judgement) if judgement else SpendJudgement.NOT_AGREED,
        because=fields.text("because", request.because),
    )


def review_of(request: pb.CompleteReviewRequest, fields: Fields) -> Review:
    """What the review showed. CONTINUE stands in for a wrong outcome until `check` refuses the request."""
    outcome = fields.choice("outcome", request.outcome, pb.ReviewOutcome)
    return Review(
        achieved=_achieved(request.achieved, fields),
        how_it_worked=fields.text("how_it_worked", request.how_it_worked),
        money_used_properly=if_given(request, "money_used_properly"),
        outcome=ReviewOutcome(outcome) if outcome else ReviewOutcome.CONTINUE,
    )


def _achieved(outcomes: Mapping[str, pb.Achieved.ValueType], fields: Fields) -> dict[str, str]:
    if not outcomes:
        fields.wrong("achieved", "must say of at least one outcome how far it was achieved")
    for name in sorted(outcomes.keys() - OUTCOMES):
        fields.wrong(entry("achieved", name), f"must be one of {', '.join(sorted(OUTCOMES))}")
    return {
        name: fields.choice(f"achieved[{name}]", achieved, pb.Achieved)
        for name, achieved in outcomes.items()
        if name in OUTCOMES
    }


def _day_if_given(path: str, value: str, fields: Fields) -> date | None:
    return fields.day(path, value) if value else None


def passed_date_of(request: pb.RecordOverdueRequest, fields: Fields) -> PassedDate:
    """The date of a step that has passed or is near."""
    return overdue.passed_date_of(request, fields, Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED)
