"""What was spent, called for and reviewed, as it is read back: with who recorded it and when. Pure."""

from dataclasses import dataclass
from datetime import date

from services.review.domain import Review, ReviewReason, Spend


@dataclass(frozen=True, slots=True)
class RecordedSpend:
    """Money spent in a round, under the version of the plan that was lived with."""

    spend_id: str
    round: int
    plan_version: int
    spend: Spend
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class ReviewCall:
    """What called for a review before its date: a trigger, or where that is empty a request with its reasons."""

    round: int
    trigger: str
    because: str
    called_by: str
    called_at: str


@dataclass(frozen=True, slots=True)
class RecordedReview:
    """A completed review of a round; `reason` is why it took place."""

    round: int
    plan_version: int
    reason: ReviewReason | None
    review: Review
    completed_by: str
    completed_on: date
