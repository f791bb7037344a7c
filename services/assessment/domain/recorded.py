"""What has been recorded in step 1, as it is read back: with who recorded it, and when if that was kept. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from services.assessment.domain.assessment import SelfAssessment, UrgentSupport
from services.assessment.domain.outcome import Advice


@dataclass(frozen=True, slots=True)
class RecordedSelfAssessment:
    """A self-assessment of a round."""

    round: int
    self_assessment: SelfAssessment
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class RecordedUrgentSupport:
    """Urgent support. `folded_into` is the determination that has followed it; empty until one is confirmed."""

    support: UrgentSupport
    recorded_by: str
    recorded_at: str
    folded_into: str = ""


@dataclass(frozen=True, slots=True)
class IndicativeBudget:
    """The indicative budget of a round, in pounds a week; the receipt says what the points table gives."""

    round: int
    points: int
    weekly: Decimal
    receipt_id: str
    given_by: str
    given_at: str


@dataclass(frozen=True, slots=True)
class RecordedAdvice:
    """What somebody who is not eligible was given in writing in a round."""

    round: int
    advice: Advice
    given_by: str
