"""Trimming: the oldest events go, but never one that an open case's journey would be rebuilt from."""

from collections.abc import Awaitable

import pytest

from servers.feed import Feed, event
from servers.services import refusal_of
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role


async def trim(feed: Feed, up_to: int) -> int:
    """Trim, for all councils; answers the earliest position left."""
    return (await feed.operations.TrimEvents(pb.TrimEventsRequest(up_to=up_to))).earliest


async def refused(feed: Feed, up_to: int) -> Fault:
    """The Fault with which trimming is refused, and that nothing was dropped."""
    before = await feed.everything()
    fault = await refusal_of(trim(feed, up_to))
    assert await feed.everything() == before
    return fault


def ended(case_id: str) -> list[pb.Event]:
    """A case from its beginning to its end: two events."""
    return [event("case.opened.v1", case_id), event("case.ended.v1", case_id)]


async def test_events_of_ended_cases_go_and_the_rest_stays(feed: Feed) -> None:
    """Remaining events keep their positions; the answer says where they begin; trimming again changes nothing."""
    await feed.append([*ended("case-a"), *ended("case-b"), event(case_id="case-c")])
    before = await feed.everything()
    assert await trim(feed, 2) == 3
    assert await feed.everything() == before[2:]
    assert await trim(feed, 2) == 3
    assert await trim(feed, 0) == 3
    assert await trim(feed, 4) == 5
    assert await feed.everything() == before[4:]


async def test_everything_may_go_and_positions_go_on(feed: Feed) -> None:
    """Positions are never used twice, not even when no event is left."""
    await feed.append(ended("case-a"))
    assert await trim(feed, 2) == 3
    assert await feed.everything() == []
    assert await feed.append([event()]) == 3
    assert [each.position for each in await feed.everything()] == [3]


async def test_many_events_go_some_at_a_time(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one transaction drops: what is left is the same."""
    monkeypatch.setattr("services.feed.handlers.DROPPED_AT_ONCE", 3)
    monkeypatch.setattr("services.feed.handlers.LOOKED_AT_ONCE", 3)
    await feed.append([each for number in range(10) for each in ended(f"case-{number}")])
    assert await trim(feed, 14) == 15
    assert [each.position for each in await feed.everything()] == [15, 16, 17, 18, 19, 20]


async def test_an_open_case_loses_nothing(feed: Feed) -> None:
    """Events of an open case stay, and of a case whose ending would stay behind; the refusal names the case."""
    await feed.append([*ended("case-a"), event("case.opened.v1", "case-b"), event("case.ended.v1", "case-b")])
    await feed.append([event("case.opened.v1", "case-c")])
    for up_to, case_id in ((3, "case-b"), (5, "case-c")):
        fault = await refused(feed, up_to)
        assert (fault.kind, fault.reason, fault.metadata) == (Kind.PRECONDITION, "CASES_OPEN", {"case_id": case_id})
    assert await trim(feed, 4) == 5


async def test_what_is_about_no_case_keeps_nothing_from_going(feed: Feed) -> None:
    """An enquiry never ends: no journey is rebuilt from it."""
    await feed.append([event("enquiry.recorded.v1", ""), *ended("case-a")])
    assert await trim(feed, 3) == 4


async def test_a_late_event_of_a_trimmed_case_is_no_open_case(feed: Feed) -> None:
    """A service may send its events after the case has ended, and after the ending was dropped: they can go as well."""
    await feed.append([*ended("case-a"), event(case_id="case-a")])
    assert await trim(feed, 2) == 3
    await feed.append([event(case_id="case-a")])
    assert await trim(feed, 4) == 5


async def test_a_dropped_event_that_is_sent_again_is_still_known(feed: Feed) -> None:
    """A dropped event that is sent again, however late, is not stored again."""
    sent = ended("case-a")
    await feed.append(sent)
    await trim(feed, 2)
    assert await feed.append(sent) == 2
    assert await feed.everything() == []


async def test_what_a_subscription_has_not_read_stays(feed: Feed) -> None:
    """The subscription that is furthest behind is named."""
    await feed.append([*ended("case-a"), *ended("case-b")])
    for name, position in (("journeys", 3), ("board", 4)):
        await feed.journey.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name=name, position=position))
    fault = await refused(feed, 4)
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "NOT_READ_YET")
    assert fault.metadata == {"subscription": "journeys", "position": "3"}
    assert await trim(feed, 2) == 3


async def test_the_events_of_other_councils_are_not_one_councils_to_drop(feed: Feed) -> None:
    """Operations of one council may drop while all is that council's."""
    await feed.append([*ended("case-a"), event("case.opened.v1", "case-b", council="other")])
    olga = feed.running.stub(FeedServiceStub, feed.running.token("olga", Role.OPERATIONS))
    fault = await refusal_of(olga.TrimEvents(pb.TrimEventsRequest(up_to=3)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "OTHER_COUNCILS_EVENTS")
    assert "case-b" not in repr(fault)
    assert (await olga.TrimEvents(pb.TrimEventsRequest(up_to=2))).earliest == 3


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize("up_to", [-1, 3])
async def test_what_is_not_there_cannot_go(feed: Feed, up_to: int) -> None:
    """INVALID beyond the end, and below the beginning."""
    await feed.append(ended("case-a"))
    fault = await refused(feed, up_to)
    assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, ["up_to"])


@pytest.mark.parametrize("database", [""])
async def test_only_operations_trim(feed: Feed) -> None:
    """Nor does the journey."""
    for stub in (feed.integrator, feed.journey, feed.service):
        assert (await refusal_of(stub.TrimEvents(pb.TrimEventsRequest(up_to=0)))).kind is Kind.DENIED


async def test_a_reader_who_comes_too_late_is_told_where_the_feed_begins(feed: Feed) -> None:
    """A cursor, a position and a stream from before the earliest: OUT_OF_RANGE, EVENTS_TRIMMED, with the earliest."""
    await feed.append([*ended("case-a"), *ended("case-b"), event(case_id="case-c")])
    token = (await feed.integrator.ListEvents(pb.ListEventsRequest(page_size=2))).next_page_token
    await trim(feed, 4)
    calls: list[Awaitable[object]] = [
        feed.integrator.ListEvents(pb.ListEventsRequest(page_token=token)),
        feed.integrator.ListEvents(pb.ListEventsRequest(after=3)),
        feed.integrator.ListEvents(pb.ListEventsRequest(after=3, filter=pb.EventFilter(case_id="case-c"))),
        anext(aiter(feed.integrator.WatchEvents(pb.WatchEventsRequest(after=1)))),
    ]
    for call in calls:
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.OUT_OF_RANGE, "EVENTS_TRIMMED")
        assert fault.metadata == {"earliest": "5"}
        assert "after position 4" in fault.detail
    page = await feed.integrator.ListEvents(pb.ListEventsRequest(after=4))
    assert [each.position for each in page.events] == [5]


async def test_from_the_beginning_means_from_the_earliest_kept(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading from 0 never fails: lists and streams, with and without a filter, begin at the earliest event."""
    monkeypatch.setattr("services.feed.store.LEAST_OF_CASE", 1)
    await feed.append([*ended("case-a"), *ended("case-b"), event(case_id="case-c")])
    await trim(feed, 4)
    for wanted in (pb.EventFilter(), pb.EventFilter(case_id="case-c"), pb.EventFilter(types=["plan.saved.v1"])):
        page = await feed.integrator.ListEvents(pb.ListEventsRequest(filter=wanted))
        assert [each.position for each in page.events] == [5]
        stream = aiter(feed.integrator.WatchEvents(pb.WatchEventsRequest(filter=wanted), timeout=20))
        part = await anext(stream)
        while not part.events:
            part = await anext(stream)
        assert ([each.position for each in part.events], part.bookmark) == ([5], 5)
