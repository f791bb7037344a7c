"""What every step does: have a service open it, wait for what people do, and meanwhile say what it waits for."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NoReturn, TypeVar

from temporalio import workflow

from sevensteps.events import (
    AssessmentOpened,
    CaseOpened,
    LifeOpened,
    MoneyOpened,
    Payload,
    PlanChecked,
    PlanOpened,
    ReviewOpened,
    SupportOpened,
)
from sevensteps.steps import DueKind, Ending, Stage
from sevensteps.temporal import Standing, WaitingFor
from workflows.journey import noticeboard
from workflows.journey.asking import Asking
from workflows.journey.asks import CloseApproval, ClosePlanning, CloseReview, EndCase, Opening
from workflows.journey.deadlines import Due, Hold, Moment, due_now
from workflows.journey.state import JourneyState

P = TypeVar("P", bound=Payload)

NEVER_HELD_BACK = frozenset({Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED})
"""Opening these two dates a review and asks nothing of anybody; and a review that was asked for is owed (s.27)."""


class Step:
    """One step of one journey. It never fails: what may pass is tried for ever, what will not parks the journey."""

    def __init__(self, state: JourneyState) -> None:
        """Not begun: `begin` first."""
        self.state = state
        self._opened = state.since
        self._due: Due | None = None
        self._waiting_for = WaitingFor.SERVICE
        self._asking = Asking(state, self._post)

    @property
    def opened_on(self) -> str:
        """The day of the fact that made the step open, as YYYY-MM-DD."""
        return self._opened.day.isoformat()

    async def begin(self) -> None:
        """Stand before the step until no hold keeps it from being opened.

        Life goes on while a case is on hold, and the law's clocks with it: steps 6 and 7 no hold keeps.
        """
        while hold := self._held_back_by():
            if hold.released is None:
                await self._wait(WaitingFor.RELEASE, lambda: self.state.is_over(hold))
            else:
                self.state.since = hold.released
        self._opened = self.state.since
        self.state.enter()

    def _held_back_by(self) -> Hold | None:
        if self.state.stage in NEVER_HELD_BACK:
            return None
        return next((hold for hold in self.state.holds if hold.covers(self.state.since)), None)

    async def open(self, opening: Opening) -> None:
        """Have the step opened, unless the facts say that it is."""
        told = self.state.take_opening()
        self._due = await self._asking.ask(opening) if told is None else _due(told)

    async def hear(self, waiting_for: WaitingFor, *kinds: type[P]) -> P:
        """Wait for a fact of these kinds, of this round or version, and use it up."""
        await self._wait(waiting_for, lambda: self.state.find(*kinds) is not None)
        fact = self.state.take(*kinds)
        if fact is None:
            raise RuntimeError("A fact that had come is gone.")
        return fact

    async def hear_or_come_due(self, waiting_for: WaitingFor, *kinds: type[Payload]) -> None:
        """Wait for a fact of these kinds or for the date of the step, whichever is first.

        A date leaves no fact. A journey made again knows that it came when it finds the review open.
        """
        came = await self._wait(waiting_for, lambda: self.state.find(ReviewOpened, *kinds) is not None, self._due_at)
        found = self.state.find(ReviewOpened, *kinds)
        if came is None and found and isinstance(found[1], ReviewOpened):
            came = self._due_at() or datetime.fromisoformat(found[0].at)
        if came:
            self.state.since = Moment(0, came.isoformat())
        else:
            self.state.take(*kinds)

    async def end_case(self, ending: Ending) -> NoReturn:
        """Have the case ended. The journey hears that it is, and stops here."""
        await self._asking.ask(EndCase(ending))
        while True:
            await self._wait(WaitingFor.ENDING, lambda: False)

    async def close_case(self) -> None:
        """The case has ended: have every service close what it has open."""
        self._asking = Asking(self.state, self._post, closing=True)
        for ask in (ClosePlanning(), CloseApproval(), CloseReview()):
            await self._asking.ask(ask)
        self._due = None
        self._post(WaitingFor.NOTHING)

    def standing(self) -> Standing:
        """Where the journey stands."""
        state = self.state
        due = self._due_now()
        return Standing(
            case_id=state.case_id,
            stage=state.stage,
            assessment_round=state.assessment_round,
            plan_version=state.plan_version,
            life_round=state.life_round,
            waiting_for=self._waiting_for,
            due_on=due.on if due else None,
            due_kind=due.kind if due else None,
            on_hold=state.on_hold,
            parked=self._asking.parked,
            ending=state.ending,
            heard=state.heard,
        )

    def _due_now(self) -> Due | None:
        return due_now(self._due, self._opened.day, self.state.holds) if self._due else None

    def _due_at(self) -> datetime | None:
        due = self._due_now()
        return datetime.fromisoformat(due.on).replace(tzinfo=UTC) if due else None

    def _post(self, waiting_for: WaitingFor) -> None:
        self._waiting_for = waiting_for
        noticeboard.post(self.standing())

    async def _wait(
        self,
        waiting_for: WaitingFor,
        come: Callable[[], bool],
        due_at: Callable[[], datetime | None] = lambda: None,
    ) -> datetime | None:
        """Wait until it has come (None), or the date is there (that date). A hold moves the date.

        Raises CaseHasEnded when the case ends before.
        """
        self._asking.stop_if_ended()
        while not come():
            due = due_at()
            left = due - workflow.now() if due else None
            if left is not None and left <= timedelta(0):
                return due
            on_hold = self.state.on_hold
            self._post(WaitingFor.RELEASE if on_hold else waiting_for)
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(
                    lambda: come() or self.state.on_hold is not on_hold or self._asking.has_ended(),  # noqa: B023
                    timeout=left,
                )
            self._asking.stop_if_ended()
        return None


def _due(opened: Payload) -> Due:
    """By when a step is due, from the event that opened it: the answer that the service gave."""
    match opened:
        case LifeOpened():
            return Due(opened.review_due, DueKind(opened.due_kind), opened.law_due)
        case (
            CaseOpened()
            | AssessmentOpened()
            | PlanOpened()
            | PlanChecked()
            | MoneyOpened()
            | SupportOpened()
            | ReviewOpened()
        ):
            return Due(opened.due_on)
        case _:
            raise ValueError(f"{opened.TYPE} opens no step.")
