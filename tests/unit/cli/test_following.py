"""Waiting for what the feed tells."""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from sevensteps.api.feed.v1.feed_pb2 import Event, WatchEventsRequest, WatchEventsResponse
from sevensteps.cli.story.following import Following, StuckError
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.caller import Caller


class Told:
    """A caller to whom the feed tells a few events, and then that it is of no use."""

    def __init__(self, *events: Event) -> None:
        self._events = events

    async def watch(self, _: WatchEventsRequest) -> AsyncIterator[WatchEventsResponse]:
        yield WatchEventsResponse(events=self._events, bookmark=len(self._events))
        raise Fault(Kind.INVALID, "TEST", "No more.")


async def test_a_step_that_cannot_come_any_more_is_not_waited_for() -> None:
    """After its ending a case enters no step: that is said at once, with what was waited for."""
    following = Following(lambda _: None)
    ended = Event(position=1, case_id="case-1", type="case.ended.v1", payload="{}")
    with pytest.raises(Fault):
        await following.follow(cast("Caller", Told(ended)), "example")
    with pytest.raises(StuckError, match=r"case-1 has ended, having entered no step. .* cannot come: Step 2 to open"):
        await following.until_entered("case-1", lambda _: False, "Step 2 to open", 60)
