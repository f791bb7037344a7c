"""Bringing a service's records to the schema that its code knows, with Alembic. Each service has its own migrations."""

import asyncio
from datetime import timedelta
from io import StringIO
from pathlib import Path

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncEngine

from sevensteps import clock
from sevensteps.encryption.folder import Certificates
from sevensteps.errors import Fault, Kind
from sevensteps.receipt_chain import COLUMNS, digest_of
from sevensteps.service.postgres import postgres_engine
from sevensteps.service.side_by_side import known_revisions, note_oldest_code, noted_oldest_code

FOLDER = Path(__file__).resolve().parents[2] / "services"
CONSOLE = "console"  # has records, of who is signed on, and is no service: its folder is beside theirs
UPGRADING = 77_000_007
"""The advisory lock under which one process at a time upgrades a PostgreSQL schema."""
PORTION = 500
"""Most rows that a migration holds at a time, where it has to look at each."""
REFUSED_SECONDS = 0.1  # in which the driver closes a connection that was refused: the loop ends with this
LONGEST_WAIT = 60.0  # seconds, for another process that upgrades the same SQLite file


def upgrade(
    service: str, database: str, data: Path, revision: str = "head", *, certificates: Certificates | None = None
) -> None:
    """Bring a service's schema to a revision: safe to run again, and by several processes at once; blocks.

    `certificates` are for the connection to PostgreSQL. A schema that a newer version has made stays as it is. Raises a
    Fault (PRECONDITION, RECORDS_NEWER) where that version does not let this one serve it.
    """
    command.upgrade(configured(service, database, data, certificates), revision)


def newer_records(service: str) -> Fault:
    """Records that this version does not understand."""
    detail = (
        f"The records of {service} were made by a newer version of the suite, which does not let this one serve them. "
        "Install that one, or a newer one still."
    )
    return Fault(Kind.PRECONDITION, "RECORDS_NEWER", detail)


def configured(service: str, database: str, data: Path, certificates: Certificates | None) -> Config:
    """What Alembic has to know to work on a service's schema."""
    config = Config(stdout=StringIO())  # whoever asks says what is found
    folder = FOLDER.parent if service == CONSOLE else FOLDER
    config.set_main_option("script_location", str(folder / service / "migrations"))
    config.attributes.update(service=service, database=database, data=data, certificates=certificates)
    return config


def run(*metadata: sa.MetaData) -> None:
    """What a service's migrations/env.py does: connect, and run what is missing to get to `metadata`."""
    attributes = context.config.attributes
    if attributes["database"]:
        engine = postgres_engine(attributes["database"], attributes["service"], attributes["certificates"])
        asyncio.run(_on_postgres(engine, attributes["service"], metadata))
        return
    data: Path = attributes["data"]
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    records = sa.create_engine(
        f"sqlite:///{data / attributes['service']}.db", connect_args={"isolation_level": None, "timeout": LONGEST_WAIT}
    )
    with records.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # here, where it waits for others: SqliteStore does not
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins none for DDL: a crash left half a schema
        _migrate(connection, metadata)
    records.dispose()


async def _on_postgres(engine: AsyncEngine, schema: str, metadata: tuple[sa.MetaData, ...]) -> None:
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADING})
            await connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
            await connection.run_sync(_migrate, metadata)
    except BaseException:
        await asyncio.sleep(REFUSED_SECONDS)
        raise
    finally:
        await engine.dispose()


def _migrate(connection: sa.Connection, metadata: tuple[sa.MetaData, ...]) -> None:
    context.configure(connection=connection, target_metadata=list(metadata))
    with context.begin_transaction():
        known = known_revisions(context.script)
        stored = context.get_context().get_current_revision()
        if stored is None or stored in known:
            context.run_migrations()
            if now := context.get_context().get_current_revision():
                note_oldest_code(connection, context.script, now)
        elif noted_oldest_code(connection) not in known:
            raise newer_records(context.config.attributes["service"])


def create_shared_tables_0001() -> None:
    """The tables of sevensteps/service/tables.py as every deciding service's first migration makes them.

    Never changed: a change is a new function that later migrations call.
    """
    op.create_table(
        "answers",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_table(
        "packs",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "receipts",
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("pack_hash", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pack_hash"], ["packs.hash"]),
        sa.PrimaryKeyConstraint("receipt_id"),
    )
    op.create_index("receipts_by_age", "receipts", ["decided_at", "receipt_id"], unique=False)
    op.create_index(op.f("ix_receipts_case_id"), "receipts", ["case_id"], unique=False)


def change_shared_tables_0002() -> None:
    """Answers by their asker, steps that were opened, and receipts in the order of a number. Never changed, as above.

    An answer of the last day comes along without council and subject: only its fingerprint says whose it was.
    """
    day_ago, in_a_day = (clock.as_text(clock.now() + timedelta(days=days)) for days in (-1, 1))
    op.create_table(
        "answers_by_asker",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("council", "subject", "request_id"),
    )
    move = sa.text(
        "INSERT INTO answers_by_asker SELECT '', '', request_id, fingerprint, response, CAST(:in_a_day AS TEXT)"
        " FROM answers WHERE answered_at > :day_ago"
    )
    op.execute(move.bindparams(day_ago=day_ago, in_a_day=in_a_day))
    op.drop_table("answers")
    op.rename_table("answers_by_asker", "answers")
    op.create_index("answers_by_expiry", "answers", ["expires_at"], unique=False)
    op.create_table(
        "steps_opened",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "opening", "turn"),
    )
    op.drop_index("receipts_by_age", "receipts")
    op.drop_index(op.f("ix_receipts_case_id"), "receipts")
    number_0002("receipts", key="receipt_id", by="decided_at, receipt_id")
    op.create_index("receipts_of_case", "receipts", ["case_id", "council", "position"], unique=False)
    op.create_index("receipts_of_council", "receipts", ["council", "position"], unique=False)


def number_0002(table: str, *, key: str, by: str) -> None:
    """Give a table the column `position`, and number its rows in the order of the columns `by`."""
    op.add_column(table, sa.Column("position", sa.Integer(), nullable=True))
    op.execute(
        f"UPDATE {table} SET position = numbered.number FROM"  # noqa: S608 - names that migrations write
        f" (SELECT {key} AS id, row_number() OVER (ORDER BY {by}) AS number FROM {table}) AS numbered"
        f" WHERE numbered.id = {table}.{key}"
    )
    op.create_index(f"{table}_in_order", table, ["position"], unique=True)


def create_overdue_0003() -> None:
    """The table `overdue` of sevensteps/service/tables.py. Never changed either."""
    op.create_table(
        "overdue",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ahead", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "stage", "turn", "due_on", "ahead"),
    )


def create_chain_0004() -> None:
    """The table `chain` of sevensteps/service/tables.py. Never changed either.

    The receipts of before are chained when the service runs, as new ones are.
    """
    op.create_table(
        "chain",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.Text(), nullable=True),
        sa.Column("erased_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position"),
    )


def name_digests_0004(table: str, *key: str, receipt_id: str = "receipt_id", digest: str = "receipt_digest") -> None:
    """Give records the digest of the receipt that they name, in a new column; `key` is their primary key.

    Never changed either.
    """
    op.add_column(table, sa.Column(digest, sa.Text(), nullable=True))
    records = sa.table(table, *map(sa.column, (*key, receipt_id, digest)))
    receipts = sa.table("receipts", *map(sa.column, COLUMNS))
    place = sa.tuple_(*(records.c[name] for name in key))
    in_order = (
        sa.select(*(records.c[name].label(f"key_{name}") for name in key), *receipts.c)
        .join_from(records, receipts, records.c[receipt_id] == receipts.c.receipt_id)
        .order_by(*(records.c[name] for name in key))
        .limit(PORTION)
    )
    name_digest = records.update().where(*(records.c[name] == sa.bindparam(f"key_{name}") for name in key))
    name_digest = name_digest.values({digest: sa.bindparam("new_digest")})
    connection = op.get_bind()
    rows = connection.execute(in_order).all()
    while rows:
        found = [row._asdict() for row in rows]
        keys = [{f"key_{name}": row[f"key_{name}"] for name in key} for row in found]
        digests = [{"new_digest": digest_of(row)} for row in found]
        connection.execute(name_digest, [one | other for one, other in zip(keys, digests, strict=True)])
        rows = connection.execute(in_order.where(place > sa.tuple_(*keys[-1].values()))).all()


def create_publications_0005() -> None:
    """The table `publications` of sevensteps/service/tables.py. Never changed either."""
    op.create_table(
        "publications",
        sa.Column("publication_id", sa.Text(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["hash"], ["packs.hash"]),
        sa.PrimaryKeyConstraint("publication_id", "pack"),
    )
    op.create_index("publications_in_order", "publications", ["pack", "number"], unique=True)


def create_revoked() -> None:
    """The table `revoked` of sevensteps/service/tables.py. Never changed either."""
    op.create_table(
        "revoked",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("request_id"),
    )
