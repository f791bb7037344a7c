"""How complaints and requests for one's own data are stored. Statements are built once."""

from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.matter import (
    ClockKind,
    Made,
    Matter,
    MatterAct,
    MatterActKind,
    MatterClock,
    MatterKind,
    matter_not_found,
)
from services.assessment.tables import (
    RUNNING,
    determinations,
    indicative_budgets,
    matter_acts,
    matter_clocks,
    matters,
)
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

ADD = matters.insert()
ADD_ACT = matter_acts.insert()
ADD_CLOCK = matter_clocks.insert()
MATTER = sa.select(matters).where(*matching(matters, "case_id", "kind", "matter_id"))
OF_CASE = {
    kind: in_part(
        sa.select(matters)
        .where(*matching(matters, "case_id"), matters.c.kind == kind.value)
        .order_by(matters.c.version)
    )
    for kind in MatterKind
}
ACTS = sa.select(matter_acts).where(*matching(matter_acts, "matter_id")).order_by(matter_acts.c.version)
CLOCKS = sa.select(matter_clocks).where(*matching(matter_clocks, "matter_id")).order_by(matter_clocks.c.kind)
THE_CLOCK = (
    matter_clocks.c.matter_id == sa.bindparam("the_matter"),
    matter_clocks.c.kind == sa.bindparam("the_kind"),
)
STOP = matter_clocks.update().where(*THE_CLOCK).values(running=False)
MOVED = ("due_on", "receipt_id", "receipt_digest")
MOVE = (
    matter_clocks.update()
    .where(*THE_CLOCK)
    .values({name: sa.bindparam(name) for name in MOVED} | {"overdue_told": sa.false()})
)
"""A date that has moved has not been told."""
DECIDERS = sa.union(
    *(
        sa.select(column).where(column.table.c.case_id == sa.bindparam("case_id"))
        for column in (determinations.c.assessed_by, determinations.c.confirmed_by, indicative_budgets.c.given_by)
    )
)
WAITING = (
    sa.select(*(matter_clocks.c[name] for name in ("case_id", "matter_id", "kind", "due_on")))
    .where(RUNNING, matter_clocks.c.case_id.in_(sa.bindparam("case_ids", expanding=True)))
    .order_by(*(matter_clocks.c[name] for name in ("case_id", "due_on", "matter_id", "kind")))
)


def add(work: Work, case: Case, matter: Matter) -> None:
    """Store a new complaint or request with its clocks, before the case is changed by it."""
    made = as_row(matter.made)
    row = {name: getattr(matter, name) for name in ("matter_id", "case_id", "kind", "recorded_by", "recorded_at")}
    work.connection.execute(ADD, {**made, **row, "version": case.version})
    for clock in matter.clocks:
        key = {"matter_id": matter.matter_id, "case_id": case.case_id, "council": case.council}
        digest = {"receipt_digest": work.new_digest(clock.receipt_id)}
        work.connection.execute(ADD_CLOCK, {**as_row(clock), **key, **digest})


def add_act(work: Work, case: Case, before: Matter, after: Matter) -> None:
    """Store what was done last, and the clocks that it stops or moves, before the case is changed by it."""
    key = {"matter_id": after.matter_id, "version": case.version}
    work.connection.execute(ADD_ACT, as_row(after.acts[-1]) | key)
    for old, new in zip(before.clocks, after.clocks, strict=True):
        the_clock = {"the_matter": after.matter_id, "the_kind": new.kind}
        if old.running and not new.running:
            work.connection.execute(STOP, the_clock)
        elif old.due_on != new.due_on:
            digest = work.new_digest(new.receipt_id)
            moved = {"due_on": new.due_on, "receipt_id": new.receipt_id, "receipt_digest": digest}
            work.connection.execute(MOVE, moved | the_clock)


def matter(work: Work, case: Case, kind: MatterKind, matter_id: str) -> Matter:
    """A complaint or request of a case. Raises a Fault (NOT_FOUND)."""
    key = {"case_id": case.case_id, "kind": kind, "matter_id": matter_id}
    row = work.connection.execute(MATTER, key).mappings().first()
    if row is None:
        raise matter_not_found(kind, case.case_id, matter_id)
    return _matter(work, dict(row))


def matters_of(work: Work, kind: MatterKind, case_id: str, after: int, size: int) -> list[Matter]:
    """The complaints or requests of a case, in the order in which they were recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_matter(work, dict(row)) for row in rows(work, OF_CASE[kind], case_id, after, size)]


def _matter(work: Work, row: Row) -> Matter:
    row.pop("version")
    made = Made(**{name: row.pop(name) for name in Made.__dataclass_fields__})
    key = {"matter_id": row["matter_id"]}
    acts = work.connection.execute(ACTS, key).mappings()
    clocks = work.connection.execute(CLOCKS, key).mappings()
    return Matter(
        **row | {"kind": MatterKind(row["kind"])},
        made=made,
        clocks=tuple(_clock(dict(clock)) for clock in clocks),
        acts=tuple(_act(dict(act)) for act in acts),
    )


def _clock(row: Row) -> MatterClock:
    return MatterClock(ClockKind(row["kind"]), row["due_on"], row["receipt_id"], row["running"], row["overdue_told"])


def _act(row: Row) -> MatterAct:
    values = {name: row[name] for name in MatterAct.__dataclass_fields__}
    return MatterAct(**values | {"kind": MatterActKind(row["kind"])})


def deciders(work: Work, case_id: str) -> frozenset[str]:
    """Who determined the needs or the indicative budget of a case, in any of its rounds."""
    return frozenset(work.connection.execute(DECIDERS, {"case_id": case_id}).scalars())


def waiting(work: Work, case_ids: Sequence[str]) -> Iterator[tuple[str, str, ClockKind, date]]:
    """What of some cases waits: the case, the complaint or request, its clock and date; case by case, soonest first."""
    for row in work.connection.execute(WAITING, {"case_ids": list(case_ids)}):
        yield row.case_id, row.matter_id, ClockKind(row.kind), row.due_on
