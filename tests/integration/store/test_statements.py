"""Statements that go straight to SQLite's driver do what SQLAlchemy does with them, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.assessment.store import ADD_CASE, CASE
from services.assessment.tables import cases
from sevensteps.service import statements
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store
from sevensteps.service.store import Store

CASE_1 = {
    "case_id": "case-1",
    "council": "example-council",
    "kind": "adult",
    "person_reference": "É",
    "opened_at": "2026-06-01T09:30:00.000Z",
    "round": 1,
    "assessment_open": True,
    "assessment_due": date(2026, 6, 29),
    "pack": "",
    "on_hold": False,
    "ending": "",
    "ended_on": None,
    "version": 1,
    "opened_by": "amy",
    "another_because": None,
    "linked_case_id": "",
    "team": "",
}
END = cases.update().where(cases.c.case_id == sa.bindparam("the_case")).values(ended_on=sa.bindparam("on"), ending="x")
LAST = sa.select(cases.c.case_id, cases.c.ended_on).order_by(cases.c.case_id.desc()).limit(1)


@pytest.fixture
async def store(tmp_path: Path, database: str) -> AsyncIterator[Store]:
    """The assessment service's records, with two cases."""
    await asyncio.to_thread(upgrade, "assessment", database, tmp_path)
    opened = open_store(database, tmp_path, "assessment")
    case_2 = CASE_1 | {"case_id": "case-2", "person_reference": "somebody else"}
    try:
        for case in (CASE_1, case_2):
            assert await opened.write(partial(statements.change, statement=ADD_CASE, values=case)) == 1
        yield opened
    finally:
        await opened.close()


async def test_a_row_is_read_as_it_was_stored_and_as_sqlalchemy_reads_it(store: Store) -> None:
    """Days, yes and no, and what is absent keep their types."""
    found = await store.read(lambda connection: statements.first(connection, CASE, {"case_id": "case-1"}))
    usual = await store.read(lambda connection: dict(connection.execute(CASE, {"case_id": "case-1"}).mappings().one()))
    assert found == usual == CASE_1
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in usual.items()}


async def test_what_is_not_there_is_none(store: Store) -> None:
    """No row is not an empty one."""
    assert await store.read(lambda connection: statements.first(connection, CASE, {"case_id": "case-3"})) is None


async def test_values_that_a_statement_has_itself_are_not_asked_for(store: Store) -> None:
    """A limit, or a value written in the statement."""
    ending = {"the_case": "case-2", "on": date(2026, 7, 1)}
    assert await store.write(lambda connection: statements.change(connection, END, ending)) == 1
    found = await store.read(lambda connection: statements.first(connection, LAST, {}))
    assert found == {"case_id": "case-2", "ended_on": date(2026, 7, 1)}


async def test_a_change_of_nothing_answers_so(store: Store) -> None:
    """So that whoever changed a version that is gone hears of it."""
    ending = {"the_case": "case-3", "on": None}
    assert await store.write(lambda connection: statements.change(connection, END, ending)) == 0


async def test_a_value_of_a_wrong_type_is_refused_on_both(store: Store) -> None:
    """SQLite itself would take any."""
    ending = {"the_case": "case-2", "on": "tomorrow"}
    with pytest.raises((TypeError, sa.exc.SQLAlchemyError)):
        await store.write(lambda connection: statements.change(connection, END, ending))


async def test_what_breaks_a_rule_of_the_schema_undoes_its_unit(store: Store) -> None:
    """The other units of its transaction go on."""
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.write(lambda connection: statements.change(connection, ADD_CASE, CASE_1))
    assert await store.read(lambda connection: statements.first(connection, CASE, {"case_id": "case-1"})) == CASE_1
