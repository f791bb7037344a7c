"""A service as a process: what it does where its log cannot be written, and when a part of it stops working."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

import pytest

from integration.assessment.practice import new_id
from servers.feed import Feed, run_feed
from servers.processes import run_process, start_process
from servers.services import NOBODY, PACK, councils_of, refusal_of, run_service
from servers.waiting import until
from services.assessment.server import add_to
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.ports import free_port
from sevensteps.rpc.client import channel
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.server import Server
from sevensteps.service.deciding_service import DecidingService

OPENING = pb.OpenCaseRequest(request_id=new_id(), kind=pb.CASE_KIND_ADULT, person_reference="P-1")
PUBLISHER_DIES = """
import sevensteps.service.outbox
async def dies(self):
    raise LookupError("nobody foresaw this")
sevensteps.service.outbox.Publisher._run = dies
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An assessment service on a free port, whose feed nobody has started."""
    return Settings(data=tmp_path, pack=PACK, feed=NOBODY, assessment=f"127.0.0.1:{free_port()}", log="json")


@pytest.fixture
async def feed(settings: Settings) -> AsyncIterator[Feed]:
    """An empty feed."""
    async with run_feed(settings) as running:
        yield running


def _full() -> IO[bytes]:
    return Path("/dev/full").open("wb", buffering=0)


def _closed_pipe() -> IO[bytes]:
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "wb", buffering=0)


@pytest.mark.parametrize("broken", [_full, _closed_pipe])
async def test_a_log_that_cannot_be_written_changes_nothing(settings: Settings, feed: Feed, broken: object) -> None:
    """Refusals keep their status, changes are made, and their events go out, also after trouble with the feed."""
    assert callable(broken)
    settings = replace(settings, feed=feed.running.address)
    keys = Keys.open(settings.data)
    with broken() as stderr:
        async with run_process("assessment", settings, stderr=stderr):
            for token, kind in (("x", Kind.UNAUTHENTICATED), (keys.issue("olu", [Role.AUDITOR], "e"), Kind.DENIED)):
                async with channel(settings.assessment, partial(str, token)) as calls:
                    assert (await refusal_of(AssessmentServiceStub(calls).OpenCase(OPENING))).kind is kind
            await feed.stop()
            amy = keys.issue("amy", [Role.PRACTITIONER], "example")
            async with channel(settings.assessment, lambda: amy) as calls:
                await AssessmentServiceStub(calls).OpenCase(OPENING)
            await asyncio.sleep(0.5)  # the publisher has something to say, and cannot
            async with run_feed(replace(settings, feed=NOBODY), feed.running.address) as back:

                async def arrived() -> bool:
                    return [event.type for event in await back.everything()] == ["case.opened.v1"]

                await until(arrived, "the event")


async def test_a_process_whose_publisher_ends_ends_too_and_says_why(settings: Settings) -> None:
    """It does not go on to answer OK to changes of which nobody will hear."""
    process = start_process("assessment", settings, before=PUBLISHER_DIES)
    _, said = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 1
    *logged, last = said.decode().splitlines()
    assert last == (
        "assessment ended. What must run for as long as the process has ended: publisher. The log says why."
    )
    assert any("a background task has ended" in line and "builtins.LookupError" in line for line in logged)


async def test_two_processes_do_not_serve_one_file(settings: Settings) -> None:
    """The second one says why it does not start; when the first is killed with -9, the next one does."""
    async with run_process("assessment", settings) as first:
        second = start_process("assessment", replace(settings, assessment=f"127.0.0.1:{free_port()}"))
        _, said = await asyncio.to_thread(second.communicate, timeout=30)
        assert second.returncode == 1
        assert "Another process serves these records" in said.decode().splitlines()[-1]
        first.kill()
        await asyncio.to_thread(first.wait)
        async with run_process("assessment", settings):
            pass


async def test_records_are_for_their_owner_alone_whatever_the_folder_allows(settings: Settings) -> None:
    """In a folder that everybody can read, with files that everybody could, nobody else can read a record."""
    settings.data.chmod(0o755)
    old = settings.data / "assessment.db"
    old.touch(mode=0o644)
    before = "import os; os.umask(0)"
    async with run_process("assessment", settings, before=before):
        modes = {file.name: file.stat().st_mode & 0o777 for file in settings.data.iterdir() if file.is_file()}
    assert {"assessment.db", "assessment.db-wal", "assessment.db-shm"} <= modes.keys()
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("damage", ["a page", "the beginning"])
async def test_a_damaged_file_is_not_served(settings: Settings, damage: str) -> None:
    """It is read through before anything is served, and the word is clear."""
    async with run_process("assessment", settings) as process:
        process.terminate()
        await asyncio.to_thread(process.wait)
    with (settings.data / "assessment.db").open("r+b") as file:
        file.seek(0 if damage == "the beginning" else 3 * 4096)
        file.write(b"\xa5" * 4096)
    process = start_process("assessment", settings)
    _, said = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 1
    assert "assessment.db are damaged" in said.decode().splitlines()[-1]


async def test_publishing_begins_when_the_address_is_taken(settings: Settings, feed: Feed) -> None:
    """A process that cannot listen sends nothing: it may be one too many."""
    async with run_service("assessment", settings) as running:
        await running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER)).OpenCase(OPENING)
    settings = replace(settings, feed=feed.running.address)
    identity, councils = Identity.open(settings), councils_of(settings)
    service = await DecidingService.open("assessment", settings, identity, councils, add_to)
    server = Server(service, identity, councils, feed.running.address)
    with pytest.raises(Fault, match="is the suite running already"):
        await server.start()
    await asyncio.sleep(0.5)
    assert not await feed.everything()
    await server.stop()
