"""Running the statements that every call needs, at little more than the price of the database itself.

SQLAlchemy's own work on a statement takes some eight times as long as SQLite's: 45 µs of 50. So here each is compiled
once, and from then on its values go straight to SQLite's driver. PostgreSQL's way over the network costs more than
either, and SQLAlchemy goes it as everywhere else.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

Values: TypeAlias = Mapping[str, object]
Row: TypeAlias = dict[str, Any]
"""A row by column, whose types are the table's, as in SQLAlchemy's own rows."""
Statement: TypeAlias = sa.Select[tuple[object, ...]] | sa.Insert | sa.Update | sa.TextClause
Convert: TypeAlias = Callable[[object], object]

MOST_PREPARED = 256
"""More than one service has, so that none is ever compiled again."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as SQLite's driver takes it: its text, its parameters in their order, the columns that it answers."""

    text: str
    fixed: Values
    parameters: tuple[tuple[str, Convert], ...]
    columns: tuple[tuple[str, Convert], ...]

    def run(self, connection: sa.Connection, values: Values) -> sqlite3.Cursor:
        driver = connection.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError("SQLite is spoken through sqlite3.")
        given = {**self.fixed, **values}
        return driver.execute(self.text, [convert(given[name]) for name, convert in self.parameters])


def change(connection: sa.Connection, statement: Statement, values: Values) -> int:
    """Run a statement that adds or changes rows. Answers how many. It is one that is built once, not for each call."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values).rowcount
    return _prepared(statement, tuple(values), connection.dialect).run(connection, values).rowcount


def first(connection: sa.Connection, query: sa.Select[tuple[object, ...]], key: Values) -> Row | None:
    """The first row that a query finds, by column. The query is one that is built once, not for each call."""
    if connection.dialect.name != "sqlite":
        found = connection.execute(query, key).mappings().first()
        return None if found is None else dict(found)
    prepared = _prepared(query, tuple(key), connection.dialect)
    row = prepared.run(connection, key).fetchone()
    if row is None:
        return None
    return {name: convert(value) for (name, convert), value in zip(prepared.columns, row, strict=True)}


@lru_cache(MOST_PREPARED)
def _prepared(statement: Statement, names: tuple[str, ...], dialect: sa.Dialect) -> _Prepared:
    """A statement compiled for the parameters of these names."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(statement)
    types = {name: bound.type.dialect_impl(dialect) for name, bound in compiled.binds.items()}
    columns = statement.selected_columns if isinstance(statement, sa.Select) else ()
    return _Prepared(
        str(compiled),
        {name: value for name, value in compiled.params.items() if name not in names},
        tuple((name, types[name].bind_processor(dialect) or _as_it_is) for name in compiled.positiontup or ()),
        tuple(
            (column.name, column.type.dialect_impl(dialect).result_processor(dialect, None) or _as_it_is)
            for column in columns
        ),
    )


def _as_it_is(value: object) -> object:
    return value
