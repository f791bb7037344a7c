"""The services as a journey sees them: they open steps, set due dates, publish events, and honour request ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from sevensteps import clock
from sevensteps.asks import AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.events import (
    AssessmentOpened,
    CaseEnded,
    CaseOpened,
    Fact,
    LifeOpened,
    MoneyOpened,
    Payload,
    PlanChecked,
    PlanOpened,
    ReviewOpened,
    SupportOpened,
)
from sevensteps.steps import DueKind
from workflows.journey.requests import (
    CloseApproval,
    ClosePlanning,
    CloseReview,
    EndCase,
    GetAsk,
    OpenApproval,
    OpenAssessment,
    OpenLife,
    OpenMoney,
    OpenPlan,
    OpenReview,
    OpenSupport,
    RecordOverdue,
    Request,
    RequestHeader,
)

YEAR = timedelta(days=365)
FORTNIGHT = timedelta(days=14)


@dataclass
class Records:
    """The feed of every case, as a list."""

    now: datetime = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    facts: list[Fact] = field(default_factory=list)

    def add(self, case_id: str, payload: Payload) -> Fact:
        """Add an event that happens now."""
        fact = Fact(len(self.facts) + 1, payload.TYPE, case_id, clock.as_text(self.now), payload.as_json())
        self.facts.append(fact)
        return fact

    def of(self, case_id: str) -> list[Fact]:
        """The facts of a case."""
        return [fact for fact in self.facts if fact.case_id == case_id]


def refuse(operation: str) -> Callable[[str], None]:
    """Trouble: one operation is refused for good."""

    def trouble(asked_for: str) -> None:
        if asked_for == operation:
            raise ApplicationError("A plan must come first.", type="STAGE_ORDER", non_retryable=True)

    return trouble


def be_silent(_operation: str) -> None:
    """Trouble: no service can be reached."""
    raise ApplicationError("No connection.", type="UNAVAILABLE")


def no_trouble(_operation: str) -> None:
    """No trouble."""


class Services:
    """The four services, in memory. `trouble` is called before each request is carried out, and may raise."""

    def __init__(self, records: Records) -> None:
        """Nothing has been asked yet."""
        self.records = records
        self.asked: list[Request] = []
        self.told: list[Request] = []
        """Dates that have passed, or are near: nothing waits for them."""
        self.attempts: list[Request] = []
        self.trouble: Callable[[str], None] = no_trouble
        self.review_kind = DueKind.SOFT
        self.law_in: timedelta | None = None
        self.review_law_due = ""
        self.confirms = Confirmed(AskState.OWED, "There is no record that it was opened.")
        """What is said of whatever operations give up."""
        self._answered: dict[str, tuple[Request, Due | None]] = {}

    @property
    def operations(self) -> list[str]:
        """The names of the requests that were carried out. Repeated ones are only in `attempts`."""
        return [type(request).__name__ for request in self.asked]

    def activities(self) -> Sequence[Callable[..., object]]:
        """The activities of a journey."""
        return (
            self.open_assessment,
            self.open_plan,
            self.open_approval,
            self.open_money,
            self.open_support,
            self.open_life,
            self.open_review,
            self.end_case,
            self.close_planning,
            self.close_approval,
            self.close_review,
            self.record_overdue,
            self.get_ask,
        )

    @activity.defn(name="OpenAssessment")
    async def open_assessment(self, header: RequestHeader, request: OpenAssessment) -> Due | None:
        """Open assessment."""
        due = self._in_a_fortnight(request.opened_on)
        return self._answer(header, request, AssessmentOpened(request.round, due.on), due)

    @activity.defn(name="OpenPlan")
    async def open_plan(self, header: RequestHeader, request: OpenPlan) -> Due | None:
        """Open plan."""
        due = self._in_a_fortnight(request.opened_on)
        return self._answer(header, request, PlanOpened(request.version, due.on), due)

    @activity.defn(name="OpenApproval")
    async def open_approval(self, header: RequestHeader, request: OpenApproval) -> Due | None:
        """Open approval."""
        due = self._in_a_fortnight(request.opened_on)
        checked = PlanChecked(request.version, "met", "met", "met", "met", "met", "L0", due.on)
        return self._answer(header, request, checked, due)

    @activity.defn(name="OpenMoney")
    async def open_money(self, header: RequestHeader, request: OpenMoney) -> Due | None:
        """Open money."""
        due = self._in_a_fortnight(request.opened_on)
        return self._answer(header, request, MoneyOpened(request.version, due.on), due)

    @activity.defn(name="OpenSupport")
    async def open_support(self, header: RequestHeader, request: OpenSupport) -> Due | None:
        """Open support."""
        due = self._in_a_fortnight(request.opened_on)
        return self._answer(header, request, SupportOpened(request.version, due.on), due)

    @activity.defn(name="OpenLife")
    async def open_life(self, header: RequestHeader, request: OpenLife) -> Due | None:
        """Open life."""
        started = date.fromisoformat(request.started_on)
        law_on = (started + self.law_in).isoformat() if self.law_in else ""
        due = Due((started + YEAR).isoformat(), self.review_kind, law_on)
        opened = LifeOpened(request.round, request.plan_version, due.on, due.kind.value, "R4", law_on)
        return self._answer(header, request, opened, due)

    @activity.defn(name="OpenReview")
    async def open_review(self, header: RequestHeader, request: OpenReview) -> Due | None:
        """Open review."""
        due = replace(self._in_a_fortnight(request.opened_on), law_on=self.review_law_due)
        return self._answer(header, request, ReviewOpened(request.round, "planned", due.on, due.law_on), due)

    @activity.defn(name="EndCase")
    async def end_case(self, header: RequestHeader, request: EndCase) -> None:
        """End case."""
        self._answer(header, request, CaseEnded(request.ending.value), None)

    @activity.defn(name="RecordOverdue")
    async def record_overdue(self, header: RequestHeader, request: RecordOverdue) -> None:
        """Record a date."""
        self._answer(header, request, None, None)

    @activity.defn(name="ClosePlanning")
    async def close_planning(self, header: RequestHeader, request: ClosePlanning) -> None:
        """Close planning."""
        self._answer(header, request, None, None)

    @activity.defn(name="CloseApproval")
    async def close_approval(self, header: RequestHeader, request: CloseApproval) -> None:
        """Close approval."""
        self._answer(header, request, None, None)

    @activity.defn(name="CloseReview")
    async def close_review(self, header: RequestHeader, request: CloseReview) -> None:
        """Close review."""
        self._answer(header, request, None, None)

    @activity.defn(name="GetAsk")
    async def get_ask(self, _header: RequestHeader, request: GetAsk) -> Confirmed:
        """Say what has become of an ask."""
        self.attempts.append(request)
        self.trouble(type(request).__name__)
        return self.confirms

    def _answer(self, header: RequestHeader, request: Request, event: Payload | None, due: Due | None) -> Due | None:
        self.attempts.append(request)
        self.trouble(type(request).__name__)
        first = self._answered.get(header.request_id)
        if first is not None:
            if first[0] != request:
                raise ApplicationError("Another request.", type="REQUEST_ID_REUSED", non_retryable=True)
            return first[1]
        self._answered[header.request_id] = (request, due)
        (self.told if isinstance(request, RecordOverdue) else self.asked).append(request)
        if event is not None:
            self.records.add(header.case_id, event)
        return due

    @staticmethod
    def _in_a_fortnight(opened_on: str) -> Due:
        return Due((date.fromisoformat(opened_on) + FORTNIGHT).isoformat())


def opening() -> CaseOpened:
    """The event with which every case begins."""
    return CaseOpened(kind="adult", due_on="2099-07-13")
