"""Drives one journey: things happen, the journey hears of them, and one looks where it stands."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from fakes.services import Services, opening
from sevensteps.events import (
    HEARD,
    OPENS,
    DeterminationConfirmed,
    IndicativeBudgetGiven,
    MoneyOrganised,
    Payload,
    PlanApproved,
    PlanSubmitted,
    SupportOrganised,
)
from sevensteps.temporal import HEAR, JOURNEY, Standing, WaitingFor, standing, workflow_id
from workflows.journey.state import JourneyState
from workflows.worker import journey_worker

PATIENCE = 20.0
BUSY = frozenset(
    {
        "WORKFLOW_EXECUTION_STARTED",
        "WORKFLOW_EXECUTION_SIGNALED",
        "WORKFLOW_TASK_SCHEDULED",
        "WORKFLOW_TASK_STARTED",
        "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
        "TIMER_FIRED",
        "ACTIVITY_TASK_COMPLETED",
    }
)
NEEDS = ["nutrition", "home_safe"]


def to_life(version: int = 1, *, starts_on: str, direct_payment: bool = False) -> list[Payload]:
    """What happens from a plan to life with it."""
    return [
        PlanSubmitted(version, "80.00", ""),
        PlanApproved(version, "80.00", "L0"),
        MoneyOrganised(version, direct_payment),
        SupportOrganised(version, starts_on),
    ]


def to_plan(turn: int = 1) -> list[Payload]:
    """What happens in step 1 when the person is eligible."""
    return [
        DeterminationConfirmed(turn, f"determination-{turn}", eligible=True, needs=NEEDS, assessed_by=["ann"]),
        IndicativeBudgetGiven(turn, "82.91"),
    ]


class Trip:
    """One case and its journey."""

    def __init__(
        self, client: Client, task_queue: str, services: Services, now: Callable[[], Awaitable[datetime]]
    ) -> None:
        """`now` is the clock of the server on which the journey runs."""
        self.services = services
        self.case_id = f"case-{uuid4()}"
        self._client = client
        self._task_queue = task_queue
        self._now = now
        self._told = 0

    @property
    def handle(self) -> WorkflowHandle[object, str]:
        """The journey in Temporal."""
        return self._client.get_workflow_handle(workflow_id(self.case_id), result_type=str)

    def worked_with(self) -> Worker:
        """A worker for the journey, as a context manager, where there is none yet."""
        return journey_worker(self._client, self._task_queue, self.services.activities())

    async def begin(self) -> None:
        """The case is opened and its journey starts."""
        self.services.records.now = await self._now()
        self.services.records.add(self.case_id, opening())
        await self.begin_again()

    async def begin_again(self) -> None:
        """Start the journey from all facts of the case so far."""
        facts = [fact for fact in self.services.records.of(self.case_id) if fact.type in HEARD or fact.type in OPENS]
        self._told = facts[-1].position
        await self._client.start_workflow(
            JOURNEY,
            JourneyState.begin(self.case_id, "example", facts),
            id=workflow_id(self.case_id),
            task_queue=self._task_queue,
        )

    async def lose(self) -> None:
        """Temporal loses the journey."""
        await self.handle.terminate("lost")

    async def happens(self, *payloads: Payload) -> None:
        """Things happen, and the journey hears of each before the next."""
        for payload in payloads:
            self.services.records.now = await self._now()
            self.services.records.add(self.case_id, payload)
            await self.hears()
            await self.has_heard()

    async def happens_at_once(self, *payloads: Payload) -> None:
        """Things happen, and the journey hears of them in one go."""
        self.services.records.now = await self._now()
        for payload in payloads:
            self.services.records.add(self.case_id, payload)
        await self.hears()

    async def hears(self) -> None:
        """Bring the journey what it has not been told yet."""
        for fact in self.services.records.of(self.case_id):
            if fact.position > self._told and fact.type in HEARD:
                self._told = fact.position
                await self.handle.signal(HEAR, fact)

    async def hears_all_again(self) -> None:
        """Bring the journey everything once more."""
        self._told = 0
        await self.hears()

    async def has_heard(self) -> Standing:
        """Where the journey stands when it has heard all it was told and waits for something."""
        return await self._until(lambda stands: stands.heard >= self._told)

    async def reaches(self, waiting_for: WaitingFor) -> Standing:
        """Where the journey stands when it waits for that."""
        return await self._until(lambda stands: stands.heard >= self._told and stands.waiting_for is waiting_for)

    async def ends(self) -> str:
        """How the case ends, after the journey has heard what the services said last."""
        async with asyncio.timeout(PATIENCE):
            await self.reaches(WaitingFor.ENDING)
            await self.hears()
            return await self.handle.result()

    async def _until(self, reached: Callable[[Standing], bool]) -> Standing:
        stands: Standing | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    if await self._is_at_rest():
                        stands = await standing(self._client, self.case_id)
                        if reached(stands):
                            return stands
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"The journey is not there yet. It stands here: {stands}") from None

    async def _is_at_rest(self) -> bool:
        """Whether no workflow task is under way: a query between two runs would stop the test server's clock."""
        last = ""
        async for event in self.handle.fetch_history_events():
            name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
            if name.startswith(("WORKFLOW_", "TIMER_FIRED", "ACTIVITY_TASK_COMPLETED")):
                last = name
        return last not in BUSY
