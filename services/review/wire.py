"""Between the wire and the domain: spending and reviews read and checked, lives written as messages."""

from collections.abc import Mapping
from datetime import date

from services.review.domain import Life, Review, Spend
from sevensteps import clock
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.fields import Fields, entry, number_of
from sevensteps.money import pounds
from sevensteps.steps import OUTCOMES, ReviewOutcome

EARLIEST_SPEND = date(2015, 4, 1)
"""No plan under the Care Act 2014 paid for anything before it came into force."""
EVIDENCE_LENGTH = 200


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
        law_due=life.law_due.isoformat() if life.law_due else "",
        schedule=schedule,
        spent=pounds(life.spent),
        reason=number_of(pb.ReviewReason, life.reason or ""),
        due_on=life.due_on.isoformat() if life.due_on else "",
        etag=str(life.version),
    )


def spend_of(request: pb.RecordSpendRequest, fields: Fields) -> Spend:
    """What was spent."""
    return Spend(
        line_id=fields.id("line_id", request.line_id),
        amount=fields.money("amount", request.amount, above_zero=True),
        spent_on=fields.day("spent_on", request.spent_on, earliest=EARLIEST_SPEND, latest=clock.latest_today()),
        evidence=fields.text("evidence", request.evidence, limit=EVIDENCE_LENGTH, may_be_empty=True),
    )


def review_of(request: pb.CompleteReviewRequest, fields: Fields) -> Review:
    """What the review found. An outcome that cannot be read stands for the first one until `check` refuses."""
    outcome = fields.choice("outcome", request.outcome, pb.ReviewOutcome)
    return Review(
        achieved=_achieved(request.achieved, fields),
        how_it_worked=fields.text("how_it_worked", request.how_it_worked),
        money_used_properly=request.money_used_properly if request.HasField("money_used_properly") else None,
        outcome=ReviewOutcome(outcome) if outcome else ReviewOutcome.CONTINUE,
    )


def _achieved(given: Mapping[str, pb.Achieved.ValueType], fields: Fields) -> dict[str, str]:
    if not given:
        fields.wrong("achieved", "must say of at least one outcome how far it was achieved")
    for name in sorted(given.keys() - OUTCOMES):
        fields.wrong(entry("achieved", name), f"must be one of {', '.join(sorted(OUTCOMES))}")
    return {
        name: fields.choice(f"achieved[{name}]", achieved, pb.Achieved)
        for name, achieved in given.items()
        if name in OUTCOMES
    }


def day_or_none(path: str, value: str, fields: Fields) -> date | None:
    """A date that may be left empty."""
    return fields.day(path, value) if value else None


def count(path: str, value: int, fields: Fields) -> int:
    """A round or a plan version, from 1."""
    if value < 1:
        fields.wrong(path, "must be 1 or more")
    return value
