"""Waiting for events of a case."""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from sevensteps.api.feed.v1.feed_pb2 import Event, WatchEventsRequest, WatchEventsResponse
from sevensteps.cli.story.feed_follower import FeedFollower, StuckError
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.caller import Caller


class ShortFeed:
    """A caller whose feed has a few events and then refuses."""

    def __init__(self, *events: Event) -> None:
        self._events = events

    async def watch(self, _: WatchEventsRequest) -> AsyncIterator[WatchEventsResponse]:
        yield WatchEventsResponse(events=self._events, bookmark=len(self._events))
        raise Fault(Kind.INVALID, "TEST", "No more.")


async def test_a_step_that_can_no_longer_open_is_not_waited_for() -> None:
    """A case that has ended enters no step: waiting ends at once, with what was waited for."""
    follower = FeedFollower(lambda _: None)
    ended = Event(position=1, case_id="case-1", type="case.ended.v1", payload="{}")
    with pytest.raises(Fault):
        await follower.follow(cast("Caller", ShortFeed(ended)), "example")
    with pytest.raises(
        StuckError, match=r"case-1 has ended, having entered no step. .* can no longer happen: Step 2 to open"
    ):
        await follower.wait_until_entered("case-1", lambda _: False, "Step 2 to open", 60)
