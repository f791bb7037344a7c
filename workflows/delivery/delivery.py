"""Brings a fact to the journey of its case. A journey that Temporal has lost is started again from the feed."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum

import grpc
from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from sevensteps import log
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.events import OPENS, CaseEnded, CaseOpened, CaseResumed, Fact
from sevensteps.steps import Stage
from sevensteps.telemetry import series, spans
from sevensteps.telemetry.spans import CASE_ID, EVENTS, Side
from sevensteps.temporal import COUNCIL, HEAR, HEAR_ALL, JOURNEY, RUNNING, Parked, rebuild_advice, workflow_id
from workflows.delivery.feed import Feed, UnreadableEventError, fact_of
from workflows.delivery.lines import ROOM
from workflows.journey.state import JourneyState

TIMEOUT = timedelta(seconds=5)
"""How long Temporal may take for one journey."""


class Restart(StrEnum):
    """What starting a journey again has come to: started, or why not."""

    STARTED = "started"
    RUNNING = "running"
    ENDED = "ended"
    PARKED = "parked"


class Delivery:
    """Brings facts to journeys. Raises RPCError if Temporal does not answer, AioRpcError if the feed does not."""

    def __init__(self, client: Client, feed: Feed, task_queue: str) -> None:
        """`task_queue` is the worker's."""
        self._client = client
        self._feed = feed
        self._task_queue = task_queue

    def use(self, client: Client) -> None:
        """Go on with another client."""
        self._client = client

    async def deliver(self, *events: feed_pb2.Event) -> None:
        """Bring events to the journey of their case, in order. Twice does no harm: a journey drops what it has heard.

        Where that can never succeed, a parked journey takes the place of the case's own: it is the record that the case
        has to be rebuilt. Nobody else has to wait for that.
        """
        story = spans.behind_all(event.traceparent for event in events)
        try:
            with spans.span("relay", Side.CONSUMER, *story) as step:
                if step is not None:
                    step.note({CASE_ID: events[0].case_id, EVENTS: len(events)})
                await self._bring(events)
        except (RPCError, grpc.aio.AioRpcError, UnreadableEventError) as error:
            if (refusal := _for_good(error, events[0].case_id)) is None:
                raise
            await self._park(events[0].case_id, refusal)
            series.RELAY_UNDELIVERABLE.inc()
            log.get().error(
                "fact cannot be delivered; its case is parked",
                case_id=events[0].case_id,
                position=events[0].position,
                reason=refusal.reason,
                detail=refusal.detail,
            )

    async def _bring(self, events: Sequence[feed_pb2.Event]) -> None:
        """Bring these, or every event up to the last of them where one asks for that."""
        if not any(self._asks_for_all(event) for event in events):
            await self._bring_some(events)
            return
        case_id, last, after = events[-1].case_id, events[-1].position, 0
        while some := [each for each in await self._feed.heard_by(case_id, after, ROOM) if each.position <= last]:
            await self._bring_some(some)
            after = some[-1].position

    def _asks_for_all(self, event: feed_pb2.Event) -> bool:
        """Whether the journey is to be told everything again. Raises UnreadableEventError."""
        return event.type == CaseResumed.TYPE and CaseResumed.of(self._fact_of(event).payload).replay

    async def _bring_some(self, events: Sequence[feed_pb2.Event]) -> None:
        if events[0].type == CaseOpened.TYPE:
            await self._start(events[0].case_id, events[:1], WorkflowIDReusePolicy.REJECT_DUPLICATE)
            events = events[1:]
        while events and not await self._signal(events):
            if await self._restart(events[0].case_id) is not Restart.RUNNING:
                return  # it started with these among its facts, or the case has ended and everything is closed

    async def restart(self, case_id: str) -> Restart:
        """Start the journey of a case again from all its facts, unless it is running or has finished.

        The journey of a case that has ended is started too: it may have been lost before everything was closed. One
        that cannot be started, because a fact cannot be read or is refused for good, is parked.
        """
        try:
            return await self._restart(case_id)
        except (RPCError, UnreadableEventError) as error:
            if (refusal := _for_good(error, case_id)) is None:
                raise
            await self._park(case_id, refusal)
            detail = refusal.detail
            log.get().error(
                "journey cannot be rebuilt; its case is parked", case_id=case_id, reason=refusal.reason, detail=detail
            )
            return Restart.PARKED

    async def make_again(self, case_id: str) -> Restart:
        """End the journey of a case where it runs, and start it again from all facts of the case.

        It is ended before the facts are read: one that comes in between finds no journey, and starts it.
        """
        await self._end(workflow_id(case_id), "rebuilt from the feed")
        restart = await self.restart(case_id)
        return Restart.STARTED if restart is Restart.RUNNING else restart

    async def end_those_without(self, cases: Collection[str]) -> None:
        """End the running journeys of cases that are not among these, unless the feed knows their case after all."""
        async for journey in self._client.list_workflows(RUNNING):
            case_id = journey.id.removeprefix(workflow_id(""))
            if case_id not in cases and not await self._feed.of_case(case_id):
                await self._end(journey.id, "the feed does not know its case")

    async def _end(self, journey_id: str, why: str) -> None:
        try:
            await self._client.get_workflow_handle(journey_id).terminate(reason=why, rpc_timeout=TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _restart(self, case_id: str) -> Restart:
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
        state = JourneyState.begin(case_id, events[0].council, [self._fact_of(event) for event in events])
        return await self._start_with(state, reuse, WorkflowIDConflictPolicy.FAIL)

    async def _park(self, case_id: str, refusal: Parked) -> None:
        """Put a parked journey in the place of the case's own. It shows the last step that was opened.

        A case that has ended needs no more facts: its journey has everything closed instead.
        """
        events = await self._feed.of_case(case_id)
        if not events:
            return
        opened = [OPENS[event.type] for event in events if event.type in OPENS]
        state = JourneyState.parked_for_good(case_id, events[0].council, (opened or [Stage.MONEY_FOUND])[-1], refusal)
        reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE
        if ended := [event for event in events if event.type == CaseEnded.TYPE]:
            reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
            with suppress(UnreadableEventError):
                state.hear(self._fact_of(ended[0]))
        await self._start_with(state, reuse, WorkflowIDConflictPolicy.TERMINATE_EXISTING)

    async def _start_with(
        self, state: JourneyState, reuse: WorkflowIDReusePolicy, conflict: WorkflowIDConflictPolicy
    ) -> bool:
        try:
            await self._client.start_workflow(
                JOURNEY,
                state,
                id=workflow_id(state.case_id),
                task_queue=self._task_queue,
                id_reuse_policy=reuse,
                id_conflict_policy=conflict,
                search_attributes=TypedSearchAttributes([SearchAttributePair(COUNCIL, state.council)]),
                rpc_timeout=TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    def _fact_of(self, event: feed_pb2.Event) -> Fact:
        return fact_of(event, self._feed.feed_id)

    async def _signal(self, events: Sequence[feed_pb2.Event]) -> bool:
        handle = self._client.get_workflow_handle(workflow_id(events[0].case_id))
        facts = [self._fact_of(event) for event in events]
        signal, said = (HEAR, facts[0]) if len(facts) == 1 else (HEAR_ALL, facts)
        try:
            await handle.signal(signal, said, rpc_timeout=TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True


def _for_good(error: Exception, case_id: str) -> Parked | None:
    """Why trying again is of no use; None if it may be."""
    if isinstance(error, UnreadableEventError):
        return Parked("", "FACT_UNREADABLE", f"The journey cannot hear it: {error}. {rebuild_advice(case_id)}")
    if isinstance(error, RPCError) and error.status is RPCStatusCode.INVALID_ARGUMENT:
        detail = f"Temporal refuses a fact of the case for good ({error.message}). {rebuild_advice(case_id)}"
        return Parked("", "FACT_REFUSED", detail)
    return None
