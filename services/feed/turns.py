"""Which program reads for a subscription of the suite, where several could: one at a time, for some seconds each.

The database's clock alone counts, whichever instance of the feed is asked. Should it be set back, a turn that seems to
last too long is over: then two may read for a moment, which journeys do not mind.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from services.feed.tables import turns

TURN_MILLISECONDS = 3_000
"""How long a turn lasts. Workers ask every second, so that another takes over within five, however one ends."""

NOW: Mapping[str, str] = {
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
}
TAKE: Mapping[str, sa.TextClause] = {
    dialect: sa.text(
        f"INSERT INTO turns (name, reader, ends) VALUES (:name, :reader, {now} + {TURN_MILLISECONDS})"  # noqa: S608 - constants
        " ON CONFLICT (name) DO UPDATE SET reader = excluded.reader, ends = excluded.ends WHERE"
        f" turns.reader = excluded.reader OR turns.ends NOT BETWEEN {now} AND {now} + {TURN_MILLISECONDS}"
    )
    for dialect, now in NOW.items()
}
LASTING: Mapping[str, sa.Select[str, str]] = {
    dialect: sa.select(turns.c.name, turns.c.reader).where(
        turns.c.ends.between(sa.literal_column(now), sa.literal_column(f"{now} + {TURN_MILLISECONDS}"))
    )
    for dialect, now in NOW.items()
}
LEAVE = turns.delete().where(turns.c.name == sa.bindparam("of"), turns.c.reader == sa.bindparam("who"))


def take(connection: sa.Connection, name: str, reader: str) -> bool:
    """Take the turn, or keep it. False if it is another reader's."""
    taken = connection.execute(TAKE[connection.dialect.name], {"name": name, "reader": reader})
    return taken.rowcount > 0


def readers(connection: sa.Connection) -> Mapping[str, str]:
    """Whose turn it is, by the name of the subscription. To ask this costs no write."""
    return {row.name: row.reader for row in connection.execute(LASTING[connection.dialect.name])}


def leave(connection: sa.Connection, name: str, reader: str) -> None:
    """End the turn of a reader, if it has it."""
    connection.execute(LEAVE, {"of": name, "who": reader})
