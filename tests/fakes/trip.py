"""Drives one journey in a test: things happen, the journey hears of them, and the test looks where it stands."""

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
from sevensteps.journeys import standing
from sevensteps.temporal import HEAR, JOURNEY, Standing, WaitingFor, workflow_id
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
    """What happens in step 1 to a person who is eligible."""
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
        self.task_queue = task_queue
        self._now = now
        self._sent = 0

    @property
    def handle(self) -> WorkflowHandle[object, str]:
        """The journey in Temporal."""
        return self._client.get_workflow_handle(workflow_id(self.case_id), result_type=str)

    def worker(self) -> Worker:
        """A worker for the journey, as a context manager."""
        return journey_worker(self._client, self.task_queue, self.services.activities())

    async def begin(self) -> None:
        """Open the case and start its journey."""
        self.services.records.now = await self._now()
        self.services.records.add(self.case_id, opening())
        await self.begin_again()

    async def begin_again(self) -> None:
        """Start the journey from all facts of the case so far."""
        facts = [fact for fact in self.services.records.of(self.case_id) if fact.type in HEARD or fact.type in OPENS]
        self._sent = facts[-1].position
        await self._client.start_workflow(
            JOURNEY,
            JourneyState.begin(self.case_id, "example", facts),
            id=workflow_id(self.case_id),
            task_queue=self.task_queue,
        )

    async def lose(self) -> None:
        """Temporal loses the journey."""
        await self.handle.terminate("lost")

    async def happens(self, *payloads: Payload) -> None:
        """Let things happen one by one: the journey has heard of each before the next."""
        for payload in payloads:
            self.services.records.now = await self._now()
            self.services.records.add(self.case_id, payload)
            await self.hears()
            await self.has_heard()

    async def happens_at_once(self, *payloads: Payload) -> None:
        """Let things happen all at once, before the journey hears of them."""
        self.services.records.now = await self._now()
        for payload in payloads:
            self.services.records.add(self.case_id, payload)
        await self.hears()

    async def hears(self) -> None:
        """Bring the journey every fact that it has not been sent yet."""
        for fact in self.services.records.of(self.case_id):
            if fact.position > self._sent and fact.type in HEARD:
                self._sent = fact.position
                await self.handle.signal(HEAR, fact)

    async def hears_all_again(self) -> None:
        """Bring the journey every fact once more."""
        self._sent = 0
        await self.hears()

    async def has_heard(self) -> Standing:
        """Wait until the journey has heard every fact that it was sent, and return where it stands."""
        return await self._until(lambda stands: stands.heard >= self._sent)

    async def reaches(self, waiting_for: WaitingFor) -> Standing:
        """Wait until the journey waits for this, and return where it stands."""
        return await self._until(lambda stands: stands.heard >= self._sent and stands.waiting_for is waiting_for)

    async def ends(self) -> str:
        """Bring the journey the last facts, and return how the case ended."""
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
        """Whether no workflow task is under way. A query between two runs would stop the test server's clock."""
        last = ""
        async for event in self.handle.fetch_history_events():
            name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
            if name.startswith(("WORKFLOW_", "TIMER_FIRED", "ACTIVITY_TASK_COMPLETED")):
                last = name
        return last not in BUSY
