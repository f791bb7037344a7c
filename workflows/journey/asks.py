"""What a journey asks of the services. The name of each is the name of the activity that asks it."""

from dataclasses import dataclass

from sevensteps.steps import Ending


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above every question. The same question has the same request id, so it is answered once."""

    case_id: str
    council: str
    request_id: str


class Ask:
    """A question to a service."""

    __slots__ = ()


class Opening(Ask):
    """Asks a service to open a step. It answers by when the step is due, counted from the day `opened_on`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OpenAssessment(Opening):
    """Step 1, for a further round."""

    round: int
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenPlan(Opening):
    """Step 2, for a plan version. `indicative_weekly` is in pounds a week."""

    version: int
    eligible_needs: list[str]
    indicative_weekly: str
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenApproval(Opening):
    """Step 3: have the submitted plan checked. The plan itself goes from service to service, never through Temporal."""

    version: int
    eligible_needs: list[str]
    indicative_weekly: str
    assessed_by: list[str]
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenMoney(Opening):
    """Step 4. `personal_budget_weekly` is in pounds a week."""

    version: int
    personal_budget_weekly: str
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenSupport(Opening):
    """Step 5."""

    version: int
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenLife(Opening):
    """Step 6. `continues`: the last review found the plan working. The last two dates may be empty."""

    round: int
    plan_version: int
    started_on: str
    continues: bool
    direct_payment_since: str
    review_on: str


@dataclass(frozen=True, slots=True)
class OpenReview(Opening):
    """Step 7."""

    round: int
    opened_on: str


@dataclass(frozen=True, slots=True)
class EndCase(Ask):
    """End the case: a duty is done, or a review found that support is no longer wanted or needed."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class ClosePlanning(Ask):
    """The case has ended: close what planning has open."""


@dataclass(frozen=True, slots=True)
class CloseApproval(Ask):
    """The case has ended: close what approval has open."""


@dataclass(frozen=True, slots=True)
class CloseReview(Ask):
    """The case has ended: close what review has open."""
