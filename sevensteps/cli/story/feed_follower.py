"""Following the feed: collects the events of each case, for whoever waits for one."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from sevensteps.api.feed.v1.feed_pb2 import Event, EventFilter, WatchEventsRequest, WatchEventsResponse
from sevensteps.case_history.history import last_event, stages_entered
from sevensteps.errors import waiting_out
from sevensteps.events import CaseEnded
from sevensteps.rpc.caller import Caller

PAUSE_SECONDS = 0.5

OnEvent = Callable[[Event], None]
Condition = Callable[[Sequence[Event]], bool]
"""Whether the events of a case hold what somebody waits for."""


class StuckError(Exception):
    """What was waited for did not happen; the text says what it was and how far the case is."""


class FeedFollower:
    """Every event of the feed since it is followed, by case."""

    def __init__(self, on_event: OnEvent) -> None:
        """`on_event` is called with each event as it arrives."""
        self._on_event = on_event
        self._place = ""
        self._by_case: defaultdict[str, list[Event]] = defaultdict(list)
        self._arrived = asyncio.Condition()

    async def follow(self, caller: Caller, council: str) -> None:
        """Follow a council's events until cancelled; when the feed goes away, wait for it and go on from there."""
        while True:
            with waiting_out():
                request = WatchEventsRequest(resume_token=self._place, filter=EventFilter(council=council))
                async for response in caller.watch(request):
                    await self._receive(response)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _receive(self, response: WatchEventsResponse) -> None:
        for event in response.events:
            self._by_case[event.case_id].append(event)
            self._on_event(event)
        self._place = response.resume_token
        async with self._arrived:
            self._arrived.notify_all()

    def events_of(self, case_id: str) -> Sequence[Event]:
        """The events of a case so far."""
        return self._by_case[case_id]

    async def wait_until_entered(
        self, case_id: str, condition: Condition, what: str, seconds: float
    ) -> Sequence[Event]:
        """As `wait_until`, for a step to be entered or what follows from it: a case that has ended enters no more.

        Raises StuckError at once where the case has ended without it.
        """
        events = await self.wait_until(case_id, lambda events: condition(events) or _has_ended(events), what, seconds)
        if not condition(events):
            entered = ", ".join(stages_entered(events)) or "no step"
            raise StuckError(f"{case_id} has ended, having entered {entered}. This can no longer happen: {what}.")
        return events

    async def wait_until(self, case_id: str, condition: Condition, what: str, seconds: float) -> Sequence[Event]:
        """The events of a case as soon as they meet a condition.

        Raises StuckError, naming `what`, when they do not in so many seconds.
        """
        events = self._by_case[case_id]
        try:
            async with asyncio.timeout(seconds), self._arrived:
                await self._arrived.wait_for(lambda: condition(events))
        except TimeoutError:
            raise StuckError(f"Waited {seconds:.0f} seconds for {what}. {_progress(case_id, events)}") from None
        return events


def _has_ended(events: Sequence[Event]) -> bool:
    return last_event(events, CaseEnded) is not None


def _progress(case_id: str, events: Sequence[Event]) -> str:
    last = f"{events[-1].position} {events[-1].type}" if events else "none"
    entered = stages_entered(events)
    step = f"stands in {entered[-1].value}" if entered else "has entered no step"
    return f"{case_id} {step}; its last event: {last}."
