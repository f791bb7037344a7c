"""What was spent, called for and reviewed, as it is read back: with who recorded it and when. Pure."""

from dataclasses import dataclass
from datetime import date

from services.review.domain.life import Review, ReviewReason
from services.review.domain.spending import Checked, Judgement, Spend


@dataclass(frozen=True, slots=True)
class RecordedJudgement:
    """What was judged of a spend, and why, by whom and when."""

    judgement: Judgement
    judged_by: str
    judged_at: str


@dataclass(frozen=True, slots=True)
class RecordedSpend:
    """Money spent in a round. `checked` says against which version of the plan, and how it compares with that.

    The last one of its judgements holds. `corrects` is the id of the spend that it corrects `because` of something, and
    `corrected_by` of the one that corrects it; empty where there is none.
    """

    spend_id: str
    round: int
    spend: Spend
    checked: Checked
    recorded_by: str
    recorded_at: str
    judgements: tuple[RecordedJudgement, ...]
    corrects: str
    corrected_by: str
    because: str


@dataclass(frozen=True, slots=True)
class ReviewCall:
    """What called for a review before its date: a trigger, or where that is empty a request with its reasons.

    One that came after the review of its round was done (`after_review`) calls for the review of the next.
    """

    round: int
    trigger: str
    because: str
    after_review: bool
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
