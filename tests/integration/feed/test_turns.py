"""Turns: of several programs that could read for the suite, one does at a time."""

import asyncio

import pytest

from servers.feed import Feed, event
from servers.services import refusal_of
from services.feed.tables import turns
from services.feed.turns import TURN_MILLISECONDS
from sevensteps.api.feed.v1 import feed_pb2 as pb


async def takes(feed: Feed, reader: str, *, leave: bool = False, name: str = "journeys") -> bool:
    """Whether it is a reader's turn, after it has asked for it or left it."""
    request = pb.TakeTurnRequest(name=name, reader=reader, leave=leave)
    return (await feed.journey.TakeTurn(request)).is_yours


async def move(feed: Feed, milliseconds: int) -> None:
    """As if the turns that are noted ended so much later, or earlier."""
    moving = turns.update().values(ends=turns.c.ends + milliseconds)
    await feed.running.store.write(lambda connection: connection.execute(moving))


async def test_one_has_the_turn_until_it_leaves_it(feed: Feed) -> None:
    """It may ask again and keeps it; nobody else gets it or can end it. Each name has turns of its own."""
    assert await takes(feed, "one")
    assert not await takes(feed, "other")
    assert not await takes(feed, "other", leave=True)
    assert await takes(feed, "one")
    assert not await takes(feed, "other")
    assert await takes(feed, "other", name="others")
    assert not await takes(feed, "one", leave=True)
    assert await takes(feed, "other")


async def test_a_turn_that_is_over_is_anothers(feed: Feed) -> None:
    """Whoever had it and comes back is told so."""
    assert await takes(feed, "one")
    await move(feed, -TURN_MILLISECONDS)
    assert await takes(feed, "other")
    assert not await takes(feed, "one")


async def test_a_clock_that_was_set_back_keeps_nobody_waiting(feed: Feed) -> None:
    """A turn that would last longer than turns do is over."""
    assert await takes(feed, "one")
    await move(feed, 3_600_000)
    assert await takes(feed, "other")


async def test_of_many_who_ask_at_once_one_gets_it(feed: Feed) -> None:
    """Also the first time."""
    for name in ("first", "second"):
        found = await asyncio.gather(*(takes(feed, f"reader-{number}", name=name) for number in range(20)))
        assert found.count(True) == 1


async def test_operations_see_who_reads(feed: Feed) -> None:
    """Beside the subscription, while the turn lasts."""

    async def reader() -> list[str]:
        found = await feed.operations.ListSubscriptions(pb.ListSubscriptionsRequest())
        return [each.reader for each in found.subscriptions if not each.subject]

    await feed.append([event()])
    await feed.journey.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="journeys", position=1))
    await feed.integrator.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="journeys", position=1))
    assert await reader() == [""]
    await takes(feed, "one")
    assert await reader() == ["one"]
    await move(feed, -TURN_MILLISECONDS)
    assert await reader() == [""]


@pytest.mark.parametrize("database", [""])
async def test_a_reader_has_a_name(feed: Feed) -> None:
    """Of a length that can be shown."""
    for reader in ("", "x" * 201):
        fault = await refusal_of(takes(feed, reader))
        assert [violation.field for violation in fault.violations] == ["reader"]
