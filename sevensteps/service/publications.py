"""Publications of packs as a service stores them: taken, given a moment, and in force from it or not.

Each service takes a publication and is given the moment from which it decides. Whether it does is one row of one
database, the register of the assessment service: put in force there before the moment, it is in force everywhere; if
not, nowhere, and the register never changes its mind about a moment that has passed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa

from sevensteps import clock
from sevensteps.service.tables import publications as table

LONGEST_BLIND = timedelta(seconds=0.5)
"""An instance that has not looked at the publications for longer looks before it decides. No moment is nearer."""

OF_ONE = sa.select(table).where(table.c.publication_id == sa.bindparam("id")).order_by(table.c.pack)


class State(StrEnum):
    """How far a publication is."""

    STAGED = "staged"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"


class Outcome(StrEnum):
    """Whether a publication is in force from a moment, as the register says."""

    OPEN = "open"
    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"


@dataclass(frozen=True, slots=True)
class PublishedPack:
    """A version of a pack, and the version that it was compared with and replaces; empty where there was none."""

    pack: str
    hash: str
    replaces: str


@dataclass(frozen=True, slots=True)
class Publication:
    """Versions of packs that come in force together. Moments are ISO text."""

    publication_id: str
    packs: tuple[PublishedPack, ...]
    published_by: str
    because: str
    published_at: str
    state: State = State.STAGED
    in_force_from: str = ""
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the register says of a publication and a moment."""

    outcome: Outcome
    published_by: str = ""
    confirmed_by: str = ""


def settle(connection: sa.Connection, publication_id: str, moment: str) -> Settled:
    """What the register says. Once the moment has passed, what is not in force from it never will be."""
    passed = moment <= clock.as_text(clock.now())
    if passed:
        change(connection, publication_id, moment, state=State.STAGED, in_force_from=None)
    found = find(connection, publication_id)
    if found is not None and (found.state, found.in_force_from) == (State.IN_FORCE, moment):
        return Settled(Outcome.IN_FORCE, found.published_by, found.confirmed_by)
    return Settled(Outcome.NOT_IN_FORCE if passed else Outcome.OPEN)


def apply(connection: sa.Connection, publication_id: str, moment: str, settled: Settled) -> None:
    """Store in a service that decides what the register has said."""
    if settled.outcome is Outcome.IN_FORCE:
        people = {"published_by": settled.published_by, "confirmed_by": settled.confirmed_by}
        change(connection, publication_id, moment, state=State.IN_FORCE, **people)
    elif settled.outcome is Outcome.NOT_IN_FORCE:
        change(connection, publication_id, moment, state=State.STAGED, in_force_from=None)


def find(connection: sa.Connection, publication_id: str) -> Publication | None:
    """A publication; None where it is not here."""
    rows = connection.execute(OF_ONE, {"id": publication_id}).all()
    return of_rows(rows) if rows else None


def of_rows(rows: Sequence[sa.Row[tuple[object, ...]]]) -> Publication:
    """A publication from the rows of its packs."""
    first = rows[0]
    return Publication(
        first.publication_id,
        tuple(PublishedPack(row.pack, row.hash, row.replaces) for row in rows),
        first.published_by,
        first.because,
        first.published_at,
        State(first.state),
        first.in_force_from or "",
        first.confirmed_by,
    )


def page(connection: sa.Connection, after: int, size: int) -> tuple[list[Publication], bool]:
    """So many publications in the order in which they came here, after the first ones, and whether there are more."""
    grouped = sa.select(table.c.publication_id).group_by(table.c.publication_id)
    in_order = grouped.order_by(sa.func.min(table.c.published_at), table.c.publication_id)
    ids = connection.execute(in_order.offset(after).limit(size + 1)).scalars().all()
    return [of_rows(connection.execute(OF_ONE, {"id": each}).all()) for each in ids[:size]], len(ids) > size


def change(connection: sa.Connection, publication_id: str, moment: str, **values: str | None) -> bool:
    """Change a publication that is not in force and has this moment, or none. Answers whether it was there."""
    same_moment = table.c.in_force_from == moment if moment else table.c.in_force_from.is_(None)
    rows = (table.c.publication_id == publication_id, table.c.state != State.IN_FORCE, same_moment)
    return connection.execute(table.update().where(*rows).values(values)).rowcount > 0


def in_force_on_record(connection: sa.Connection, now: str) -> Mapping[str, sa.Row[tuple[object, ...]]]:
    """The newest publication of every pack that has come in force by now."""
    begun = (table.c.state == State.IN_FORCE, table.c.in_force_from <= now)
    rows = connection.execute(sa.select(table).where(*begun).order_by(table.c.in_force_from))
    return {row.pack: row for row in rows}
