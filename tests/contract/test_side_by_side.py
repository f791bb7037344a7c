"""What migrations say of themselves: whether the release before goes on working over the schema that they make."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from contract.schema_changes import schema_of, taken_away
from contract.test_migrations import every_service
from sevensteps.service.migrations import FOLDER, upgrade
from sevensteps.service.side_by_side import CONTRACT, EXPAND, TABLE, change_of, noted_oldest_code, oldest_code

MIGRATION = '''"""A later release's."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
{said}


def upgrade() -> None:
    """Bring the schema forward."""
    {does}
'''


def scripts_of(folder: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


def bound(scripts: ScriptDirectory) -> Sequence[Script]:
    """The migrations that have to say what they are: those after the one that made the table for it, oldest first."""
    chain = [*scripts.walk_revisions()][::-1]
    made = next(number for number, script in enumerate(chain) if f"create_{TABLE}" in Path(script.path).read_text())
    return chain[made + 1 :]


def problems(service: str, folder: Path, data: Path) -> list[str]:
    """What is wrong with what the migrations of a service say; each is run on SQLite."""
    scripts = scripts_of(folder)
    found: list[str] = []
    for script in bound(scripts):
        if not hasattr(script.module, "change") or change_of(script) not in {EXPAND, CONTRACT}:
            found.append(f"{script.revision} says neither change = {EXPAND!r} nor {CONTRACT!r}")
            continue
        upgrade(service, "", data, str(script.down_revision))
        before = schema_of(data / f"{service}.db")
        upgrade(service, "", data, script.revision)
        taken = taken_away(before, schema_of(data / f"{service}.db"))
        if taken and change_of(script) == EXPAND:
            found.append(f"{script.revision} says that it expands: {'; '.join(taken)}")
    return found


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the services' migrations, to which a test adds some of planning."""
    folder = tmp_path / "services"
    for service in FOLDER.glob("*/migrations"):
        copy = folder / service.parent.name / "migrations"
        shutil.copytree(service, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("sevensteps.service.migrations.FOLDER", folder)
    return folder / "planning" / "migrations"


def add(folder: Path, revision: str, said: str, does: str = "pass") -> None:
    """Add a migration after the newest one."""
    (head,) = scripts_of(folder).get_heads()
    text = MIGRATION.format(revision=revision, before=head, said=said, does=does)
    (folder / "versions" / f"{revision}_later.py").write_text(text)


@every_service
def test_every_migration_says_what_it_is(service: str, tmp_path: Path) -> None:
    """One that takes something away, or asks for more, does not say that it expands."""
    assert problems(service, FOLDER / service / "migrations", tmp_path) == []


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ('op.drop_column("outbox", "actor")', "column outbox.actor is gone"),
        ('op.drop_table("overdue")', "table overdue is gone"),
        ('op.rename_table("plans", "plan")', "table plans is gone"),
        ('op.alter_column("outbox", "actor", new_column_name="by_whom")', "column outbox.actor is gone"),
        (
            'op.drop_table("overdue")\n    op.create_table("overdue", sa.Column("colour", sa.Text(), nullable=False))',
            "column overdue.colour is new, and has to be filled",
        ),
        ('op.create_index("one", "overdue", ["case_id"], unique=True)', "table overdue asks for unique index one"),
        (
            "op.execute(\"CREATE TRIGGER t BEFORE INSERT ON overdue BEGIN SELECT RAISE(ABORT, 'no'); END\")",
            "table overdue asks for trigger t",
        ),
    ],
)
def test_what_takes_something_away_does_not_expand(copied: Path, tmp_path: Path, does: str, told: str) -> None:
    """The release before would miss it, or would not know what to do."""
    add(copied, "8001", 'change = "expand"', does)
    assert told in "; ".join(problems("planning", copied, tmp_path / "data"))


def test_what_contracts_may_take_away(copied: Path, tmp_path: Path) -> None:
    """It says so, and the release before is refused."""
    add(copied, "8001", 'change = "contract"', 'op.drop_table("overdue")')
    assert problems("planning", copied, tmp_path) == []


@pytest.mark.parametrize(
    "does",
    [
        'op.add_column("outbox", sa.Column("colour", sa.Text(), nullable=True))',
        'op.add_column("outbox", sa.Column("colour", sa.Text(), nullable=False, server_default=""))',
        'op.create_table("colours", sa.Column("colour", sa.Text(), primary_key=True))',
        'op.create_index("by_actor", "outbox", ["actor"])',
    ],
)
def test_what_only_adds_expands(copied: Path, tmp_path: Path, does: str) -> None:
    """Code that does not know of it reads and writes as before."""
    add(copied, "8001", 'change = "expand"', does)
    assert problems("planning", copied, tmp_path / "data") == []


def test_a_migration_that_says_nothing_is_told(copied: Path, tmp_path: Path) -> None:
    """Whoever writes one has to think of it."""
    add(copied, "8001", "")
    assert problems("planning", copied, tmp_path) == ["8001 says neither change = 'expand' nor 'contract'"]


def test_the_oldest_code_is_that_from_which_on_nothing_is_missed(copied: Path) -> None:
    """An expansion moves nothing; a contraction moves it to its own revision, or to the one that it names."""
    (now,) = scripts_of(copied).get_heads()
    before = oldest_code(scripts_of(copied), now)
    add(copied, "8001", 'change = "expand"')
    add(copied, "8002", 'change = "expand"')
    add(copied, "8003", 'change = "contract"\nunused_since = "8001"')
    add(copied, "8004", 'change = "contract"')
    scripts = scripts_of(copied)
    found = {revision: oldest_code(scripts, revision) for revision in (now, "8001", "8002", "8003", "8004")}
    assert found == {now: before, "8001": before, "8002": before, "8003": "8001", "8004": "8004"}


async def test_the_database_has_it(copied: Path, tmp_path: Path, database: str) -> None:
    """Each upgrade notes it in the same transaction, and one that changes nothing leaves it."""
    (now,) = scripts_of(copied).get_heads()
    before = oldest_code(scripts_of(copied), now)
    add(copied, "8001", 'change = "expand"')
    add(copied, "8002", 'change = "contract"')
    for revision, expected in (("8001", before), ("8001", before), ("8002", "8002")):
        await asyncio.to_thread(upgrade, "planning", database, tmp_path, revision)
        assert await _noted(database, tmp_path) == expected


async def _noted(database: str, data: Path) -> str:
    if database:
        from sevensteps.service.postgres import postgres_engine  # noqa: PLC0415

        engine = postgres_engine(database, "planning", None)
        async with engine.connect() as connection:
            noted = await connection.run_sync(noted_oldest_code)
        await engine.dispose()
        return noted
    records = sa.create_engine(f"sqlite:///{data / 'planning.db'}")
    with records.connect() as reading:
        noted = noted_oldest_code(reading)
    records.dispose()
    return noted
