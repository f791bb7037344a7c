"""Reading and writing the rows of cases, and how far they have come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from services.operations.domain.finding import Finding
from services.operations.domain.journeys import FROM_TEMPORAL
from services.operations.domain.standing import Standing
from services.operations.rows import row_of, standing_of
from services.operations.tables import cases, ended_dates, findings, law_dates, looks, projection

_COLUMNS = [column.name for column in cases.columns]
PUT = sa.text(
    f"INSERT INTO cases ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"  # noqa: S608 - constants
    f" ON CONFLICT (number) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
STANDINGS = sa.select(cases.c.standing).where(cases.c.case_id.in_(sa.bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the rows have come.

    Every event up to `position` is in them, and `resume_token` is that place as the feed knows it. `head` is the
    feed's last position as last heard, at `heard_at` (ISO text); `until` the position up to which the rows are being
    made anew, 0 where they are whole. `version` is that of the code that makes them.
    """

    version: int
    position: int = 0
    resume_token: str = ""
    head: int = 0
    heard_at: str = ""
    until: int = 0

    def has_all(self, head: int | None) -> bool:
        """Whether the rows are whole, and have every event up to a position; None where that is not known."""
        return not self.until and head is not None and self.position >= head


def progress(connection: sa.Connection) -> Progress | None:
    """How far the rows have come; None where nothing was ever read."""
    row = connection.execute(sa.select(projection)).mappings().first()
    if row is None:
        return None
    return Progress(**{name: row[name] for name in Progress.__slots__})


def begin_anew(connection: sa.Connection, new: Progress) -> None:
    """Forget every case: they are read again from the earliest event that the feed has."""
    for table in (cases, law_dates, ended_dates, projection):
        connection.execute(table.delete())
    connection.execute(projection.insert(), {"one": 1} | _values(new))


def note(connection: sa.Connection, before: Progress, now: Progress) -> bool:
    """Note how far the rows have come. False where another instance has taken them further meanwhile."""
    moved = projection.update().where(projection.c.position == before.position).values(**_values(now))
    return connection.execute(moved).rowcount > 0


def _values(noted: Progress) -> dict[str, object]:
    return {name: getattr(noted, name) for name in Progress.__slots__}


def standings(connection: sa.Connection, case_ids: Iterable[str]) -> dict[str, Standing]:
    """Where these cases stand, by case; one that is not known is left out."""
    found = connection.execute(STANDINGS, {"ids": sorted(case_ids)}).scalars()
    return {standing.case_id: standing for standing in map(standing_of, found)}


def put(connection: sa.Connection, new: Sequence[Standing]) -> None:
    """Store where cases stand."""
    if new:
        connection.execute(PUT, [row_of(standing) for standing in new])


@dataclass(frozen=True, slots=True)
class Look:
    """When it was last looked at what is not in the feed: milliseconds since 1970, 0 if never; and who was silent.

    `asked` is when Temporal last answered.
    """

    looked: int = 0
    asked: int = 0
    silent: tuple[str, ...] = ()

    def seen(self, finding: Finding) -> int:
        """When something that is stuck was last seen to be so."""
        return self.asked if finding.kind in FROM_TEMPORAL else self.looked


def last_look(connection: sa.Connection) -> Look:
    """The last look."""
    row = connection.execute(sa.select(looks)).mappings().first()
    return Look(row["looked"], row["asked"], tuple(filter(None, row["silent"].split(",")))) if row else Look()


def note_look(connection: sa.Connection, look: Look) -> None:
    """Note when it was looked, in place of the look before."""
    connection.execute(looks.delete())
    row = {"one": 1, "looked": look.looked, "asked": look.asked, "silent": ",".join(look.silent)}
    connection.execute(looks.insert(), row)


@dataclass(frozen=True, slots=True)
class View:
    """How much is known: how far the rows have come, and when it was last looked at the rest."""

    progress: Progress
    look: Look


def view(connection: sa.Connection, version: int) -> View:
    """How much is known; `version` is that of the code. Rows of another one are about to be made anew."""
    now = progress(connection) or Progress(version)
    return View(now if now.version == version else replace(now, until=now.head), last_look(connection))


def stuck_kinds(connection: sa.Connection, case_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """What is stuck of these cases, by case."""
    found: dict[str, list[str]] = {}
    query = sa.select(findings.c.case_id, findings.c.kind).where(findings.c.case_id.in_(case_ids))
    for case_id, kind in connection.execute(query.order_by(findings.c.case_id, findings.c.kind)):
        found.setdefault(case_id, []).append(kind)
    return found
