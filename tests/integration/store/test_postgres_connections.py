"""Connections to PostgreSQL: none stays open behind a store that is closed, whatever was under way or was cut."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from servers.waiting import until
from sevensteps.service.postgres_store import PostgresStore

OWN = sa.text("SELECT pg_backend_pid()")
SLEEP = sa.text("SELECT pg_sleep(0.5)")
CUT = sa.text("SELECT pg_terminate_backend(:pid)")
OTHERS = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[PostgresStore]:
    """A store whose schema is there always."""
    opened = PostgresStore(postgres_url, "public")
    yield opened
    await opened.close()


def sleep(connection: sa.Connection) -> bool:
    connection.execute(SLEEP).close()
    return True


async def is_lent(store: PostgresStore, count: int) -> bool:
    return store.connections()[0] == count


async def open_connections(url: str) -> int:
    """Those to the database, but for the one that asks."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return int((await connection.execute(OTHERS)).scalar_one())
    finally:
        await engine.dispose()


async def test_a_unit_under_way_ends_before_its_store_is_closed(store: PostgresStore, postgres_url: str) -> None:
    """It gives its connection back, which is closed with the others."""
    under_way = asyncio.create_task(store.read(sleep))
    await until(partial(is_lent, store, 1), "a unit to have a connection")
    await store.close()
    assert under_way.done()
    assert await under_way
    assert await open_connections(postgres_url) == 0


async def test_what_was_under_way_beside_a_cut_is_closed_too(store: PostgresStore, postgres_url: str) -> None:
    """The unit whose connection was cut is run again, on another one; that of its neighbour is not forgotten."""
    pids: list[int] = []

    def ask_twice(connection: sa.Connection) -> int:
        pids.append(int(connection.execute(OWN).scalar_one()))
        connection.execute(SLEEP).close()
        return pids[-1]

    cut = asyncio.create_task(store.read(ask_twice))
    neighbour = asyncio.create_task(store.read(sleep))

    async def both_are_under_way() -> bool:
        return bool(pids) and await is_lent(store, 2)

    await until(both_are_under_way, "both to have a connection")
    await store.write(lambda connection: connection.execute(CUT, {"pid": pids[0]}).close())
    assert await cut == pids[1] != pids[0]
    assert await neighbour
    await store.close()
    assert await open_connections(postgres_url) == 0
