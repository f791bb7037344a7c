"""The order in which records are listed: by a number, and not by the clock, which may be set back.

On SQLite one transaction ends before the next begins, and each record has its number when it is stored. On PostgreSQL
transactions end in another order than they began in: a reader would pass one by whose number is lower than what it has
read already, and a lock that puts them in one order would make every case wait for every other. There a record has no
number until a list is read, or receipts are chained: then all that has been stored gets the next numbers, by one at a
time. What ends later gets a higher number, so that a reader who has gone further finds it there.
"""

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from sevensteps.service.store import Store

NUMBERING = 77_000_008
"""The advisory lock under which one transaction at a time numbers records on PostgreSQL."""
LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
PORTION = 500
"""Most records that one transaction numbers."""


class FirstNumber(FunctionElement[int]):
    """The number with which a record of a table is stored: the next one on SQLite, none yet on PostgreSQL."""

    inherit_cache = True
    type = sa.Integer()

    def __init__(self, table: sa.Table) -> None:
        """`table` has the column `position`."""
        super().__init__(sa.literal_column(table.name))


@compiles(FirstNumber, "sqlite")
def _next(element: FirstNumber, compiler: SQLCompiler, **_: object) -> str:
    return f"(SELECT coalesce(max(position), 0) + 1 FROM {compiler.process(element.clauses)})"  # noqa: S608 - a table's name


@compiles(FirstNumber, "postgresql")
def _none(*_: object, **__: object) -> str:
    return "NULL"


class Numbering:
    """Numbers the records of one table that have no number yet, in its column `position`."""

    def __init__(self, table: sa.Table, key: str, *, by: str) -> None:
        """`key` is the table's primary key; what is numbered together goes by the column `by`, then by the key."""
        new = table.c.position.is_(None)
        last = sa.select(sa.func.coalesce(sa.func.max(table.c.position), 0)).scalar_subquery()
        order = (table.c[by], table.c[key])
        portion = sa.select(table.c[key], *order).where(new).order_by(*order).limit(PORTION).subquery("portion")
        place = sa.func.row_number().over(order_by=[portion.c[by], portion.c[key]])
        numbered = sa.select(portion.c[key], (last + place).label("number")).subquery("numbered")
        self._new = sa.select(table.c[key]).where(new).limit(1)
        self._number = table.update().values(position=numbered.c.number).where(table.c[key] == numbered.c[key], new)

    def is_behind(self, connection: sa.Connection) -> bool:
        """Whether there is a record without a number."""
        return connection.execute(self._new).first() is not None

    async def extend(self, store: Store) -> None:
        """Number what has been stored since this was last done."""
        while await store.read(self.is_behind):
            await store.write(self._give_numbers)

    def _give_numbers(self, connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(LOCK, {"key": NUMBERING})
        connection.execute(self._number)
