"""What a journey asks of the services. The name of each request is the name of the activity that makes it."""

from dataclasses import dataclass, field

from sevensteps.steps import Ending, Stage


@dataclass(frozen=True, slots=True)
class RequestHeader:
    """What goes with every request. A request that is repeated has the same id, so that it is carried out once."""

    case_id: str
    council: str
    request_id: str


class Request:
    """A request to a service."""

    __slots__ = ()

    @property
    def detail(self) -> str:
        """What tells it from others of its kind in the same turn of the same step; most are made once."""
        return ""


class Opening(Request):
    """A request to open a step. The answer is when the step is due, counted from the day `opened_on`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OpenAssessment(Opening):
    """Open step 1, for a further assessment round."""

    round: int
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenPlan(Opening):
    """Open step 2, for a plan version. `indicative_weekly` is in pounds a week.

    `met_by_carer` are those of the eligible needs that a carer meets. With `own_money` there may be no eligible needs:
    the person pays for the plan.
    """

    version: int
    eligible_needs: list[str]
    indicative_weekly: str
    opened_on: str
    met_by_carer: list[str] = field(default_factory=list)
    own_money: bool = False


@dataclass(frozen=True, slots=True)
class OpenApproval(Opening):
    """Open step 3: check the submitted plan. The plan goes from service to service, never through Temporal.

    `met_by_carer` are those of the eligible needs that a carer meets.
    """

    version: int
    eligible_needs: list[str]
    indicative_weekly: str
    assessed_by: list[str]
    opened_on: str
    met_by_carer: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OpenMoney(Opening):
    """Open step 4. `personal_budget_weekly` is in pounds a week."""

    version: int
    personal_budget_weekly: str
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenSupport(Opening):
    """Open step 5."""

    version: int
    opened_on: str


@dataclass(frozen=True, slots=True)
class OpenLife(Opening):
    """Open step 6. `continues`: the last review found that the plan works. The last two dates may be empty.

    What the plan in force says goes from service to service, never through Temporal; `needs` are those of the case.
    """

    round: int
    plan_version: int
    started_on: str
    continues: bool
    direct_payment_since: str
    review_on: str
    needs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OpenReview(Opening):
    """Open step 7."""

    round: int
    opened_on: str


@dataclass(frozen=True, slots=True)
class EndCase(Request):
    """End the case: the person is not eligible, or a review found that support is no longer wanted or needed."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class ClosePlanning(Request):
    """The case has ended: close what planning has open. Money and support end after its last day `ended_on`."""

    ended_on: str = ""
    died: bool = False


@dataclass(frozen=True, slots=True)
class CloseApproval(Request):
    """The case has ended: close what approval has open."""


@dataclass(frozen=True, slots=True)
class CloseReview(Request):
    """The case has ended: close what review has open."""


@dataclass(frozen=True, slots=True)
class GetAsk(Request):
    """Say whether something that was asked is done or still owed: its name, and the round or version that it opens."""

    operation: str
    turn: int

    @property
    def detail(self) -> str:
        """See Request."""
        return f"{self.operation}/{self.turn}"


@dataclass(frozen=True, slots=True)
class RecordOverdue(Request):
    """A due date of a step has passed, or (`ahead`) one that the law sets is near.

    `clock` says which, where it is not that of the step.
    """

    stage: Stage
    turn: int
    due_on: str
    by_law: bool
    ahead: bool
    clock: str = ""

    @property
    def detail(self) -> str:
        """See Request: a moved date is told anew."""
        clock = f"{self.clock}/" if self.clock else ""
        return f"{clock}{self.due_on}/{'near' if self.ahead else 'passed'}"
