"""The services as a journey meets them: they open steps, say by when, tell the feed, and answer a request id once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from sevensteps import clock
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
from workflows.journey.asks import (
    Ask,
    CloseApproval,
    ClosePlanning,
    CloseReview,
    EndCase,
    Heading,
    OpenApproval,
    OpenAssessment,
    OpenLife,
    OpenMoney,
    OpenPlan,
    OpenReview,
    OpenSupport,
)
from workflows.journey.deadlines import Due

YEAR = timedelta(days=365)
FORTNIGHT = timedelta(days=14)


@dataclass
class Records:
    """The feed of every case, as a list."""

    now: datetime = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    facts: list[Fact] = field(default_factory=list)

    def add(self, case_id: str, payload: Payload) -> Fact:
        """Something happened, now."""
        fact = Fact(len(self.facts) + 1, payload.TYPE, case_id, clock.as_text(self.now), payload.as_json())
        self.facts.append(fact)
        return fact

    def of(self, case_id: str) -> list[Fact]:
        """What happened in a case."""
        return [fact for fact in self.facts if fact.case_id == case_id]


def refuse(operation: str) -> Callable[[str], None]:
    """A service that will not do one thing."""

    def trouble(asked: str) -> None:
        if asked == operation:
            raise ApplicationError("A plan must come first.", type="STAGE_ORDER", non_retryable=True)

    return trouble


def be_silent(_operation: str) -> None:
    """A service that cannot be reached."""
    raise ApplicationError("No connection.", type="UNAVAILABLE")


def no_trouble(_operation: str) -> None:
    """All is well again."""


class Services:
    """The four services, in memory. `trouble` is called before each question and may raise."""

    def __init__(self, records: Records) -> None:
        """Nothing was asked yet."""
        self.records = records
        self.asked: list[Ask] = []
        self.questions: list[Ask] = []
        self.trouble: Callable[[str], None] = no_trouble
        self.review_kind = DueKind.SOFT
        self.law_in: timedelta | None = None
        self._answered: dict[str, tuple[Ask, Due | None]] = {}

    @property
    def operations(self) -> list[str]:
        """What was asked and done, by name. What was asked again is in `questions` only."""
        return [type(ask).__name__ for ask in self.asked]

    def activities(self) -> Sequence[Callable[..., object]]:
        """The activities by which journeys ask."""
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
        )

    @activity.defn(name="OpenAssessment")
    async def open_assessment(self, heading: Heading, ask: OpenAssessment) -> Due | None:
        """Open assessment."""
        due = self._in_a_fortnight(ask.opened_on)
        return self._answer(heading, ask, AssessmentOpened(ask.round, due.on), due)

    @activity.defn(name="OpenPlan")
    async def open_plan(self, heading: Heading, ask: OpenPlan) -> Due | None:
        """Open plan."""
        due = self._in_a_fortnight(ask.opened_on)
        return self._answer(heading, ask, PlanOpened(ask.version, due.on), due)

    @activity.defn(name="OpenApproval")
    async def open_approval(self, heading: Heading, ask: OpenApproval) -> Due | None:
        """Open approval."""
        due = self._in_a_fortnight(ask.opened_on)
        checked = PlanChecked(ask.version, "met", "met", "met", "met", "met", "L0", due.on)
        return self._answer(heading, ask, checked, due)

    @activity.defn(name="OpenMoney")
    async def open_money(self, heading: Heading, ask: OpenMoney) -> Due | None:
        """Open money."""
        due = self._in_a_fortnight(ask.opened_on)
        return self._answer(heading, ask, MoneyOpened(ask.version, due.on), due)

    @activity.defn(name="OpenSupport")
    async def open_support(self, heading: Heading, ask: OpenSupport) -> Due | None:
        """Open support."""
        due = self._in_a_fortnight(ask.opened_on)
        return self._answer(heading, ask, SupportOpened(ask.version, due.on), due)

    @activity.defn(name="OpenLife")
    async def open_life(self, heading: Heading, ask: OpenLife) -> Due | None:
        """Open life."""
        started = date.fromisoformat(ask.started_on)
        law_on = (started + self.law_in).isoformat() if self.law_in else ""
        due = Due((started + YEAR).isoformat(), self.review_kind, law_on)
        opened = LifeOpened(ask.round, ask.plan_version, due.on, due.kind.value, "R4", law_on)
        return self._answer(heading, ask, opened, due)

    @activity.defn(name="OpenReview")
    async def open_review(self, heading: Heading, ask: OpenReview) -> Due | None:
        """Open review."""
        due = self._in_a_fortnight(ask.opened_on)
        return self._answer(heading, ask, ReviewOpened(ask.round, "planned", due.on), due)

    @activity.defn(name="EndCase")
    async def end_case(self, heading: Heading, ask: EndCase) -> None:
        """End case."""
        self._answer(heading, ask, CaseEnded(ask.ending.value), None)

    @activity.defn(name="ClosePlanning")
    async def close_planning(self, heading: Heading, ask: ClosePlanning) -> None:
        """Close planning."""
        self._answer(heading, ask, None, None)

    @activity.defn(name="CloseApproval")
    async def close_approval(self, heading: Heading, ask: CloseApproval) -> None:
        """Close approval."""
        self._answer(heading, ask, None, None)

    @activity.defn(name="CloseReview")
    async def close_review(self, heading: Heading, ask: CloseReview) -> None:
        """Close review."""
        self._answer(heading, ask, None, None)

    def _answer(self, heading: Heading, ask: Ask, event: Payload | None, due: Due | None) -> Due | None:
        self.questions.append(ask)
        self.trouble(type(ask).__name__)
        first = self._answered.get(heading.request_id)
        if first is not None:
            if first[0] != ask:
                raise ApplicationError("Another question.", type="REQUEST_ID_REUSED", non_retryable=True)
            return first[1]
        self._answered[heading.request_id] = (ask, due)
        self.asked.append(ask)
        if event is not None:
            self.records.add(heading.case_id, event)
        return due

    @staticmethod
    def _in_a_fortnight(opened_on: str) -> Due:
        return Due((date.fromisoformat(opened_on) + FORTNIGHT).isoformat())


def opening() -> CaseOpened:
    """The fact with which every case begins."""
    return CaseOpened(kind="adult", due_on="2026-07-13")
