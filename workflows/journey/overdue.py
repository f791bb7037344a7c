"""Tells the services which due dates have passed, and which date of the law is near: each date once.

The journey alone knows the dates that a hold has moved. No step waits for this, and a case is never parked by it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import NoReturn

from temporalio import workflow
from temporalio.exceptions import FailureError

from sevensteps.deadlines import Due
from sevensteps.steps import DueKind, Stage
from workflows.journey.asking import PATIENT_TIMEOUT, RETRY_FOR_EVER, cause_of, header_in
from workflows.journey.requests import RecordOverdue
from workflows.journey.state import JourneyState

WARNING = timedelta(days=28)
"""How long before the date of the law it is told that a review is still to be done."""
PASSED = timedelta(days=1)
"""A date has passed when its day is over."""
REVIEWED_BY_LAW = frozenset({Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED})


@dataclass(frozen=True, slots=True)
class Alarm:
    """A date that is to be told, and when. `key` tells it from the others of the step under way."""

    at: datetime
    date: RecordOverdue
    key: str


class Dates:
    """Watches the dates of one journey, with one timer at a time for all of them."""

    def __init__(self, state: JourneyState, due: Callable[[], Due | None], *, tells_written: bool) -> None:
        """`due` gives the present due date of the step. `tells_written`: also the dates of what is owed in writing."""
        self._state = state
        self._due = due
        self._tells_written = tells_written
        self._telling: dict[str, asyncio.Task[None]] = {}

    async def watch(self) -> NoReturn:
        """Tell each date when it comes, for as long as the run lasts."""
        while True:
            await workflow.wait_condition(lambda: self._next() is not None)
            if alarm := self._next():
                await self._wait_for(alarm.at)
            self._tell_what_has_come()

    async def _wait_for(self, moment: datetime) -> None:
        """Wait until a moment, or until another date comes before it. One that is gone wakes it for nothing."""

        def comes_earlier() -> bool:
            alarm = self._next()
            return alarm is not None and alarm.at < moment

        left = moment - workflow.now()
        if left > timedelta(0):
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(comes_earlier, timeout=left)

    def _next(self) -> Alarm | None:
        """The first date that is still to be told."""
        known = self._telling.keys() | set(self._state.told)
        dates = chain(alarms_of(self._state, self._due()), self._written())
        alarms = (alarm for alarm in dates if alarm.key not in known)
        return min(alarms, key=lambda alarm: alarm.at, default=None)

    def _written(self) -> Iterator[Alarm]:
        return alarms_of_written(self._state) if self._tells_written else iter(())

    def _tell_what_has_come(self) -> None:
        while (alarm := self._next()) and alarm.at <= workflow.now():
            self._telling[alarm.key] = asyncio.create_task(self._tell(alarm.date, alarm.key))

    async def _tell(self, passed: RecordOverdue, key: str) -> None:
        """Have the service that owns the step record it, however long that takes."""
        try:
            await workflow.execute_activity(
                RecordOverdue.__name__,
                args=[header_in(self._state, passed.stage, passed.turn, passed), passed],
                start_to_close_timeout=PATIENT_TIMEOUT,
                retry_policy=RETRY_FOR_EVER,
            )
        except FailureError as error:
            reason = cause_of(error).type or "UNKNOWN"
            about = {"case_id": self._state.case_id, "operation": RecordOverdue.__name__, "reason": reason}
            workflow.logger.error("a date that has passed could not be told", extra=about)
        self._state.told.append(key)
        del self._telling[key]


def alarms_of(state: JourneyState, due: Due | None) -> Iterator[Alarm]:
    """The dates of the step, and of the law while a review is owed, in no order.

    While life goes on although another step is under way, the law's date is that of the life, which review records.
    """
    if state.ending is not None:
        return
    if due:
        yield _alarm(RecordOverdue(state.stage, state.turn, due.on, due.kind is DueKind.HARD, ahead=False), due.day)
    under_review = state.stage is Stage.SEEN_HOW_IT_WORKED
    law = state.life.law_due(state.life_round, state.law_due, under_review=under_review)
    if law and (state.stage in REVIEWED_BY_LAW or state.life.goes_on):
        stage = state.stage if state.stage in REVIEWED_BY_LAW else Stage.LIFE_LIVED
        prefix = "" if stage is state.stage else f"{stage}/"
        law_due = date.fromisoformat(law)
        for ahead in (True, False):
            passed = RecordOverdue(stage, state.life_round, law, by_law=True, ahead=ahead)
            yield _alarm(passed, law_due, prefix)


def alarms_of_written(state: JourneyState) -> Iterator[Alarm]:
    """The dates of what is owed in writing after the last determination, whatever the step: no hold moves them."""
    if state.ending is not None:
        return
    for clock, due_on in state.written.due.items():
        passed = RecordOverdue(Stage.MONEY_FOUND, state.written.round, due_on, by_law=True, ahead=False, clock=clock)
        yield _alarm(passed, date.fromisoformat(due_on))


def _alarm(passed: RecordOverdue, day: date, prefix: str = "") -> Alarm:
    midnight = datetime.fromisoformat(day.isoformat()).replace(tzinfo=UTC)
    return Alarm(midnight - WARNING if passed.ahead else midnight + PASSED, passed, prefix + passed.detail)
