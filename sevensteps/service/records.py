"""Reading and changing the record of a case, as every store does it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from sevensteps.errors import stale
from sevensteps.service import statements
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_row(record: "DataclassInstance") -> dict[str, object]:
    """A record's fields by name. Not dataclasses.asdict, which copies deeply and takes ten times as long."""
    return {name: getattr(record, name) for name in _names(type(record))}


@cache
def _names(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def find(work: Work, query: sa.Select[tuple[object, ...]], **key: object) -> Row | None:
    """The first row that a query finds, by column; the row has the case's id and council.

    Raises a Fault (NOT_FOUND) where it is another council's.
    """
    row = statements.first(work.connection, query, key)
    if row is not None:
        work.confine(row["case_id"], row["council"])
    return row


def matching(table: sa.Table, *names: str) -> list[sa.ColumnElement[bool]]:
    """The conditions that columns have the values given by their names."""
    return [table.c[name] == sa.bindparam(name) for name in names]


class Change:
    """Writes a changed record over the one that was read, unless somebody has changed that one meanwhile."""

    def __init__(
        self, table: sa.Table, *, key: Sequence[str], version: str, columns: Iterable[str], kept: Iterable[str] = ()
    ) -> None:
        """`key` are the columns that name the record, the case first; `version` counts its changes.

        `kept` are further columns, in which None leaves what is there.
        """
        self._key = key
        self._version = version
        kept = tuple(kept)
        self._columns = (*columns, *kept)
        self._statement = (
            table.update()
            .where(*(table.c[name] == sa.bindparam(f"read_{name}") for name in (*key, version)))
            .values(
                {name: sa.bindparam(name) for name in (*self._columns, version)}
                | {name: sa.func.coalesce(sa.bindparam(name), table.c[name]) for name in kept}
            )
        )

    def write(self, work: Work, row: Mapping[str, object], version: int) -> None:
        """Write the row as the next version after the one that was read. Raises a Fault (ABORTED) if that is gone."""
        values = {name: row[name] for name in self._columns} | {self._version: version + 1}
        read = {f"read_{name}": row[name] for name in self._key} | {f"read_{self._version}": version}
        if statements.change(work.connection, self._statement, values | read) != 1:
            raise stale(str(row[self._key[0]]))
