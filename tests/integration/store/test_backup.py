"""`sevensteps backup` and `restore`: what is taken, what is refused, and that what comes back is the same."""

import asyncio
import json
import os
import shutil
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from typer.testing import CliRunner, Result

from servers.feed import Feed, run_feed
from servers.operations import run_operations
from servers.postgres import PostgresServer
from servers.programs import find_postgres
from servers.waiting import until
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.cli.backup import files
from sevensteps.cli.backup.files import copy_all, one_moment
from sevensteps.cli.backup.manifest import MANIFEST
from sevensteps.cli.commands import app
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.identity.tokens import Keys
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store, open_to_serve
from stored.fixture import restore_database, restore_files, stored_in
from stored.policies import PACK, WITH_CHOICES, lengthen_bank_holidays, put_together, write_choices

ROOT = Path(__file__).parents[3]
STORES = ROOT / "tests/stored/0.1.0"


class Place:
    """Records of all services in a place of a test's own, and the commands."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = settings.data.parent

    async def run(self, *arguments: str) -> Result:
        """Run a command. It has an event loop of its own, so it gets a thread of its own."""
        environment = self.settings.as_environment()
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, arguments, env=environment))

    async def answer(self, *arguments: str) -> dict[str, object]:
        """What a command that succeeds prints as JSON."""
        done = await self.run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        answered: dict[str, object] = json.loads(done.stdout)
        return answered

    async def refusal(self, *arguments: str) -> str:
        """Why a command is refused."""
        done = await self.run(*arguments)
        assert done.exit_code == 1, done.output
        return done.stderr

    async def made(self) -> Path:
        """A backup of what is there."""
        file = self.folder / f"{uuid4()}.backup"
        await self.answer("backup", str(file))
        return file

    async def bring_up_to_date(self) -> None:
        """Give every service the tables of today."""
        for service in SERVICES:
            await asyncio.to_thread(upgrade, service, self.settings.database, self.settings.data)

    async def write(self, service: str, *statements: str) -> None:
        """Change the records behind the suite's back."""
        store = open_store(self.settings.database, self.settings.data, service)
        for statement in statements:
            said = sa.text(statement)
            await store.write(lambda connection: connection.execute(said).close())  # noqa: B023 - awaited at once
        await store.close()

    async def read(self, service: str, query: str) -> list[tuple[object, ...]]:
        """Rows of the records."""
        store = open_store(self.settings.database, self.settings.data, service)
        found = await store.read(lambda connection: [tuple(row) for row in connection.execute(sa.text(query))])
        await store.close()
        return found


@pytest.fixture
async def empty(tmp_path: Path, database: str) -> Place:
    """Tables of every service, as services make them when they first start."""
    place = Place(replace(Settings(), data=tmp_path / "data", database=database))
    await place.bring_up_to_date()
    return place


@pytest.fixture
async def filled(tmp_path: Path, database: str) -> Place:
    """Records in every situation that version 0.1.0 knew, brought up to date."""
    policies = put_together(ROOT / "policies", STORES / "packs/second" / PACK, tmp_path / "policies")
    lengthen_bank_holidays(policies)
    write_choices(WITH_CHOICES, policies)
    place = Place(replace(Settings(), data=tmp_path / "data", database=database, policies=policies, pack=PACK))
    _, records = stored_in(STORES / ("postgresql" if database else "sqlite"))
    if database:
        await restore_database(records, database)
    else:
        restore_files(records, place.settings.data)
    await place.bring_up_to_date()
    return place


async def lose(place: Place, server: PostgresServer) -> None:
    """Lose the data folder and the database; an empty one of another name takes its place."""
    shutil.rmtree(place.settings.data, ignore_errors=True)
    if place.settings.database:
        place.settings = replace(place.settings, database=server.create_database(f"test_{uuid4().hex}"))


@pytest.fixture
def programs_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, which Debian has in a folder of their own."""
    folder = find_postgres()
    assert folder
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.usefixtures("programs_on_path")
async def test_what_was_lost_comes_back_as_it_was(filled: Place, postgres_server: PostgresServer) -> None:
    """All rows are the same, a trial finds nothing wrong, policies come back, and the feed alone has a new identity."""
    key = filled.settings.data / "keys/development.pem"
    Keys.open(filled.settings.data)
    content = key.read_text()
    made = await filled.made()
    before = await filled.answer("backup", str(filled.folder / "before.backup"))
    shutil.rmtree(filled.settings.policies)
    await lose(filled, postgres_server)
    scratch: tuple[str, ...] = ()
    if filled.settings.database:
        assert "SCRATCH_MISSING" in await filled.refusal("restore", str(made), "--check")
        name = f"scratch_{uuid4().hex}"
        postgres_server.create_database(name)
        scratch = ("--scratch", name)
    tried = await filled.answer("restore", str(made), "--check", *scratch)
    assert (tried["differences"], tried["disagreements"], tried["findings"]) == ([], [], [])
    assert (tried["receipts"], tried["records"]) == (384, 187)

    restored = await filled.answer("restore", str(made))
    assert "keys/development.pem" in str(restored["copied"])
    assert f"policies/{PACK}/pack.yaml" in str(restored["copied"])
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == (content, 0o600)
    after = await filled.answer("backup", str(filled.folder / "after.backup"))
    assert after["services"] == before["services"]
    assert after["feed"] == before["feed"] | {"feed_id": restored["feed_id"]}  # type: ignore[operator]
    assert restored["feed_id"] != before["feed"]["feed_id"]  # type: ignore[index]
    if scratch:
        place = Place(replace(filled.settings, database=str(make_url(filled.settings.database).set(database=name))))
        assert await place.read("feed", "SELECT 1 FROM pg_namespace WHERE nspname = 'feed'") == []


@pytest.mark.parametrize("database", [""])
async def test_a_trial_finds_what_is_wrong(filled: Place) -> None:
    """A record without its event, an event without its record, and a receipt that somebody has changed."""
    [(lost,)] = await filled.read("feed", "SELECT event_id FROM events WHERE type = 'plan.submitted.v1' LIMIT 1")
    [(case_id,)] = await filled.read("assessment", "SELECT case_id FROM advice LIMIT 1")
    await filled.write("feed", f"DELETE FROM events WHERE event_id = '{lost}'")  # noqa: S608 - its own id
    await filled.write("assessment", f"DELETE FROM advice WHERE case_id = '{case_id}'")  # noqa: S608 - its own id
    [(receipt_id,)] = await filled.read("approval", "SELECT min(receipt_id) FROM receipts WHERE verdict = 'met'")
    await filled.write("approval", f"UPDATE receipts SET verdict = 'not_met' WHERE receipt_id = '{receipt_id}'")  # noqa: S608 - its own id
    done = await filled.run("restore", str(await filled.made()), "--check", "--json")
    assert done.exit_code == 1
    tried = json.loads(done.stdout)
    said = "\n".join(tried["disagreements"])
    assert "plan.submitted.v1: planning alone has 1" in said
    assert f"advice.given.v1: the feed alone has 1, such as of {case_id}" in said
    assert "the feed has 545 events from position 1 on, and says that it ends at 546" in said
    assert {finding["receipt_id"] for finding in tried["findings"]} == {receipt_id}


@pytest.mark.usefixtures("programs_on_path")
async def test_nothing_that_is_there_is_overwritten(empty: Place) -> None:
    """Records of a single revocation are records; a place where services have only started is empty."""
    made = await empty.made()
    await empty.answer("restore", str(made))
    revoked = (
        "INSERT INTO revoked (number, request_id, council, subject, token_id, because, revoked_by, revoked_at)"
        " VALUES (1, 'a', 'b', 'c', '', 'd', 'e', 'f')"
    )
    await empty.write("review", revoked)
    refused = await empty.refusal("restore", str(made))
    assert "RECORDS_THERE" in refused
    assert "has records of review" in refused
    assert await empty.read("review", "SELECT request_id FROM revoked") == [("a",)]
    again = await empty.run("backup", str(made))
    assert (again.exit_code, stat.S_IMODE(made.stat().st_mode)) == (1, 0o600)
    assert sorted(file.name for file in empty.folder.iterdir() if file.suffix != ".backup") == ["data"], "left behind"


@pytest.mark.usefixtures("programs_on_path")
async def test_a_place_where_operations_followed_an_empty_feed_is_empty(empty: Place) -> None:
    """What they write when they start is not anybody's records."""
    made = await empty.made()
    async with run_feed(empty.settings) as feed:
        settings = replace(empty.settings, feed=feed.running.address)
        async with run_operations(settings) as operations:
            await until(partial(is_kept, feed), "a place of operations in the feed")
            assert not (await operations.view()).rebuilding
    await empty.answer("restore", str(made))


async def is_kept(feed: Feed) -> bool:
    """Whether the feed keeps somebody's place."""
    listed = await feed.operations.ListSubscriptions(feed_pb2.ListSubscriptionsRequest())
    return len(listed.subscriptions) > 0


@pytest.mark.usefixtures("programs_on_path")
async def test_records_of_before_there_were_operations_are_backed_up(
    filled: Place, postgres_server: PostgresServer
) -> None:
    """As before an upgrade: what other services have is whole, and operations make theirs of it when they start."""
    if filled.settings.database:
        await filled.write("feed", "DROP SCHEMA operations CASCADE")
    else:
        (filled.settings.data / "operations.db").unlink()
    made = await filled.made()
    before = await filled.answer("backup", str(filled.folder / "before.backup"))
    assert before["services"].keys() == {*SERVICES} - {"operations"}  # type: ignore[attr-defined]
    await lose(filled, postgres_server)
    await filled.bring_up_to_date()
    await filled.answer("restore", str(made))
    after = await filled.answer("backup", str(filled.folder / "after.backup"))
    assert after["services"] == before["services"]


@pytest.mark.usefixtures("programs_on_path")
async def test_a_running_service_keeps_a_restore_away(empty: Place) -> None:
    """Whichever it is; and a restore keeps services away."""
    made = await empty.made()
    store = await open_to_serve("planning", empty.settings)
    await store.read(lambda connection: connection.execute(sa.text("SELECT 1")).close())
    assert "RECORDS_IN_USE" in await empty.refusal("restore", str(made))
    await store.close()
    await empty.answer("restore", str(made))


@pytest.mark.parametrize("database", [""])
async def test_a_restore_that_was_cut_off_is_begun_anew(empty: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then no service starts over half of the records, nor makes new ones beside them."""
    await empty.write("review", "INSERT INTO overdue VALUES ('case-a', 'life_goes_on', 1, '2026-06-01', 0, 'then')")
    made = await empty.made()
    shutil.rmtree(empty.settings.data)
    put, times = files._put, iter(range(9))  # noqa: SLF001

    def put_two(new: Path, file: Path) -> None:
        if next(times) == 2:
            raise OSError("cut off")
        put(new, file)

    monkeypatch.setattr(files, "_put", put_two)
    assert (await empty.run("restore", str(made))).exit_code == 1
    for service in SERVICES:
        with pytest.raises(Fault, match="RESTORE_UNFINISHED"):
            await open_to_serve(service, empty.settings)
    monkeypatch.setattr(files, "_put", put)
    await empty.answer("restore", str(made))
    assert await empty.read("review", "SELECT case_id FROM overdue") == [("case-a",)]
    store = await open_to_serve("review", empty.settings)
    await store.close()


@pytest.mark.usefixtures("programs_on_path")
async def test_the_records_of_every_service_must_be_in_one_place(empty: Place) -> None:
    """Where those of one are elsewhere there is no moment at which all can be copied: that is said, nothing is made."""
    if empty.settings.database:
        await empty.write("planning", "DROP SCHEMA planning CASCADE")
    else:
        (empty.settings.data / "planning.db").unlink()
    refused = await empty.refusal("backup", str(empty.folder / "some.backup"))
    assert "BACKUP_INCOMPLETE" in refused
    assert "no records of planning" in refused
    assert not (empty.folder / "some.backup").exists()


async def test_without_the_programs_of_postgresql_it_says_which_is_missing(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to install, and no backup is there afterwards."""
    place = Place(replace(Settings(), data=tmp_path / "data", database=postgres_url))
    await place.bring_up_to_date()
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = await place.refusal("backup", str(tmp_path / "some.backup"))
    assert "PROGRAM_MISSING: pg_dump was not found on PATH" in refused
    assert not (tmp_path / "some.backup").exists()


@pytest.mark.parametrize("database", [""])
async def test_a_backup_that_is_not_whole_is_refused(empty: Place) -> None:
    """One that was changed, cut off, or that somebody else has made; nothing is restored, nothing is left behind."""
    made = await empty.made()
    shutil.rmtree(empty.settings.data)
    whole = made.read_bytes()
    place = whole.index(b"feed.db") + 200
    with zipfile.ZipFile(made) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    other_sum = json.dumps(manifest | {"files": manifest["files"] | {"feed.db": {"size": 1, "sha256": "0"}}})
    leading_out = json.dumps(manifest | {"files": {"../feed.db": {"size": 1, "sha256": "0"}}})
    newer = json.dumps(manifest | {"form": 2, "other": 1})
    by_newer = json.loads(json.dumps(manifest))
    by_newer["services"]["review"]["revision"] = "9999"
    for content, reason in (
        (whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :], "BACKUP_DAMAGED"),
        (whole[: len(whole) // 2], "BACKUP_UNREADABLE"),
        (b"PK", "BACKUP_UNREADABLE"),
        (with_manifest(made, other_sum), "BACKUP_DAMAGED"),
        (with_manifest(made, leading_out), "BACKUP_UNREADABLE"),
        (with_manifest(made, "{}"), "BACKUP_UNREADABLE"),
        (with_manifest(made, newer), "BACKUP_NEWER"),
        (with_manifest(made, json.dumps(by_newer)), "RECORDS_NEWER"),
    ):
        changed = empty.folder / "changed.backup"
        changed.write_bytes(content)
        for arguments in ((str(changed),), (str(changed), "--check")):
            assert reason in await empty.refusal("restore", *arguments)
        assert not list(empty.settings.data.glob("*.db"))


def with_manifest(backup: Path, manifest: str) -> bytes:
    """A backup with another manifest."""
    other = backup.with_suffix(".other")
    with zipfile.ZipFile(backup) as archive, zipfile.ZipFile(other, "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, manifest if name == MANIFEST else archive.read(name))
    return other.read_bytes()


@pytest.mark.parametrize("database", [""])
async def test_a_backup_fits_the_database_of_the_settings(empty: Place) -> None:
    """SQLite files are not put into PostgreSQL."""
    made = await empty.made()
    empty.settings = replace(empty.settings, database="postgresql+asyncpg://127.0.0.1:1/none")
    assert "BACKUP_OTHER_DATABASE" in await empty.refusal("restore", str(made))


@pytest.fixture
def numbers(tmp_path: Path) -> list[Path]:
    """A file for each service, with a table of one number, kept as a store keeps its files."""
    made = [tmp_path / f"{service}.db" for service in SERVICES]
    for file in made:
        with closing(sqlite3.connect(file)) as records, records:
            records.execute("PRAGMA journal_mode = WAL")
            records.execute("CREATE TABLE numbers (number INTEGER)")
            records.execute("INSERT INTO numbers VALUES (0)")
    return made


def test_all_files_are_copied_as_of_one_moment(numbers: list[Path], tmp_path: Path) -> None:
    """Somebody counts up in each file, one after another, all the while: no copy is a step behind or ahead of that."""
    over, counted = threading.Event(), threading.Event()

    def count() -> None:
        connections = [sqlite3.connect(file, isolation_level=None, timeout=30) for file in numbers]
        while not over.is_set():
            for connection in connections:
                connection.execute("UPDATE numbers SET number = number + 1")
            counted.set()
        for connection in connections:
            connection.close()

    counting = threading.Thread(target=count)
    counting.start()
    try:
        for number in range(10):
            counted.clear()
            assert counted.wait(60), "nobody counts any more"
            into = tmp_path / f"copy-{number}"
            into.mkdir()
            copy_all(tmp_path, into)
            copied = [number_in(into / file.name) for file in numbers]
            assert copied == sorted(copied, reverse=True), "a later file is ahead of an earlier one"
            assert copied[0] - copied[-1] <= 1, "an earlier file is ahead by more than one step"
            assert copied[0] > 0
    finally:
        over.set()
        counting.join()


def test_what_is_written_after_the_moment_is_not_in_the_copy(numbers: list[Path]) -> None:
    """Nor does who writes then wait for the copying."""
    with one_moment(numbers) as views:
        for file in numbers:
            with closing(sqlite3.connect(file, timeout=0)) as records, records:
                records.execute("UPDATE numbers SET number = 7")
        with closing(sqlite3.connect(":memory:")) as copy:
            views[0].backup(copy)
            assert copy.execute("SELECT number FROM numbers").fetchone() == (0,)


def test_where_somebody_writes_without_end_it_gives_up(numbers: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """And keeps nobody waiting afterwards."""
    monkeypatch.setattr(files, "HOLD_SECONDS", 0.01)
    with closing(sqlite3.connect(numbers[3], isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        with pytest.raises(Fault, match="STORE_BUSY"), one_moment(numbers):
            pass
        with closing(sqlite3.connect(numbers[0], timeout=0)) as records, records:
            records.execute("UPDATE numbers SET number = 7")


def number_in(file: Path) -> int:
    """The number in a file."""
    with closing(sqlite3.connect(file)) as records:
        [(number,)] = records.execute("SELECT number FROM numbers")
    return int(number)
