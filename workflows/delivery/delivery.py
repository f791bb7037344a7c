"""Brings a fact to the journey of its case. A journey that Temporal has lost is started again from the feed."""

from collections.abc import Sequence
from enum import StrEnum

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.events import CaseEnded, CaseOpened
from sevensteps.temporal import COUNCIL, HEAR, JOURNEY, workflow_id
from workflows.delivery.feed import Feed, fact_of
from workflows.journey.state import JourneyState


class Restart(StrEnum):
    """What starting a journey again has come to: started, or why not."""

    STARTED = "started"
    RUNNING = "running"
    ENDED = "ended"


class Delivery:
    """Brings facts to journeys. Raises RPCError if Temporal does not answer, AioRpcError if the feed does not."""

    def __init__(self, client: Client, feed: Feed, task_queue: str) -> None:
        """`task_queue` is the worker's."""
        self._client = client
        self._feed = feed
        self._task_queue = task_queue

    async def deliver(self, event: feed_pb2.Event) -> None:
        """Bring an event to the journey of its case. Twice does no harm: a journey drops what it has heard."""
        if event.type == CaseOpened.TYPE:
            await self._start(event.case_id, [event], WorkflowIDReusePolicy.REJECT_DUPLICATE)
            return
        while not await self._signal(event):
            if await self.restart(event.case_id) is not Restart.RUNNING:
                return  # it started with this event among its facts, or the case has ended and everything is closed

    async def restart(self, case_id: str) -> Restart:
        """Start the journey of a case again from all its facts, unless it is running or has finished.

        The journey of a case that has ended is started too: it may have been lost before everything was closed.
        """
        events = await self._feed.of_case(case_id)
        kinds = {event.type for event in events}
        if CaseOpened.TYPE not in kinds:  # the feed drops old events of ended cases only
            return Restart.ENDED
        if CaseEnded.TYPE in kinds:
            started = await self._start(case_id, events, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)
            return Restart.STARTED if started else Restart.ENDED
        started = await self._start(case_id, events, WorkflowIDReusePolicy.ALLOW_DUPLICATE)
        return Restart.STARTED if started else Restart.RUNNING

    async def _start(self, case_id: str, events: Sequence[feed_pb2.Event], reuse: WorkflowIDReusePolicy) -> bool:
        council = events[0].council
        state = JourneyState.begin(case_id, council, [fact_of(event) for event in events])
        try:
            await self._client.start_workflow(
                JOURNEY,
                state,
                id=workflow_id(case_id),
                task_queue=self._task_queue,
                id_reuse_policy=reuse,
                search_attributes=TypedSearchAttributes([SearchAttributePair(COUNCIL, council)]),
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _signal(self, event: feed_pb2.Event) -> bool:
        try:
            await self._client.get_workflow_handle(workflow_id(event.case_id)).signal(HEAR, fact_of(event))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True
