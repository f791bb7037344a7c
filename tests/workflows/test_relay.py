"""The relay between a real feed and a real Temporal server: nothing is lost or out of order, whatever is down."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from fakes.council import Council, eventually, happened, new_case, story, token_of
from fakes.services import Records, Services, be_silent, no_trouble, opening
from fakes.trip import to_plan
from servers.feed import event, run_feed
from servers.services import PACK, councils_of
from services.feed.service import FeedService
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.events import HEARD, CaseEnded
from sevensteps.identity.actor import Role
from sevensteps.journeys import standing
from sevensteps.local.devserver import DevServer
from sevensteps.rpc.client import channel
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.server import Server
from sevensteps.temporal import Standing, WaitingFor, workflow_id
from workflows.delivery.delivery import Delivery, Restart
from workflows.delivery.feed import Feed
from workflows.delivery.rebuild import Restarted, main, rebuild
from workflows.worker import journey_worker


async def test_many_cases_side_by_side(council: Council) -> None:
    """With the facts of twenty cases mixed, each journey hears its own, in order, and all are acknowledged."""
    cases = [new_case() for _ in range(20)]
    unsent = {case_id: story(case_id) for case_id in cases}
    chance = random.Random(20)  # noqa: S311  the same order every time
    async with council.relay():
        while any(unsent.values()):
            case_id = chance.choice([case_id for case_id in cases if unsent[case_id]])
            await council.feed.append([unsent[case_id].pop(0)])
        for case_id in cases:
            await council.reaches(case_id, WaitingFor.REVIEW)
        await council.is_acknowledged(20 * len(story("any")))


async def test_goes_on_where_it_stopped(council: Council) -> None:
    """A relay that was stopped goes on from the acknowledged position; facts that come twice do no harm."""
    case_id = new_case()
    events = story(case_id)
    async with council.relay():
        await council.feed.append(events[:4])
        await council.is_acknowledged(4)
    await council.feed.append(events[4:6])
    async with council.relay():
        await council.reaches(case_id, WaitingFor.MONEY)
    async with council.relay():
        await council.feed.append(events[6:])
        stands = await council.reaches(case_id, WaitingFor.REVIEW)
    assert stands.heard == len(events)
    for position, again in enumerate(events, start=1):
        again.position = position
        if again.type in HEARD:
            await council.delivery.deliver(again)
    assert await council.reaches(case_id, WaitingFor.REVIEW) == stands


async def test_lost_journey_is_started_by_the_next_fact(council: Council) -> None:
    """A journey that Temporal has lost is started from all facts of its case when the next one comes."""
    case_id = new_case()
    events = story(case_id)
    async with council.relay():
        await council.feed.append(events[:5])
        await council.reaches(case_id, WaitingFor.DECISION)
        await council.loses(case_id)
        await council.feed.append(events[5:])
        stands = await council.reaches(case_id, WaitingFor.REVIEW)
    assert stands.heard == len(events)


async def test_case_that_has_ended(council: Council) -> None:
    """A fact after the end of a case starts nothing, and holds up no other case."""
    ended, going_on = new_case(), new_case()
    async with council.relay():
        await council.feed.append(happened(ended, opening(), CaseEnded("moved")))
        handle = council.client.get_workflow_handle(workflow_id(ended), result_type=str)
        await council.reaches(ended, WaitingFor.NOTHING)
        assert await handle.result() == "moved"
        await council.feed.append([*happened(ended, *to_plan()), *happened(going_on, opening())])
        await council.reaches(going_on, WaitingFor.DETERMINATION)
        await council.is_acknowledged(5)
    assert await council.delivery.restart(ended) is Restart.ENDED


@pytest.mark.parametrize("when", ["before it heard of the end", "while it had everything closed"])
@pytest.mark.parametrize("by", ["the relay", "a rebuild"])
async def test_journey_lost_at_the_end(council: Council, when: str, by: str) -> None:
    """A case that has ended is closed everywhere, even if Temporal lost its journey before that was done."""
    case_id = new_case()
    ending = happened(case_id, CaseEnded("died"))
    if by == "a rebuild":
        ending[0].occurred_at.GetCurrentTime()
    await council.feed.append(story(case_id)[:5])
    async with council.relay():
        await council.reaches(case_id, WaitingFor.DECISION)
        if when == "before it heard of the end" and by == "the relay":
            await council.loses(case_id)
        else:
            council.services.trouble = silent_when_closing
        head = await council.feed.append(ending)
        await council.is_acknowledged(head)
    if council.services.trouble is not no_trouble:
        await council.loses(case_id)
        council.services.trouble = no_trouble
        if by == "a rebuild":
            assert [one.outcome async for one in rebuild(council.reader, council.delivery)] == [Restart.STARTED]
        else:
            ending[0].position = head
            await council.delivery.deliver(ending[0])
    await council.reaches(case_id, WaitingFor.NOTHING)
    assert council.services.operations[-3:] == ["ClosePlanning", "CloseApproval", "CloseReview"]


def silent_when_closing(operation: str) -> None:
    if operation.startswith("Close"):
        be_silent(operation)


async def test_an_event_that_cannot_be_read_keeps_only_its_own_case_waiting(
    council: Council, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unreadable event reaches no journey: its case is parked, and told. The other cases hear their facts."""
    faulty, going_on = new_case(), new_case()
    async with council.relay():
        await council.feed.append([event(opening().TYPE, faulty, payload="{}"), *happened(going_on, opening())])
        await council.reaches(going_on, WaitingFor.DETERMINATION)
        await council.is_acknowledged(2)
    parked = (await council.reaches(faulty, WaitingFor.MEND)).parked
    assert parked is not None
    assert parked.reason == "FACT_UNREADABLE"
    out = capsys.readouterr().out
    assert "fact cannot be delivered" in out
    assert f"case_id={faulty}" in out


async def test_rebuild(council: Council, capsys: pytest.CaptureFixture[str]) -> None:
    """Journeys of open cases are rebuilt where they stood; running ones are left alone, ended ones stay ended."""
    stories = [story(new_case())[:count] for count in range(1, 10)]
    cases = [events[0].case_id for events in stories]
    ended = new_case()
    async with council.relay():
        for events in stories:
            await council.feed.append(events)
        head = await council.feed.append(happened(ended, opening(), CaseEnded("died")))
        await council.is_acknowledged(head)
    stood = [await settled(council.client, case_id) for case_id in cases]
    await council.loses(*cases[1:])

    progress = [one async for one in rebuild(council.reader, council.delivery)]
    assert [(one.done, one.total) for one in progress] == [(done, 9) for done in range(1, 10)]
    assert outcomes(progress) == {cases[0]: Restart.RUNNING} | dict.fromkeys(cases[1:], Restart.STARTED)
    assert [place(await settled(council.client, case_id)) for case_id in cases] == [place(one) for one in stood]

    await main(council.settings)
    assert capsys.readouterr().out == "0 journeys started again; 9 were running and 0 had come to their end.\n"


def outcomes(progress: Sequence[Restarted]) -> dict[str, Restart]:
    return {one.case_id: one.outcome for one in progress}


def place(stands: Standing) -> tuple[object, ...]:
    return (stands.case_id, stands.stage, stands.waiting_for, stands.due_on, stands.heard)


async def settled(client: Client, case_id: str) -> Standing:
    """Where a journey stands once it waits for people."""

    async def waits() -> bool:
        return (await standing(client, case_id)).waiting_for is not WaitingFor.SERVICE

    await eventually(waits)
    return await standing(client, case_id)


async def test_temporal_down(tmp_path: Path) -> None:
    """While Temporal is down the relay and the worker wait; once it is back, everything arrives."""
    settings = Settings(data=tmp_path, pack=PACK)
    case_id = new_case()
    events = story(case_id)
    async with (
        DevServer(log=tmp_path / "temporal.log", data=tmp_path / "temporal.db") as server,
        run_feed(settings) as feed,
        channel(feed.running.address, token_of(settings, Role.JOURNEY)) as calls,
    ):
        client = await Client.connect(server.address)
        reader = Feed(calls)
        services = Services(Records())
        council = Council(client, feed, settings, reader, Delivery(client, reader, "journeys"), services)
        async with journey_worker(client, "journeys", services.activities()), council.relay():
            await feed.append(events[:4])
            await council.reaches(case_id, WaitingFor.PLAN)
            await server.stop()
            await feed.append(events[4:])
            await asyncio.sleep(1)
            assert (await reader.place()).position == 4
            await server.start()
            await council.is_acknowledged(len(events))
            await council.reaches(case_id, WaitingFor.REVIEW)


async def test_feed_down(temporal_server: str, tmp_path: Path) -> None:
    """While the feed is down the relay waits, both at its start and later."""
    settings = Settings(data=tmp_path, pack=PACK)
    client = await Client.connect(temporal_server)
    task_queue = str(uuid4())
    case_id = new_case()
    events = story(case_id)
    services = Services(Records())
    async with run_feed(settings) as feed:
        address = feed.running.address
        await feed.append(events[:5])
    async with (
        channel(address, token_of(settings, Role.JOURNEY)) as calls,
        channel(address, token_of(settings, Role.SERVICE)) as publishing,
        journey_worker(client, task_queue, services.activities()),
    ):
        reader = Feed(calls)
        council = Council(client, feed, settings, reader, Delivery(client, reader, task_queue), services)
        async with council.relay():
            for part in (events[5:7], events[7:]):
                await asyncio.sleep(0.3)
                identity = Identity.open(settings)
                server = Server(await FeedService.open(settings, identity), identity, councils_of(settings), address)
                await server.start()
                request = feed_pb2.AppendEventsRequest(events=part)
                appended = await FeedServiceStub(publishing).AppendEvents(request, wait_for_ready=True)
                await council.is_acknowledged(appended.head)
                await server.stop()
        await council.reaches(case_id, WaitingFor.REVIEW)
