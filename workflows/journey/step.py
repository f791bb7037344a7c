"""What every step does: have a service open it, wait for what people do, and show what it waits for."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NoReturn, TypeVar

from temporalio import workflow

from sevensteps.deadlines import Due, Hold, Moment, due_now, due_of
from sevensteps.events import Payload, ReviewOpened
from sevensteps.steps import OPENED_ON_HOLD, Ending
from sevensteps.temporal import Standing, WaitingFor
from workflows.journey import noticeboard
from workflows.journey.asking import Asking, CaseHasEnded, log_parked
from workflows.journey.incoming import Incoming
from workflows.journey.requests import CloseApproval, ClosePlanning, CloseReview, EndCase, Opening
from workflows.journey.state import JourneyState

P = TypeVar("P", bound=Payload)


class Step:
    """One step of one journey. It never fails: trouble that may pass is waited out, and a refusal parks the journey."""

    def __init__(self, state: JourneyState, incoming: Incoming, *, shows_due_kind: bool = False) -> None:
        """The step has not begun: call `begin` first. `incoming` are the facts on their way to the state.

        `shows_due_kind` is for runs that began with it: what Temporal's tools show is in the history.
        """
        self.state = state
        self._incoming = incoming
        self._shows_due_kind = shows_due_kind
        self._opened = state.since
        self._due: Due | None = None
        self._waiting_for = WaitingFor.SERVICE
        self._asking = Asking(state, incoming, self._post)

    @property
    def due(self) -> Due | None:
        """The present due date."""
        return due_now(self._due, self._opened.day, self.state.holds) if self._due else None

    @property
    def law_due(self) -> str:
        """The last day that the law allows for the step (YYYY-MM-DD); empty where it sets none."""
        return self._due.by_law if self._due else ""

    @property
    def opened_on(self) -> str:
        """The day of the fact that led to the step (YYYY-MM-DD)."""
        return self._opened.day.isoformat()

    async def begin(self) -> None:
        """Enter the step, once no hold keeps it from being opened.

        A hold keeps back steps 1 to 5 only: life goes on while a case is on hold, and so do the clocks of the law.
        Where the run before this one has begun the step, it goes on.
        """
        if self.state.stopped_by:
            self._asking.stop_if_it_must()
        if self.state.step:
            self._opened = self.state.step.opened
            return
        while hold := self._held_back_by():
            if hold.released is None:
                await self._wait(WaitingFor.RELEASE, lambda: self.state.is_over(hold))
            else:
                self.state.since = hold.released
        self._opened = self.state.since
        self.state.enter()

    def _held_back_by(self) -> Hold | None:
        if self.state.stage in OPENED_ON_HOLD:
            return None
        return next((hold for hold in self.state.holds if hold.covers(self.state.since)), None)

    async def open(self, opening: Opening) -> None:
        """Have the step opened, unless the facts say that it is open already."""
        so_far = self.state.step
        if so_far and so_far.is_open:
            self._due = so_far.due
            return
        opened = self.state.take_opening()
        self._due = await self._asking.ask(opening) if opened is None else due_of(opened)
        if so_far:
            so_far.is_open, so_far.due = True, self._due

    async def hear(self, waiting_for: WaitingFor, *kinds: type[P]) -> P:
        """Wait for a fact of these kinds and of this round or version, and use it up."""
        await self._wait(waiting_for, lambda: self.state.find(*kinds) is not None)
        payload = self.state.take(*kinds)
        if payload is None:
            raise RuntimeError("The fact that the step waited for is gone.")
        return payload

    async def hear_or_reach_due_date(self, waiting_for: WaitingFor, *kinds: type[Payload]) -> None:
        """Wait for a fact of these kinds or for the due date of the step, whichever comes first.

        A date that comes leaves no fact. A rebuilt journey knows that it came, because the review is open.
        """
        reached = await self._wait(waiting_for, lambda: self.state.find(ReviewOpened, *kinds) is not None, self._due_at)
        match = self.state.find(ReviewOpened, *kinds)
        if reached is None and match and isinstance(match[1], ReviewOpened):
            reached = self._due_at() or datetime.fromisoformat(match[0].at)
        if reached:
            self.state.since = Moment(0, reached.isoformat())
        else:
            self.state.take(*kinds)

    async def end_case(self, ending: Ending) -> NoReturn:
        """Have the case ended, and wait here for the fact that it has."""
        await self._asking.ask(EndCase(ending))
        while True:
            await self._wait(WaitingFor.ENDING, lambda: False)

    async def close_case(self) -> None:
        """The case has ended: have every service close what it has open."""
        self._asking = Asking(self.state, self._incoming, self._post, closing=True)
        for request in (self._closing_planning(), CloseApproval(), CloseReview()):
            await self._asking.ask(request)
        self._due = None
        self._post(WaitingFor.NOTHING)

    def _closing_planning(self) -> ClosePlanning:
        return ClosePlanning(self.state.ended_on, died=self.state.ending is Ending.DIED)

    async def stand_still(self) -> NoReturn:
        """The journey cannot go on: wait until the case ends. Operations start it again."""
        self._post(WaitingFor.MEND)
        if self.state.stopped_by:
            log_parked(self.state.case_id, self.state.stopped_by)
        await self._incoming.wait(lambda: self.state.ending is not None)
        raise CaseHasEnded

    def standing(self) -> Standing:
        """Where the journey stands."""
        state = self.state
        due = self.due
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
            parked=state.stopped_by or self._asking.parked,
            ending=state.ending,
            heard=state.heard,
        )

    def _due_at(self) -> datetime | None:
        due = self.due
        return datetime.fromisoformat(due.on).replace(tzinfo=UTC) if due else None

    def _post(self, waiting_for: WaitingFor) -> None:
        self._waiting_for = waiting_for
        noticeboard.post(self.standing(), with_due_kind=self._shows_due_kind)

    async def _wait(
        self,
        waiting_for: WaitingFor,
        is_over: Callable[[], bool],
        due_at: Callable[[], datetime | None] = lambda: None,
    ) -> datetime | None:
        """Wait until the wait is over, or until the due date comes: then return that date. A hold moves the date.

        Raises CaseHasEnded when the case ends first, and CannotGoOn.
        """
        self._asking.stop_if_it_must()
        while not is_over():
            due = due_at()
            left = due - workflow.now() if due else None
            if left is not None and left <= timedelta(0):
                return due
            on_hold = self.state.on_hold
            self._post(WaitingFor.RELEASE if on_hold else waiting_for)
            with suppress(asyncio.TimeoutError):
                await self._incoming.wait(
                    lambda: is_over() or self.state.on_hold is not on_hold or self._asking.must_stop(),  # noqa: B023
                    at_most=left,
                )
            self._asking.stop_if_it_must()
        return None
