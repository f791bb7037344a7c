"""Following the feed: every event in order, kept by case, for whoever waits for one."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from sevensteps.api.feed.v1.feed_pb2 import Event, EventFilter, WatchEventsRequest
from sevensteps.cli.case_view.chronicle import last_of, stages_entered
from sevensteps.errors import Fault, Kind
from sevensteps.events import CaseEnded
from sevensteps.rpc.caller import Caller

PAUSE_SECONDS = 0.5

Heard = Callable[[Event], None]


class StuckError(Exception):
    """What was waited for did not come; the text says what it was and how far the case is."""


def _has_ended(events: Sequence[Event]) -> bool:
    return last_of(events, CaseEnded) is not None


class Following:
    """What has been heard of the feed since it is followed."""

    def __init__(self, heard: Heard) -> None:
        """`heard` is called with each event as it arrives."""
        self._heard = heard
        self._bookmark = 0
        self._by_case: defaultdict[str, list[Event]] = defaultdict(list)
        self._arrived = asyncio.Condition()

    async def follow(self, caller: Caller, council: str) -> None:
        """Follow a council's events until cancelled; when the feed goes away, wait for it and go on where it was."""
        while True:
            try:
                request = WatchEventsRequest(after=self._bookmark, filter=EventFilter(council=council))
                async for response in caller.watch(request):
                    for event in response.events:
                        self._by_case[event.case_id].append(event)
                        self._heard(event)
                    self._bookmark = max(self._bookmark, response.bookmark)
                    async with self._arrived:
                        self._arrived.notify_all()
            except Fault as fault:
                if fault.kind is not Kind.UNAVAILABLE:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)

    def of(self, case_id: str) -> Sequence[Event]:
        """The events of a case so far."""
        return self._by_case[case_id]

    async def until_entered(
        self, case_id: str, come: Callable[[Sequence[Event]], bool], what: str, seconds: float
    ) -> Sequence[Event]:
        """As `until`, for a step to be entered or what comes of it; after its ending a case enters none.

        Raises StuckError at once where the case has ended and it has not come.
        """
        events = await self.until(case_id, lambda found: come(found) or _has_ended(found), what, seconds)
        if not come(events):
            entered = ", ".join(stages_entered(events)) or "no step"
            raise StuckError(f"{case_id} has ended, having entered {entered}. What was waited for cannot come: {what}.")
        return events

    async def until(
        self, case_id: str, come: Callable[[Sequence[Event]], bool], what: str, seconds: float
    ) -> Sequence[Event]:
        """The events of a case as soon as `come` says that they hold what is waited for.

        Raises StuckError, naming `what`, when it has not come in so many seconds.
        """
        events = self._by_case[case_id]
        try:
            async with asyncio.timeout(seconds), self._arrived:
                await self._arrived.wait_for(lambda: come(events))
        except TimeoutError:
            last = f"{events[-1].position} {events[-1].type}" if events else "none"
            entered = stages_entered(events)
            stands = f"stands in {entered[-1].value}" if entered else "has entered no step"
            raise StuckError(
                f"Waited {seconds:.0f} seconds for {what}. {case_id} {stands}; its last event: {last}."
            ) from None
        return events
