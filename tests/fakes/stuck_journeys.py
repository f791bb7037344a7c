"""Journeys that are stuck in some way, run by a worker of the test's own: the real ones are not, whatever is done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from sevensteps.steps import Stage
from sevensteps.temporal import JOURNEY, STANDS, WAITING_FOR, Parked, Standing, WaitingFor

SOON = RetryPolicy(initial_interval=timedelta(milliseconds=20), maximum_interval=timedelta(milliseconds=20))
RETRIES, BREAKS, IS_PARKED, WAITS = "retries", "breaks", "is parked", "waits"


@workflow.defn(name=JOURNEY)
class StuckJourney:
    """A journey that is stuck in the way that it is told."""

    def __init__(self) -> None:
        """It is parked by the first refusal."""
        self._reason = "CASE_NOT_FOUND"

    @workflow.run
    async def run(self, how: str) -> None:
        """Be stuck."""
        if how == RETRIES:
            await workflow.execute_activity("OpenPlan", start_to_close_timeout=timedelta(seconds=10), retry_policy=SOON)
        if how == BREAKS:
            raise RuntimeError("This is broken.")
        if how == IS_PARKED:
            workflow.upsert_search_attributes([WAITING_FOR.value_set(WaitingFor.MEND.value)])
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def refuse_by(self, reason: str) -> None:
        """From now on it is parked by another refusal."""
        self._reason = reason

    @workflow.query(name=STANDS)
    def stands(self) -> Standing:
        """Where it stands, and why it is parked."""
        parked = Parked("OpenMoney", self._reason, "It is not there.") if self._reason else None
        place = (Stage.MONEY_ORGANISED, 1, 1, 0, WaitingFor.MEND, None, None)
        return Standing("case", *place, on_hold=False, parked=parked, ending=None, heard=1)


@asynccontextmanager
async def stuck_worker(
    client: Client, reason: str = "STORE_UNAVAILABLE", task_queue: str | None = None
) -> AsyncIterator[str]:
    """A worker that runs such journeys; its task queue. What they ask for is refused for a while, for a reason."""

    @activity.defn(name="OpenPlan")
    async def refuse_for_a_while() -> None:
        raise ApplicationError("It does not answer.", type=reason)

    task_queue = task_queue or str(uuid4())
    runner = UnsandboxedWorkflowRunner()
    workflows, activities = [StuckJourney], [refuse_for_a_while]
    async with Worker(
        client, task_queue=task_queue, workflows=workflows, activities=activities, workflow_runner=runner
    ):
        yield task_queue
