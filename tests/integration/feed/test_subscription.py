"""Subscriptions: how far a reader has come, stored by the feed; each its reader's own."""

import asyncio
from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from servers.feed import Feed, event, run_feed
from servers.services import refusal_of
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role

if TYPE_CHECKING:
    from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceAsyncStub


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


def reader(feed: Feed, subject: str, council: str = "example", role: Role = Role.INTEGRATOR) -> "FeedServiceAsyncStub":
    """Somebody with a token."""
    return feed.running.stub(FeedServiceStub, feed.running.token(subject, role, council=council))


async def test_an_integrator_keeps_a_place_of_its_own(feed: Feed) -> None:
    """Made by acknowledging; read, moved, and moved back only where that is asked for; its token goes on from there."""
    await feed.append([event() for _ in range(5)])
    ida = feed.integrator
    asked = pb.GetSubscriptionRequest(name="ledger")
    fault = await refusal_of(ida.GetSubscription(asked))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "SUBSCRIPTION_NOT_FOUND")
    for position, back, stands_at in ((0, False, 0), (3, False, 3), (2, False, 3), (2, True, 2), (4, True, 4)):
        moving = pb.AcknowledgeEventsRequest(name="ledger", position=position, back=back)
        assert (await ida.AcknowledgeEvents(moving)).position == stands_at
        found = await ida.GetSubscription(asked)
        assert found.position == stands_at
        page = await ida.ListEvents(pb.ListEventsRequest(page_token=found.resume_token))
        assert [each.position for each in page.events] == [1, 2, 3, 4, 5][stands_at:]


async def test_a_subscription_is_its_readers_own(feed: Feed) -> None:
    """Of the same name, another subject's, another council's and the journeys' are others: nobody learns of them."""
    await feed.append([event() for _ in range(5)])
    moving = pb.AcknowledgeEventsRequest(name="journeys", position=4)
    await feed.journey.AcknowledgeEvents(moving)
    await feed.integrator.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="journeys", position=2))
    for other in (reader(feed, "ivo"), reader(feed, "ida", "other"), reader(feed, "jo", EVERY_COUNCIL)):
        asked = pb.GetSubscriptionRequest(name="journeys")
        assert (await refusal_of(other.GetSubscription(asked))).reason == "SUBSCRIPTION_NOT_FOUND"
        for named in ({}, {"council": "example", "subject": "ida"}, {"council": "example"}, {"subject": "ida"}):
            deleting = pb.DeleteSubscriptionRequest(name="journeys", **named)
            assert (await refusal_of(other.DeleteSubscription(deleting))).reason == "SUBSCRIPTION_NOT_FOUND"
        await other.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="journeys", position=1, back=True))
        await other.DeleteSubscription(pb.DeleteSubscriptionRequest(name="journeys"))
    assert await stands(feed) == 4
    found = await feed.integrator.GetSubscription(pb.GetSubscriptionRequest(name="journeys"))
    assert found.position == 2


async def test_operations_see_who_reads_how_far_behind_and_when_last(feed: Feed) -> None:
    """The furthest behind first; operations of a council see those of their own, and the suite's."""
    await feed.append([event() for _ in range(5)])
    began = clock.now()
    await acknowledge(feed, 4)
    for council, position in (("example", 2), ("other", 1)):
        await reader(feed, "ida", council).AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="x", position=position))
    rows = (await feed.operations.ListSubscriptions(pb.ListSubscriptionsRequest())).subscriptions
    assert [(row.council, row.subject, row.name, row.position, row.lag) for row in rows] == [
        ("other", "ida", "x", 1, 4),
        ("example", "ida", "x", 2, 3),
        ("", "", "journeys", 4, 1),
    ]
    assert all(began <= row.last_seen.ToDatetime(tzinfo=UTC) <= clock.now() for row in rows)
    olga = reader(feed, "olga", role=Role.OPERATIONS)
    own = (await olga.ListSubscriptions(pb.ListSubscriptionsRequest())).subscriptions
    assert list(own) == list(rows[1:])
    for stub in (feed.integrator, feed.journey):
        assert (await refusal_of(stub.ListSubscriptions(pb.ListSubscriptionsRequest()))).kind is Kind.DENIED


async def test_a_subscription_holds_back_trimming_until_it_is_deleted(feed: Feed) -> None:
    """Operations delete one whose reader is gone. If it comes back, it is told, and does not begin again unawares."""
    await feed.append([event("case.opened.v1"), event("case.ended.v1")])
    await feed.integrator.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="ledger", position=1))
    trimming = pb.TrimEventsRequest(up_to=2)
    fault = await refusal_of(feed.operations.TrimEvents(trimming))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "NOT_READ_YET")
    assert fault.metadata == {"subscription": "ledger", "position": "1"}
    deleting = pb.DeleteSubscriptionRequest(name="ledger", council="example", subject="ida")
    elsewhere = reader(feed, "olga", "other", Role.OPERATIONS)
    assert (await refusal_of(elsewhere.DeleteSubscription(deleting))).reason == "SUBSCRIPTION_NOT_FOUND"
    await feed.operations.DeleteSubscription(deleting)
    assert (await feed.operations.TrimEvents(trimming)).earliest == 3
    asked = pb.GetSubscriptionRequest(name="ledger")
    assert (await refusal_of(feed.integrator.GetSubscription(asked))).reason == "SUBSCRIPTION_NOT_FOUND"
    moving = pb.AcknowledgeEventsRequest(name="ledger", position=1)
    assert (await refusal_of(feed.integrator.AcknowledgeEvents(moving))).reason == "EVENTS_TRIMMED"


async def test_another_councils_subscription_is_not_named_to_whoever_trims(feed: Feed) -> None:
    """Operations of a council learn that they cannot drop events yet, and not because of whom."""
    await feed.append([event("case.opened.v1"), event("case.ended.v1")])
    await reader(feed, "ivo", "other").AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="secret", position=1))
    olga = reader(feed, "olga", role=Role.OPERATIONS)
    fault = await refusal_of(olga.TrimEvents(pb.TrimEventsRequest(up_to=2)))
    assert fault.reason == "NOT_READ_YET"
    assert "secret" not in repr(fault) + str(fault.metadata)


@pytest.mark.parametrize("database", [""])
async def test_a_reader_has_a_limited_number_of_subscriptions(feed: Feed) -> None:
    """Twenty; the limit is told, the others go on, and another reader has its own."""
    for number in range(20):
        await feed.integrator.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name=f"x{number}"))
    one_more = pb.AcknowledgeEventsRequest(name="x20")
    fault = await refusal_of(feed.integrator.AcknowledgeEvents(one_more))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "SUBSCRIPTIONS_FULL")
    assert "20" in fault.detail
    await feed.integrator.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="x19"))
    await reader(feed, "ivo").AcknowledgeEvents(one_more)
    await feed.integrator.DeleteSubscription(pb.DeleteSubscriptionRequest(name="x0"))
    await feed.integrator.AcknowledgeEvents(one_more)
