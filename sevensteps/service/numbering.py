"""The order in which records are listed: each is numbered when a list is first read after it was stored.

Not by the clock, which may step back, and not when it is stored: transactions end in another order than they began in,
so that a reader would pass one by whose number is lower than what it has read already; and a lock that puts them in one
order would make every case wait for every other. Whoever reads gives the next numbers to all that has been stored by
then, one reader at a time. What ends later gets a higher number, and a reader that has gone further finds it there.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from sevensteps.service.store import Store

NUMBERING = 77_000_008
"""The advisory lock under which one transaction at a time numbers records on PostgreSQL."""
LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")


class Numbering:
    """Numbers the records of one table, in its column `position`."""

    def __init__(self, table: sa.Table, key: str, by: Sequence[str]) -> None:
        """`key` is the table's primary key; what is numbered together goes by the columns `by`."""
        new = table.c.position.is_(None)
        last = sa.select(sa.func.coalesce(sa.func.max(table.c.position), 0)).scalar_subquery()
        place = sa.func.row_number().over(order_by=[table.c[name] for name in by])
        numbered = sa.select(table.c[key], (last + place).label("number")).where(new).subquery("numbered")
        self._new = sa.select(table.c[key]).where(new).limit(1)
        self._number = table.update().values(position=numbered.c.number).where(table.c[key] == numbered.c[key], new)

    async def extend(self, store: Store) -> None:
        """Number what has been stored since this was last done. Costs a look into an index where there is nothing."""
        if await store.read(lambda connection: connection.execute(self._new).first()):
            await store.write(self._give_numbers)

    def _give_numbers(self, connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(LOCK, {"key": NUMBERING})
        connection.execute(self._number)
