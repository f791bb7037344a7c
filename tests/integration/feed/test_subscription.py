"""Subscriptions: how far a reader has come, stored by the feed."""

import asyncio

import pytest

from servers.feed import Feed, event, run_feed
from servers.services import refusal_of
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.errors import Kind


async def stands(feed: Feed, name: str = "journeys") -> int:
    """Where a subscription stands."""
    return (await feed.journey.GetSubscription(pb.GetSubscriptionRequest(name=name))).position


async def acknowledge(feed: Feed, position: int, name: str = "journeys") -> int:
    """Acknowledge up to a position."""
    call = pb.AcknowledgeEventsRequest(name=name, position=position)
    return (await feed.journey.AcknowledgeEvents(call)).position


async def test_a_subscription_begins_at_0_and_goes_forward_only(feed: Feed) -> None:
    """A lower position than before changes nothing; nor does another subscription's."""
    await feed.append([event() for _ in range(5)])
    assert await stands(feed) == 0
    assert await acknowledge(feed, 3) == 3
    assert await acknowledge(feed, 2) == 3
    assert await acknowledge(feed, 3) == 3
    assert await acknowledge(feed, 5) == 5
    assert await stands(feed) == 5
    assert await stands(feed, "board") == 0


async def test_acknowledging_side_by_side_ends_at_the_highest(feed: Feed) -> None:
    """Two relays of one subscription neither move it back nor fail over who is first."""
    await feed.append([event() for _ in range(20)])
    await asyncio.gather(*(acknowledge(feed, position) for position in (7, 20, 1, 13, 19, 4)))
    assert await stands(feed) == 20


async def test_a_subscription_is_there_when_the_feed_starts_again(feed: Feed) -> None:
    """The position is stored with the events."""
    await feed.append([event() for _ in range(5)])
    await acknowledge(feed, 4)
    await feed.stop()
    async with run_feed(feed.running.settings) as again:
        assert await stands(again) == 4


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize("position", [-1, 3])
async def test_what_the_feed_has_not_given_cannot_be_acknowledged(feed: Feed, position: int) -> None:
    """INVALID beyond the end, and below the beginning."""
    await feed.append([event(), event()])
    fault = await refusal_of(acknowledge(feed, position))
    assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, ["position"])
    assert await stands(feed) == 0


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize("name", ["", "Journeys", "a b", "-a", "x" * 65])
async def test_a_name_in_a_wrong_form_is_refused(feed: Feed, name: str) -> None:
    """INVALID, by both calls."""
    for call in (stands(feed, name), acknowledge(feed, 0, name)):
        fault = await refusal_of(call)
        assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, ["name"])


@pytest.mark.parametrize("database", [""])
async def test_people_do_not_move_the_journeys_subscription(feed: Feed) -> None:
    """Only the journeys' relay does."""
    call = pb.AcknowledgeEventsRequest(name="journeys", position=0)
    assert (await refusal_of(feed.operations.AcknowledgeEvents(call))).kind is Kind.DENIED
