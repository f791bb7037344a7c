"""Migrations lead to the schema that the code expects, on either database, whatever came before."""

import asyncio
import importlib
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from sevensteps.config import DECIDING_SERVICES
from sevensteps.service import migrations, tables
from sevensteps.service.migrations import FOLDER, upgrade

ALL = sorted(folder.parent.name for folder in FOLDER.glob("*/migrations"))
every_service = pytest.mark.parametrize("service", ALL)


def expected(service: str) -> list[sa.MetaData]:
    """The tables that a service's code knows."""
    own: sa.MetaData = importlib.import_module(f"services.{service}.tables").metadata
    deciding = [tables.metadata] if service in DECIDING_SERVICES else []
    return [tables.of_every_service, *deciding, own]


def differences(connection: sa.Connection, service: str) -> list[object]:
    """What the database has otherwise than the code expects."""
    metadata = expected(service)
    known = {table.name for each in metadata for table in each.tables.values()}
    found = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    differs: list[object] = compare_metadata(context, metadata)  # type: ignore[arg-type]
    return [*differs, *(found ^ known)]


async def differences_at(service: str, database: str, data: Path) -> list[object]:
    """The same of a service's database, by its place."""
    if not database:
        engine = sa.create_engine(f"sqlite:///{data / service}.db")
        with engine.connect() as connection:
            found = differences(connection, service)
        engine.dispose()
        return found
    remote = create_async_engine(database, connect_args={"server_settings": {"search_path": service}})
    async with remote.connect() as beyond:
        found = await beyond.run_sync(differences, service)
    await remote.dispose()
    return found


@every_service
def test_a_service_has_one_newest_migration(service: str) -> None:
    """Two heads mean that two people each added a migration without the other's."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER / service / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


@every_service
async def test_after_the_upgrade_the_schema_is_what_the_code_expects(
    service: str, tmp_path: Path, database: str
) -> None:
    """Table by table and column by column; and a second upgrade changes nothing."""
    for _ in range(2):
        await asyncio.to_thread(upgrade, service, database, tmp_path)
        assert await differences_at(service, database, tmp_path) == []


async def test_many_may_upgrade_at_once(tmp_path: Path, database: str) -> None:
    """Replicas that start together wait for the first one."""
    program = "import sys; from pathlib import Path; from sevensteps.service.migrations import upgrade; "
    program += "upgrade('assessment', sys.argv[1], Path(sys.argv[2]))"
    command = (sys.executable, "-c", program, database, str(tmp_path))
    replicas = [await asyncio.create_subprocess_exec(*command, cwd=FOLDER.parent) for _ in range(2)]
    assert [await replica.wait() for replica in replicas] == [0, 0]
    assert await differences_at("assessment", database, tmp_path) == []


async def test_a_broken_off_upgrade_leaves_nothing(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash in the middle of a migration the next start completes it."""
    whole = migrations.create_shared_tables_0001

    def half() -> None:
        whole()
        raise OSError("the power is gone")

    monkeypatch.setattr(migrations, "create_shared_tables_0001", half)
    with pytest.raises(OSError, match="the power is gone"):
        await asyncio.to_thread(upgrade, "assessment", database, tmp_path)
    monkeypatch.undo()
    await asyncio.to_thread(upgrade, "assessment", database, tmp_path)
    assert await differences_at("assessment", database, tmp_path) == []
