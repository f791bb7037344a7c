"""Two of every role over one PostgreSQL: killed, suspended and drained, while cases run.

Both tests share the twelve processes. Together they take two minutes on a machine with two processors.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from servers.postgres import PostgresServer
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.cli.story.examples import FOLDER
from sevensteps.cli.story.examples import load as load_examples
from sevensteps.cli.story.runner import EXAMPLE_COUNCIL, play_all
from sevensteps.config import SERVICES, Settings
from sevensteps.events import ComplaintRecorded
from sevensteps.journeys import connect
from sevensteps.rpc.caller import operations
from several.callers import Load
from several.instances import PATIENCE, WORKER, Several
from several.invariants import settled, unsettled_journeys

IN_FLIGHT = 32


@pytest.fixture(scope="module")
def url(postgres_server: PostgresServer) -> str:
    """One database for all tests here."""
    return postgres_server.create_database("several")


@pytest.fixture(scope="module")
async def several(url: str, temporal_server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Several]:
    """Two of every role."""
    settings = Settings(database=url, temporal=temporal_server, task_queue="several", log="json")
    running = Several(tmp_path_factory.mktemp("several"), settings)
    try:
        await running.start()
        yield running
    finally:
        await running.stop()


async def reader(several: Several) -> str:
    """Which worker brings facts to the journeys, by host, process and a number; empty where none does."""
    async with operations(several.settings) as caller:
        found = (await caller.ask(pb.ListSubscriptionsRequest(), pb.ListSubscriptionsResponse)).subscriptions
    return next((each.reader for each in found if each.name == "journeys"), "")


def pid_of(reader: str) -> int:
    """The process of a worker that relays."""
    return int(reader.split("/")[1])


async def play_until(over: asyncio.Event, settings: Settings) -> int:
    """Play every example again and again, until it is over. Answers how many; fails where one ends otherwise."""
    failures: list[str] = []
    count = 0
    while not over.is_set():
        played = await play_all(
            load_examples(sorted(FOLDER.glob("*.yaml")), clock.today()),
            settings,
            lambda _: None,
            lambda example, played, failure: None if played else failures.append(f"{example.name}: {failure}"),
        )
        assert not failures
        count += len(played)
    return count


async def suspend(several: Several) -> None:
    """Suspend the worker that relays, and a feed, until the other worker relays. Then wake both."""
    by_pid = {each.process.pid: each for each in several.instances[WORKER]}
    before = ""

    async def one_relays() -> bool:
        nonlocal before
        before = await reader(several)
        return bool(before) and pid_of(before) in by_pid

    await until(one_relays, "a worker that runs to relay", PATIENCE)
    relays = by_pid[pid_of(before)]
    suspended = (relays, several.instances["feed"][1])
    for each in suspended:
        each.send(signal.SIGSTOP)

    async def is_taken_over() -> bool:
        return await reader(several) not in {"", before}

    await until(is_taken_over, "the other worker to relay", PATIENCE)
    for each in suspended:
        each.send(signal.SIGCONT)


async def test_cases_end_as_they_should_though_one_of_every_role_dies_or_hangs(several: Several) -> None:
    """Of each role one is killed with -9 and started again; a feed and the worker that relays are suspended, and woken.

    Every example ends as its file says, nothing is lost or told twice, and every journey is where the feed says.
    """
    over = asyncio.Event()
    playing = asyncio.create_task(play_until(over, several.settings))
    for role in (*SERVICES, WORKER):
        victim = several.instances[role][0]
        await victim.end(signal.SIGKILL)
        await victim.start()
    await suspend(several)
    over.set()
    assert await playing
    events = await settled(several.settings, PATIENCE)
    client = await connect(several.settings)
    unsettled: list[str] = []

    async def nobody_is_unsettled() -> bool:
        unsettled[:] = await unsettled_journeys(client, events)
        return not unsettled

    await until(nobody_is_unsettled, f"the journeys: {unsettled}", PATIENCE)


async def test_nobody_who_calls_notices_that_instances_are_drained_or_killed(several: Several) -> None:
    """With 32 calls in flight no caller is told anything but an answer, and a follower of the feed misses nothing."""
    load = Load(several.settings, IN_FLIGHT, EXAMPLE_COUNCIL)
    seen: list[pb.Event] = []
    ends = [(role, number) for number in (signal.SIGTERM, signal.SIGKILL) for role in ("assessment", "feed")]
    async with operations(several.settings) as follower, asyncio.TaskGroup() as tasks:

        async def follow() -> None:
            async for part in follower.watch(pb.WatchEventsRequest()):
                seen.extend(part.events)

        following = tasks.create_task(follow())
        tasks.create_task(load.run())
        await load.answers(IN_FLIGHT)
        for role, number in ends:
            await several.instances[role][1].end(number)
            await load.answers(2 * IN_FLIGHT)
            await several.instances[role][1].start()
        load.end()
        events = await settled(several.settings, PATIENCE)

        async def has_seen_all() -> bool:
            return len(seen) >= len(events)

        await until(has_seen_all, "the follower to have every event", PATIENCE)
        following.cancel()
    assert load.refused == []
    assert [event.event_id for event in seen] == [event.event_id for event in events]
    assert load.answered == Counter(event.case_id for event in events if event.type == ComplaintRecorded.TYPE)
