"""`sevensteps db`: where the schemas of the records stand, bringing them up to date, and what is wrong with them."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from sevensteps.cli.commands import app
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store, open_to_serve

T = TypeVar("T")
NEWER = "9999"


class Databases:
    """The records of all services on one database, and the commands that look after them."""

    def __init__(self, database: str, data: Path) -> None:
        self.database = database
        self.data = data

    def run(self, *arguments: str) -> Result:
        """Run `sevensteps db` with these arguments."""
        settings = {"SEVENSTEPS_DATABASE": self.database, "SEVENSTEPS_DATA": str(self.data)}
        return _apart(lambda: CliRunner().invoke(app, ["db", *arguments], env=settings))

    def says(self) -> dict[str, str]:
        """What the status says of each service."""
        return {each["service"]: each["says"] for each in json.loads(self.run("status", "--json").stdout)}

    def problems(self, *services: str) -> dict[str, list[str]]:
        """What the check finds."""
        found: dict[str, list[str]] = json.loads(self.run("check", *services, "--json").stdout)
        return found

    def write(self, service: str, statement: str) -> None:
        """Change the records behind the suite's back."""

        async def change() -> None:
            store = open_store(self.database, self.data, service)
            await store.write(lambda connection: connection.execute(sa.text(statement)).close())
            await store.close()

        _apart(lambda: asyncio.run(change()))


def _apart(work: Callable[[], T]) -> T:
    """Do something in a thread of its own: a command has an event loop of its own, and ends it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@pytest.fixture
def databases(database: str, tmp_path: Path) -> Databases:
    """A place for records, with none in it yet."""
    return Databases(database, tmp_path)


def test_records_are_made_and_brought_up_to_date(databases: Databases) -> None:
    """Nothing is there; then everything; then what was behind is told, and brought up to date alone."""
    assert databases.says() == dict.fromkeys(SERVICES, "no records yet")
    made = databases.run("upgrade")
    assert (made.exit_code, made.stdout.count(", was none")) == (0, len(SERVICES))
    assert databases.says() == dict.fromkeys(SERVICES, "up to date")
    assert databases.problems() == {service: [] for service in SERVICES}
    again = databases.run("upgrade")
    assert (again.exit_code, again.stdout.count("was")) == (0, 0)


def test_records_of_an_older_version_are_behind(databases: Databases) -> None:
    """The status says by how many migrations, and exits with 1; the check says no more than that."""
    _apart(lambda: upgrade("review", databases.database, databases.data, "0005"))
    (told,) = json.loads(databases.run("status", "review", "--json").stdout)
    newest, behind = told["newest"], told["behind"]
    assert 5 <= behind <= int(newest) - 5
    assert databases.run("status", "review").exit_code == 1
    says = f"{behind} behind; the version that serves them has to be stopped before"
    assert databases.problems("review") == {"review": [f"revision 0005, not {newest}: {says}"]}
    assert databases.run("upgrade", "review").stdout == f"review: {newest}, was 0005\n"
    assert databases.run("status", "review").exit_code == 0


async def test_records_of_a_newer_version_are_left_alone(database: str, tmp_path: Path) -> None:
    """Neither the command nor a service touches what it would not understand, and each says what to do."""
    databases = Databases(database, tmp_path)
    await asyncio.to_thread(databases.run, "upgrade", "planning")
    await asyncio.to_thread(databases.write, "planning", f"UPDATE alembic_version SET version_num = '{NEWER}'")  # noqa: S608
    await asyncio.to_thread(databases.write, "planning", f"UPDATE oldest_code SET revision = '{NEWER}'")  # noqa: S608
    says = "made by a newer version, which does not let this one serve them"
    assert (await asyncio.to_thread(databases.says))["planning"] == says
    assert (await asyncio.to_thread(databases.run, "status", "planning")).exit_code == 1
    refused = await asyncio.to_thread(databases.run, "upgrade", "planning")
    assert (refused.exit_code, "Install that one" in refused.stderr) == (1, True)
    with pytest.raises(Fault, match="RECORDS_NEWER"):
        await open_to_serve("planning", Settings(data=tmp_path, database=database))


async def test_records_that_a_newer_version_has_expanded_are_served(database: str, tmp_path: Path) -> None:
    """It has noted that this one may: a service opens them, the commands say so, and nobody changes anything."""
    databases = Databases(database, tmp_path)
    await asyncio.to_thread(databases.run, "upgrade", "planning")
    await asyncio.to_thread(databases.write, "planning", f"UPDATE alembic_version SET version_num = '{NEWER}'")  # noqa: S608
    await asyncio.to_thread(databases.write, "planning", "ALTER TABLE plans ADD COLUMN colour TEXT")
    store = await open_to_serve("planning", Settings(data=tmp_path, database=database))
    await store.close()
    says = "made by a newer version, which lets this one serve them"
    status = await asyncio.to_thread(databases.run, "status", "planning", "--json")
    assert (status.exit_code, [told["says"] for told in json.loads(status.stdout)]) == (0, [says])
    upgraded = await asyncio.to_thread(databases.run, "upgrade", "planning")
    assert (upgraded.exit_code, upgraded.stdout) == (0, f"planning: {NEWER}, {says}\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP INDEX receipts_of_case", "index receipts_of_case is missing"),
        ("ALTER TABLE plans ADD COLUMN colour TEXT", "column plans.colour is not expected"),
        ("DROP TABLE overdue", "table overdue is missing"),
    ],
)
def test_a_schema_that_somebody_has_changed_is_told(databases: Databases, change: str, told: str) -> None:
    """Each difference is a line that names it, and the exit code is 1."""
    databases.run("upgrade", "planning")
    databases.write("planning", change)
    assert databases.problems("planning") == {"planning": [told]}
    assert databases.run("check", "planning").exit_code == 1


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    """It is read through, and nothing else is said of it."""
    databases = Databases("", tmp_path)
    databases.run("upgrade", "review")
    file = tmp_path / "review.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"x" * 8192 + whole[16384:])
    [problem] = databases.problems("review")["review"]
    assert "are damaged" in problem


async def test_a_file_that_is_served_is_not_upgraded_beside_its_service(tmp_path: Path) -> None:
    """The command says that the service is to be stopped first."""
    store = await open_to_serve("review", Settings(data=tmp_path))
    try:
        refused = await asyncio.to_thread(Databases("", tmp_path).run, "upgrade", "review")
    finally:
        await store.close()
    assert (refused.exit_code, "Stop it first" in refused.stderr) == (1, True)


@pytest.mark.parametrize("command", ["status", "upgrade", "check"])
def test_a_database_that_is_not_there_is_told_in_a_sentence(tmp_path: Path, command: str) -> None:
    """No stack trace, and no password."""
    databases = Databases("postgresql+asyncpg://somebody:secret@127.0.0.1:1/nothing", tmp_path)
    refused = databases.run(command)
    assert (refused.exit_code, "The records cannot be read" in refused.stderr) == (1, True)
    assert "secret" not in refused.output
