"""The rows of cases follow the feed, and can always be made anew from it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from servers.feed import Feed, run_feed
from servers.operations import Operations, run_operations, told
from servers.waiting import until
from services.operations import projecting
from services.operations.tables import projection
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.events import (
    CaseEnded,
    CaseOpened,
    ComplaintRecorded,
    DeterminationConfirmed,
    HoldPlaced,
    IndicativeBudgetGiven,
    LifeOpened,
    PlanChecked,
    PlanOpened,
    PlanSubmitted,
)
from sevensteps.steps import DueKind, Ending, HoldReason

pytestmark = pytest.mark.usefixtures("no_looks")

COMPLAINT = ComplaintRecorded("complaint-1", "2026-05-28", "letter", "person", "2026-06-02", "2026-11-27")


def story(case_id: str) -> Iterator[feed_pb2.Event]:
    """A case that comes to a plan which waits for a signature, on hold, with a complaint."""
    yield told(case_id, CaseOpened("adult", "2026-06-25"))
    yield told(case_id, DeterminationConfirmed(1, "d", True, ["hygiene"], ["amy"], record_due="2026-06-30"))
    yield told(case_id, IndicativeBudgetGiven(1, "82.91", "amy"))
    yield told(case_id, PlanOpened(1, "2026-07-20"))
    yield told(case_id, PlanSubmitted(1, "82.50", ""))
    yield told(case_id, PlanChecked(1, "met", "met", "met", "met", "met", "L1", "2026-07-01"))
    yield told(case_id, COMPLAINT)
    yield told(case_id, HoldPlaced(HoldReason.HOSPITAL), after_seconds=90)


async def filled(feed: Feed, count: int = 3) -> int:
    """The feed with so many such cases, and one that has ended; answers its head."""
    events = [event for number in range(count) for event in story(f"case-{number}")]
    events += [told("case-e", CaseOpened("carer", "2026-06-25")), told("case-e", CaseEnded(Ending.MOVED))]
    return await feed.append(events)


async def listed(operations: Operations) -> Sequence[pb.CaseRow]:
    """The cases, oldest first."""
    return (await operations.staff.ListCases(pb.ListCasesRequest())).cases


async def test_a_row_tells_where_a_case_stands(feed: Feed, operations: Operations) -> None:
    """Its step, what it waits for and since when, its date, its hold, and what else the law sets a day for."""
    view = await operations.come_to(await filled(feed, 1))
    assert (view.position, view.head, view.rebuilding) == (10, 10, False)
    row, ended = await listed(operations)
    assert (row.case_id, row.council, row.case_kind) == ("case-0", "example", "adult")
    assert (row.step, row.turn, row.waiting_for) == (pb.STEP_PLAN_AGREED, 1, pb.WAITING_FOR_RELEASE)
    assert (row.whom, row.hold_reason, row.due_on) == (pb.WHOM_PERSON, "hospital", "")
    assert row.since.seconds - row.opened_at.seconds == 90
    assert [(clock.name, clock.about, clock.due_on) for clock in row.clocks] == [
        ("complaint_acknowledged", "complaint-1", "2026-06-02"),
        ("written_record", "", "2026-06-30"),
        ("complaint_answered", "complaint-1", "2026-11-27"),
    ]
    assert (ended.ending, ended.waiting_for, ended.whom) == ("moved", pb.WAITING_FOR_NOTHING, pb.WHOM_UNSPECIFIED)


async def test_rows_follow_event_by_event(feed: Feed, operations: Operations) -> None:
    """What happens is in the rows soon after, without anybody asking for it."""
    events = list(story("case-a"))
    for number, event in enumerate(events, start=1):
        await feed.append([event])
        assert (await operations.come_to(number)).position == number
    (row,) = await listed(operations)
    assert row.step == pb.STEP_PLAN_AGREED


async def test_rows_made_anew_are_the_same_to_the_byte(settings: Settings, feed: Feed) -> None:
    """A version that makes rows otherwise makes all of them anew, and so does one whose records are lost."""
    following = replace(settings, feed=feed.running.address)
    async with run_operations(following) as operations:
        head = await filled(feed)
        await operations.come_to(head)
        first = await operations.rows()
        older = projection.update().values(version=projecting.VERSION - 1)
        await operations.running.store.write(lambda connection: connection.execute(older))
    async with run_operations(following) as operations:
        await operations.come_to(head)
        assert await operations.rows() == first
        assert len(first) == 4


async def test_what_was_read_is_not_read_again(settings: Settings, feed: Feed) -> None:
    """After a restart the rows go on from where they were; what the feed has dropped since is not missed."""
    following = replace(settings, feed=feed.running.address)
    async with run_operations(following) as operations:
        await operations.come_to(await filled(feed))
        rows = await operations.rows()
    async with run_operations(following) as operations:
        head = await feed.append([told("case-e", COMPLAINT), told("case-n", CaseOpened("adult", "2026-06-25"))])
        await operations.come_to(head)
        after = await operations.rows()
        assert (after[:3], len(after)) == (rows[:3], 5)


@pytest.mark.parametrize("database", [""])
async def test_another_feed_is_noticed(settings: Settings) -> None:
    """Where the feed begins anew, or an older one was restored, the rows are those of that feed."""
    async with run_feed(settings) as feed:
        address = feed.running.address
        async with run_operations(replace(settings, feed=address)) as operations:
            await operations.come_to(await filled(feed))
    for file in settings.data.glob("feed.db*"):
        file.unlink()
    async with run_feed(settings, address) as feed, run_operations(replace(settings, feed=address)) as operations:
        await feed.append([told("case-n", CaseOpened("adult", "2026-06-25"))])

        async def has_its_cases() -> bool:
            return [row.case_id for row in await listed(operations)] == ["case-n"]

        await until(has_its_cases, "the rows of the other feed")


async def test_an_event_that_cannot_be_read_holds_nothing_up(feed: Feed, operations: Operations) -> None:
    """Neither a wrong payload, nor a type of a newer version, nor an event of a case whose first ones were dropped."""
    wrong = told("case-0", PlanOpened(1, "no date"))
    wrong.payload = '{"version": []}'
    newer = told("case-0", PlanOpened(1, "2026-07-20"))
    newer.type = "plan.opened.v2"
    orphan = told("case-x", LifeOpened(1, 1, "2026-07-20", DueKind.SOFT, "R1"))
    events = [told("case-0", CaseOpened("adult", "2026-06-25")), wrong, newer, orphan, told("case-0", COMPLAINT)]
    await operations.come_to(await feed.append(events))
    (row,) = await listed(operations)
    assert (row.step, len(row.clocks)) == (pb.STEP_MONEY_FOUND, 2)


@pytest.mark.parametrize("database", [""])
async def test_rows_are_read_while_the_feed_is_away(settings: Settings) -> None:
    """They say how old they are; when the feed is back they go on."""
    async with run_feed(settings) as feed:
        address = feed.running.address
        async with run_operations(replace(settings, feed=address)) as operations:
            await operations.come_to(await filled(feed, 1))
            await feed.stop()
            before = await operations.view()
            assert before.position == 10
            assert len(await listed(operations)) == 2
            async with run_feed(settings, address) as again:
                head = await again.append([told("case-n", CaseOpened("adult", "2026-06-25"))])
                view = await operations.come_to(head)
                assert view.feed_heard_at.ToMilliseconds() > before.feed_heard_at.ToMilliseconds()


async def test_the_feed_keeps_what_is_not_in_the_rows(feed: Feed, operations: Operations) -> None:
    """The place of the rows is a subscription of the suite's own: operations see how far it is behind."""
    await operations.come_to(await filled(feed, 1))
    listing = await feed.operations.ListSubscriptions(feed_pb2.ListSubscriptionsRequest())
    (subscription,) = [each for each in listing.subscriptions if each.name == "operations"]
    assert (subscription.council, subscription.subject) == ("", "")
