"""`sevensteps events --follow` goes on where a stream broke off."""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from sevensteps.api.feed.v1.feed_pb2 import Event, EventFilter, WatchEventsRequest, WatchEventsResponse
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.feed import follow_events
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.caller import Caller


class BreakingFeed:
    """A caller whose streams end as they are told, each after one event."""

    def __init__(self, *ends: Kind) -> None:
        self._ends = list(ends)
        self.asked: list[WatchEventsRequest] = []

    async def watch(self, request: WatchEventsRequest) -> AsyncIterator[WatchEventsResponse]:
        self.asked.append(request)
        number = len(self.asked)
        yield WatchEventsResponse(events=[Event(position=number)], bookmark=number, resume_token=f"token {number}")
        raise Fault(self._ends.pop(0), "TEST", "No more.")


async def test_following_goes_on_with_the_last_resume_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart of the feed and after the token's end; any other refusal ends it."""
    monkeypatch.setattr("sevensteps.cli.case_view.feed.PAUSE_SECONDS", 0)
    feed = BreakingFeed(Kind.UNAVAILABLE, Kind.UNAUTHENTICATED, Kind.OUT_OF_RANGE)
    seen: list[int] = []

    async def follow() -> None:
        async for event in follow_events(cast("Caller", feed), 7, EventFilter(case_id="case-1")):
            seen.append(event.position)  # noqa: PERF401 - what came before the refusal counts

    with pytest.raises(Fault) as refused:
        await follow()
    assert refused.value.kind is Kind.OUT_OF_RANGE
    assert seen == [1, 2, 3]
    assert [(asked.after, asked.resume_token) for asked in feed.asked] == [(7, ""), (0, "token 1"), (0, "token 2")]
    assert {asked.filter.case_id for asked in feed.asked} == {"case-1"}


def test_an_event_with_a_time_that_is_none_can_be_shown() -> None:
    """Stored by an earlier version, it ends nobody's reading."""
    event = Event(payload="{}")
    event.occurred_at.seconds = 2**62
    assert '"occurred_at": null' in event_json(event)
