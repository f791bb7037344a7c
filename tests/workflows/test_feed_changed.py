"""An older feed that was restored, or a feed that began anew, is noticed: by the relay, and by every journey."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from fakes.council import Council, new_case, story, token_of
from fakes.services import Records, Services
from servers.feed import Feed as RunningFeed
from servers.feed import run_feed
from servers.services import PACK
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.events import Fact
from sevensteps.identity.actor import Role
from sevensteps.local.ports import free_port
from sevensteps.rpc.client import channel
from sevensteps.temporal import WaitingFor, workflow_id
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed
from workflows.delivery.rebuild import main
from workflows.journey.memory import REMEMBERED, Memory
from workflows.worker import journey_worker

Running = Callable[[], AbstractAsyncContextManager[Council]]
NOTICED = "the feed is not the one that was read"


@pytest.fixture
async def running(temporal_server: str, tmp_path: Path) -> Running:
    """Starts the feed, the worker and the relay for as long as a test wants them, each time with the same data."""
    client = await Client.connect(temporal_server)
    settings = Settings(data=tmp_path, pack=PACK, temporal=temporal_server, task_queue=str(uuid4()))
    services = Services(Records())

    @asynccontextmanager
    async def run() -> AsyncIterator[Council]:
        async with (
            run_feed(settings) as feed,
            channel(feed.running.address, token_of(settings, Role.JOURNEY)) as calls,
            journey_worker(client, settings.task_queue, services.activities()),
        ):
            reader = Feed(calls)
            delivery = Delivery(client, reader, settings.task_queue)
            here = replace(settings, feed=feed.running.address)
            council = Council(client, feed, here, reader, delivery, services)
            async with council.relay():
                yield council

    return run


def remove_feed(folder: Path) -> None:
    for file in folder.glob("feed.db*"):
        file.unlink()


async def is_told(council: Council, case_id: str) -> None:
    """The journey is parked, and says what to run."""
    parked = (await council.reaches(case_id, WaitingFor.MEND)).parked
    assert parked is not None
    assert parked.reason == "FEED_CHANGED"
    assert f"`sevensteps journeys rebuild {case_id}`" in parked.detail
    assert "`sevensteps journeys rebuild --all`" in parked.detail


async def test_older_copy(running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another event at a position that a journey has heard parks it, and a rebuild heals it; the others go on."""
    changed, other, lost = new_case(), new_case(), new_case()
    async with running() as council:
        await council.feed.append(story(changed)[:5])
        await council.is_acknowledged(await council.feed.append(story(other)[:5]))
    backup = (tmp_path / "feed.db").read_bytes()
    async with running() as council:
        assert NOTICED not in capsys.readouterr().out
        await council.feed.append(story(changed)[5:7])
        await council.is_acknowledged(await council.feed.append(story(lost)[:1]))
        await council.reaches(changed, WaitingFor.SUPPORT)

    remove_feed(tmp_path)
    (tmp_path / "feed.db").write_bytes(backup)
    async with running() as council:
        await council.feed.append(story(changed)[5:6])
        await is_told(council, changed)
        assert NOTICED in capsys.readouterr().out
        await council.feed.append(story(other)[5:6])
        await council.reaches(other, WaitingFor.MONEY)

        await main(council.settings, [changed])
        await council.reaches(changed, WaitingFor.MONEY)
        await council.feed.append(story(changed)[6:7])
        await council.reaches(changed, WaitingFor.SUPPORT)

        await main(council.settings, ["--all"])
        assert "2 journeys started again;" in capsys.readouterr().out
        description = await council.client.get_workflow_handle(workflow_id(lost)).describe()
        assert description.status is WorkflowExecutionStatus.TERMINATED, "the feed does not know its case any more"


async def test_feed_that_begins_anew(running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An event of a feed with another identity parks the journey that hears it, whatever its position."""
    case_id = new_case()
    async with running() as council:
        await council.is_acknowledged(await council.feed.append(story(case_id)[:5]))
        await council.reaches(case_id, WaitingFor.DECISION)
    remove_feed(tmp_path)
    async with running() as council:
        await council.feed.append(story(new_case()))
        head = await council.feed.append(story(case_id)[5:6])
        await is_told(council, case_id)
        assert NOTICED in capsys.readouterr().out
        await council.is_acknowledged(head)


def fact(position: int, event_id: str, feed: str = "") -> Fact:
    return Fact(position, "hold.placed.v1", "case-a", "", "", event_id, feed)


def test_what_is_heard_again_is_no_contradiction() -> None:
    """After a crash of the relay facts come again, and a journey knows them, as long as it remembers any."""
    memory = Memory(complete_from=0)
    for position in range(2, 2 * REMEMBERED, 2):
        memory.keep(fact(position, f"event-{position}"))
    last = 2 * REMEMBERED - 2
    assert not any(memory.contradicts(fact(at, f"event-{at}"), last) for at in range(2, last + 2, 2))
    assert memory.contradicts(fact(4, "event-other"), last)
    assert memory.contradicts(fact(5, "event-5"), last)
    assert not memory.contradicts(fact(last + 1, "event-next"), last)


def test_what_is_forgotten_is_no_contradiction() -> None:
    """Of what is too long ago, or was delivered by an earlier version, a journey cannot tell."""
    memory = Memory()
    assert not memory.contradicts(fact(5, "event-5"), 10)
    for position in range(11, 11 + REMEMBERED + 5):
        memory.keep(fact(position, f"event-{position}"))
    assert len(memory.event_ids) == REMEMBERED
    assert not memory.contradicts(fact(12, "event-other"), 10_000)
    assert memory.contradicts(fact(16, "event-other"), 10_000)
    assert not memory.contradicts(fact(16, ""), 10_000)


def test_another_identity() -> None:
    """The first fact with a feed's identity says whose feed it is; one with another contradicts it."""
    memory = Memory()
    memory.keep(fact(1, "event-1"))
    memory.keep(fact(2, "event-2", "feed-a"))
    assert memory.contradicts(fact(3, "event-3", "feed-b"), 2)
    assert not memory.contradicts(fact(3, "event-3", "feed-a"), 2)


async def test_restored_while_the_relay_runs(
    temporal_server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A relay that goes on while its feed is restored notices it, and passes over nothing that the feed has then."""
    settings = Settings(data=tmp_path, pack=PACK, temporal=temporal_server, task_queue=str(uuid4()))
    client = await Client.connect(temporal_server)
    address, services, case_id = f"127.0.0.1:{free_port()}", Services(Records()), new_case()
    async with (
        channel(address, token_of(settings, Role.JOURNEY)) as calls,
        journey_worker(client, settings.task_queue, services.activities()),
    ):
        reader = Feed(calls)
        delivery = Delivery(client, reader, settings.task_queue)
        async with run_feed(settings, address) as feed:
            await append(feed, story(new_case()))
        backup = (tmp_path / "feed.db").read_bytes()
        async with Council(client, feed, settings, reader, delivery, services).relay():
            async with run_feed(settings, address) as feed:
                council = Council(client, feed, settings, reader, delivery, services)
                await council.is_acknowledged(await append(feed, story(new_case()), story(new_case())))
            remove_feed(tmp_path)
            (tmp_path / "feed.db").write_bytes(backup)
            async with run_feed(settings, address) as feed:
                council = Council(client, feed, settings, reader, delivery, services)
                head = await append(feed, story(case_id), story(new_case()), story(new_case()))
                await council.reaches(case_id, WaitingFor.REVIEW)
                await council.is_acknowledged(head)
    assert NOTICED in capsys.readouterr().out


async def append(feed: RunningFeed, *stories: Sequence[feed_pb2.Event]) -> int:
    """Append events as soon as the feed answers; gives the head."""
    request = feed_pb2.AppendEventsRequest(events=[event for story in stories for event in story])
    return (await feed.service.AppendEvents(request, wait_for_ready=True)).head
