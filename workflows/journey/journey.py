"""The journey of one case through the seven steps, and round again for as long as the person needs support.

It decides nothing. People and services decide, and their decisions reach it as facts. It has a service open the next
step, and waits.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import NoReturn

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from sevensteps.events import Fact
    from sevensteps.temporal import HEAR, HEAR_ALL, HEARD_EVENTS, JOURNEY, STANDS, Remembered, Standing
    from workflows.journey.asking import CannotGoOn, CaseHasEnded
    from workflows.journey.incoming import HandOver, Incoming
    from workflows.journey.overdue import Dates
    from workflows.journey.stages import STEPS
    from workflows.journey.state import JourneyState
    from workflows.journey.step import Step

LONGEST_RUN = timedelta(days=1)
"""A run older than this hands over to a new one between two steps, so that no history grows with the years.

One whose history is full hands over at once, within a step: many facts of one case may come in a short time.
"""


@workflow.defn(name=JOURNEY)
class Journey:
    """One case, from first contact to its end. The id is `journey-<case id>`, the result how the case ended."""

    @workflow.init
    def __init__(self, state: JourneyState) -> None:
        """Take over the state of the last run, before any fact is heard."""
        self._state = state
        self._incoming = Incoming(state)
        self._step = Step(state, self._incoming)

    @workflow.run
    async def run(self, state: JourneyState) -> str:  # noqa: ARG002  `__init__` has taken it
        """Go from step to step until the case ends; then have everything closed."""
        every_date = workflow.patched("every-date-is-told")
        self._tells_dates = every_date or workflow.patched("overdue-is-told")
        if self._tells_dates:
            dates = Dates(self._state, lambda: self._step.due, tells_written=every_date)
            self._watching = asyncio.create_task(dates.watch())
        try:
            await self._live()
        except HandOver:
            self._incoming.take_in()
            self._state.hand_over()
            shown = workflow.info().typed_search_attributes  # inherited, one that is unset could not be read
            workflow.continue_as_new(self._state, search_attributes=shown)
        self._incoming.take_in()
        return str(self._state.ending)

    async def _live(self) -> None:
        """Go on until the case has ended and everything is closed. Raises HandOver when the next run has to go on."""
        with suppress(CaseHasEnded):
            with suppress(CannotGoOn):
                await self._walk()
            await self._step.stand_still()
        await self._step.close_case()

    async def _walk(self) -> NoReturn:
        """Take one step after another, until the run has grown old."""
        while not self._has_grown_old():
            self._step = Step(self._state, self._incoming, shows_due_kind=self._tells_dates)
            await self._step.begin()
            self._state.stage = await STEPS[self._state.stage](self._step)
            self._state.step = None
        raise HandOver

    def _has_grown_old(self) -> bool:
        age = workflow.now() - workflow.info().start_time
        return age > LONGEST_RUN or workflow.info().is_continue_as_new_suggested()

    @workflow.signal(name=HEAR)
    def hear(self, fact: Fact) -> None:
        """Take in a fact of the case. Facts come in the order of the feed; one that comes again changes nothing."""
        self._incoming.hear(fact)

    @workflow.signal(name=HEAR_ALL)
    def hear_all(self, facts: list[Fact]) -> None:
        """Take in several facts, as `hear` does: of a case that has many under way."""
        for fact in facts:
            self._incoming.hear(fact)

    @workflow.query(name=STANDS)
    def stands(self) -> Standing:
        """Where the journey stands, and what it waits for."""
        return self._step.standing()

    @workflow.query(name=HEARD_EVENTS)
    def heard_events(self) -> Remembered:
        """Which events the journey has heard."""
        memory = self._state.memory
        return Remembered(self._state.heard, memory.complete_from, list(memory.event_ids))
