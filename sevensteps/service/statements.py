"""Running the statements that every call needs, at little more than the price of the database itself.

SQLAlchemy's own work on a statement takes some eight times as long as SQLite's: 45 µs of 50. On PostgreSQL it is a
third of what a statement costs this process. So here each is compiled once, and from then on its values go straight to
the database's driver.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

Values: TypeAlias = Mapping[str, object]
Row: TypeAlias = dict[str, Any]
"""A row by column, whose types are the table's, as in SQLAlchemy's own rows."""
Statement: TypeAlias = sa.Select[tuple[object, ...]] | sa.Insert | sa.Update | sa.TextClause
Convert: TypeAlias = Callable[[object], object] | None
"""How a value is changed between Python and the driver; None where it is not."""

MOST_PREPARED = 256
"""More than one service has, so that none is ever compiled again."""


class Cursor(Protocol):
    """What every driver of a database answers a statement with (PEP 249)."""

    @property
    def rowcount(self) -> int:
        """How many rows were added or changed."""

    def fetchone(self) -> tuple[object, ...] | None:
        """The next row that was found."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as a driver takes it: its text, its parameters in their order, the columns that it answers."""

    text: str
    fixed: Values
    parameters: tuple[tuple[str, Convert], ...]
    columns: tuple[tuple[str, Convert], ...]

    def run(self, connection: sa.Connection, values: Values) -> Cursor:
        """Run it. Raises SQLAlchemy's errors, as it would itself."""
        given = {**self.fixed, **values} if self.fixed else values
        parameters = [convert(given[name]) if convert else given[name] for name, convert in self.parameters]
        cursor = connection.connection.cursor()
        driver = connection.dialect.loaded_dbapi
        try:
            cursor.execute(self.text, parameters)
        except driver.IntegrityError as error:
            raise sa.exc.IntegrityError(self.text, None, error, hide_parameters=True) from error
        except driver.Error as error:
            gone = connection.dialect.is_disconnect(error, connection.connection, cursor)
            if gone:
                connection.invalidate(error)
            raise sa.exc.DBAPIError(
                self.text, None, error, hide_parameters=True, connection_invalidated=gone
            ) from error
        except BaseException as error:
            if not isinstance(error, Exception):
                connection.invalidate(
                    error
                )  # cut short: nobody knows how far it came, so no other unit may go on there
            raise
        return cursor


def change(connection: sa.Connection, statement: Statement, values: Values) -> int:
    """Run a statement that adds or changes rows. Answers how many. It is one that is built once, not for each call."""
    cursor = _prepared(statement, tuple(values), connection.dialect).run(connection, values)
    with closing(cursor):
        return cursor.rowcount


def first(connection: sa.Connection, query: sa.Select[tuple[object, ...]], key: Values) -> Row | None:
    """The first row that a query finds, by column. The query is one that is built once, not for each call."""
    prepared = _prepared(query, tuple(key), connection.dialect)
    cursor = prepared.run(connection, key)
    with closing(cursor):
        row = cursor.fetchone()
    if row is None:
        return None
    return {
        name: convert(value) if convert else value for (name, convert), value in zip(prepared.columns, row, strict=True)
    }


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
        tuple((name, types[name].bind_processor(dialect)) for name in compiled.positiontup or ()),
        tuple((column.name, column.type.dialect_impl(dialect).result_processor(dialect, None)) for column in columns),
    )
