"""The tables of the feed."""

import sqlalchemy as sa

from sevensteps.service.tables import filled

metadata = sa.MetaData()

Position = sa.BigInteger().with_variant(sa.Integer, "sqlite")

events = sa.Table(
    "events",
    metadata,
    sa.Column("position", Position, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    *filled(sa.Text, "case_id", "type", "council"),
    sa.Column("event", sa.LargeBinary, nullable=False),
    sa.Index("events_of_case", "case_id", "position"),
    sa.Index("events_of_type", "type", "position"),
    sa.Index("events_of_council", "council", "position"),
    sa.Index("events_of_council_and_type", "council", "type", "position"),
)

dropped = sa.Table(
    "dropped",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
)
"""The ids of events that were dropped: a service that never got its answer may send one of them again."""

ended_cases = sa.Table(
    "ended_cases",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
)
"""The cases whose ending was dropped: a late event of such a case does not make it an open one."""

head = sa.Table(
    "head",
    metadata,
    sa.Column("earliest", Position, nullable=False),
    sa.Column("last", Position, nullable=False),
    *filled(sa.Text, "feed_id", "dropped_id"),
)
"""One row: from where on no event was dropped, and the last position given; the feed's own id, a UUID; and the id of
the event just before the earliest, empty where none was dropped or where it is not known."""

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("council", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", Position, nullable=False),
    sa.Column("last_seen", sa.Text, nullable=False),
)
"""How far readers have come. The suite's own have no council and no subject, which nobody's token can be without.
`last_seen` is empty where the reader has not acknowledged since it is noted."""

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("reader", sa.Text, nullable=False),
    sa.Column("ends", sa.BigInteger, nullable=False),
)
"""Which program of the suite reads for a subscription, and when its turn ends: milliseconds since 1970, by the clock of
the database."""

prunings = sa.Table(
    "prunings",
    metadata,
    sa.Column("day", sa.Text, primary_key=True),
    *filled(sa.Text, "seen_at", "ended_at"),
    *filled(sa.Integer, "cases", "events"),
)
"""What was dropped on which day because its cases had ended long ago. `seen_at` is the last sign of life of who does
it; `ended_at` is empty until it is done."""
