"""What was spent, called for and reviewed, as it goes on the wire."""

from services.review.domain.recorded import RecordedJudgement, RecordedReview, RecordedSpend, ReviewCall
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.fields import moment, number_of
from sevensteps.money import pounds
from sevensteps.service.work import Work


def spending_message(work: Work, recorded: RecordedSpend) -> pb.Spending:
    """Money that was spent, with what was decided about it."""
    spend = recorded.spend
    return pb.Spending(
        spend_id=recorded.spend_id,
        round=recorded.round,
        plan_version=recorded.checked.plan_version,
        line_id=spend.line_id,
        amount=pounds(spend.amount),
        spent_on=spend.spent_on.isoformat(),
        evidence=spend.evidence,
        recorded_by=recorded.recorded_by,
        recorded_at=moment(recorded.recorded_at),
        decision=work.decided(receipt_id) if (receipt_id := recorded.checked.receipt_id) else None,
        judgements=[_judgement_message(judged) for judged in recorded.judgements],
        corrects=recorded.corrects,
        corrected_by=recorded.corrected_by,
        because=recorded.because,
    )


def _judgement_message(judged: RecordedJudgement) -> pb.JudgedSpend:
    return pb.JudgedSpend(
        judgement=number_of(pb.SpendJudgement, judged.judgement.judgement),
        because=judged.judgement.because,
        judged_by=judged.judged_by,
        judged_at=moment(judged.judged_at),
    )


def call_message(call: ReviewCall) -> pb.ReviewCall:
    """What called for a review."""
    return pb.ReviewCall(
        round=call.round,
        trigger=number_of(pb.ReviewTrigger, call.trigger),
        because=call.because,
        called_by=call.called_by,
        called_at=moment(call.called_at),
        after_review=call.after_review,
    )


def review_message(recorded: RecordedReview) -> pb.Review:
    """A review that was completed."""
    review = recorded.review
    return pb.Review(
        round=recorded.round,
        plan_version=recorded.plan_version,
        reason=number_of(pb.ReviewReason, recorded.reason or ""),
        achieved={need: number_of(pb.Achieved, achieved) for need, achieved in review.achieved.items()},
        how_it_worked=review.how_it_worked,
        money_used_properly=review.money_used_properly,
        outcome=number_of(pb.ReviewOutcome, review.outcome),
        completed_by=recorded.completed_by,
        completed_on=recorded.completed_on.isoformat(),
    )
