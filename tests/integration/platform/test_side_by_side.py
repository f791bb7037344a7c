"""A release and the next one over one PostgreSQL at the same time, under load: nothing is refused, lost or doubled."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from integration.assessment.practice import new_id
from servers.next_release import REVISION, NextRelease, run_program
from servers.processes import run_process
from servers.services import PACK
from servers.waiting import until
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.events import CaseOpened
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.ports import free_port
from sevensteps.rpc.client import channel

SERVICES = ("feed", "assessment")
CALLERS = 4
BETWEEN = 0.1
"""Seconds between the calls of one caller."""
PATIENCE = 60.0


class Load:
    """Callers that open cases all the time, at whichever processes take calls, until they are told to stop."""

    def __init__(self, settings: Settings) -> None:
        self._token = Keys.open(settings.data).issue("amy", [Role.PRACTITIONER], "example")
        self.addresses: list[str] = []
        self.opened: list[tuple[str, str]] = []
        """The cases, each with the address at which it was opened."""
        self._tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def goes_on(self) -> AsyncIterator[None]:
        """Call meanwhile. Fails where a call is refused."""
        self._tasks = [asyncio.create_task(self._call(number)) for number in range(CALLERS)]
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    async def _call(self, number: int) -> None:
        """One after another, at each address in turn. One that is cancelled may have opened a case."""
        while True:
            address = self.addresses[number % len(self.addresses)]
            async with channel(address, lambda: self._token) as calls:
                request = pb.OpenCaseRequest(
                    request_id=new_id(), kind=pb.CASE_KIND_ADULT, person_reference=f"P-{new_id()}"
                )
                answer = await asyncio.shield(asyncio.ensure_future(AssessmentServiceStub(calls).OpenCase(request)))
            self.opened.append((answer.case.case_id, address))
            number += 1
            await asyncio.sleep(BETWEEN)

    async def more(self, number: int, address: str) -> None:
        """Wait until so many more cases are opened at an address."""
        before = self._at(address)

        async def are_opened() -> bool:
            for task in self._tasks:
                if task.done():
                    task.result()
            return self._at(address) >= before + number

        await until(are_opened, f"{number} cases at {address}")

    def _at(self, address: str) -> int:
        return sum(at == address for _, at in self.opened)


@pytest.fixture
def old(tmp_path: Path, postgres_url: str) -> Settings:
    """The settings of this release's processes."""
    return at_free_addresses(Settings(data=tmp_path / "data", database=postgres_url, pack=PACK))


def at_free_addresses(settings: Settings) -> Settings:
    addresses = {name: f"127.0.0.1:{free_port()}" for name in SERVICES}
    return replace(settings, **addresses)  # type: ignore[arg-type]  # each is an address


def environment(settings: Settings) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SEVENSTEPS_")} | dict(
        settings.as_environment()
    )


async def test_a_release_goes_on_beside_the_next_one(old: Settings, tmp_path: Path) -> None:
    """The schema is brought forward below it, it is started again, both serve, and it is drained.

    All that was opened is in the feed, once and without a gap.
    """
    release = NextRelease(tmp_path / "next")
    new = at_free_addresses(old)
    load = Load(old)
    async with AsyncExitStack() as of_old, AsyncExitStack() as of_new:
        for name in SERVICES:
            await of_old.enter_async_context(run_process(name, old))
        load.addresses = [old.assessment]
        async with load.goes_on():
            await load.more(5, old.assessment)
            upgraded = await asyncio.to_thread(release.run_command, environment(new), "db", "upgrade", *SERVICES)
            assert (upgraded.returncode, upgraded.stdout.count(REVISION)) == (0, 2), upgraded.stderr
            await load.more(5, old.assessment)
            for name in SERVICES:
                await of_new.enter_async_context(run_process(name, new, before=release.before))
            load.addresses = [old.assessment, new.assessment]
            await load.more(5, new.assessment)
            await load.more(5, old.assessment)
            status = await asyncio.to_thread(run_program, "", environment(old), "db", "status", "--json", *SERVICES)
            assert (status.returncode, status.stdout.count("lets this one serve them")) == (0, 2)
            again = at_free_addresses(old)
            another = await of_old.enter_async_context(run_process("assessment", again))
            load.addresses = [again.assessment, new.assessment]
            await load.more(5, again.assessment)
            load.addresses = [new.assessment]
            await load.more(CALLERS + 1, new.assessment)  # by then nobody calls the old one
            another.send_signal(signal.SIGTERM)
            await asyncio.to_thread(another.wait, PATIENCE)
            await of_old.aclose()
            await load.more(5, new.assessment)
        await everything_is_in_the_feed(new, load)


async def everything_is_in_the_feed(settings: Settings, load: Load) -> None:
    """Each opening once, in one order without a gap."""
    token = Keys.open(settings.data).issue("journey", [Role.JOURNEY], EVERY_COUNCIL)
    opened = {case_id for case_id, _ in load.opened}
    assert len(opened) == len(load.opened)
    events: list[feed_pb2.Event] = []
    async with channel(settings.feed, lambda: token) as calls:
        feed = FeedServiceStub(calls)

        async def has_everything() -> bool:
            after = events[-1].position if events else 0
            events.extend((await feed.ListEvents(feed_pb2.ListEventsRequest(page_size=1000, after=after))).events)
            return opened <= {event.case_id for event in events}

        await until(has_everything, "the feed to have every case")
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    times = Counter(event.case_id for event in events if event.type == CaseOpened.TYPE)
    assert {case_id: times[case_id] for case_id in opened} == dict.fromkeys(opened, 1)
