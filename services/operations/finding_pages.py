"""Finding what is stuck: by its cause, and one by one."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from services.operations.case_pages import conditions
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.wanted import Place, Wanted
from services.operations.domain.whom import Whom
from services.operations.rows import milliseconds, moment_of
from services.operations.tables import cases, findings

IDS_AT_ONCE = 500
"""Most ids in one statement."""
IN_ONE_PART = 1000
"""Most findings in one statement."""

KINDS = list(StuckKind)
PLACE = cases.c.number * len(KINDS) + sa.case(
    {kind.value: number for number, kind in enumerate(KINDS)}, value=findings.c.kind
)
"""Tells two findings apart that are stuck since the same moment: of two cases, or of one in two ways."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, when it was found (milliseconds since 1970), and its place in the list."""

    finding: Finding
    found: int
    number: int


@dataclass(frozen=True, slots=True)
class Cause:
    """What is stuck by one cause: the first of it, and how many cases it holds up."""

    first: Finding
    cases: int


def page(
    connection: sa.Connection, wanted: Wanted, *, cause: str, today: date, after: Place | None, size: int
) -> Sequence[Found]:
    """The next findings of wanted cases after a place, the longest stuck first, at most `size`."""
    query = sa.select(findings, PLACE.label("place")).join(cases, findings.c.case_id == cases.c.case_id)
    query = query.where(*conditions(wanted, today), *_of_kinds(wanted))
    if cause:
        query = query.where(findings.c.cause == cause)
    key = (findings.c.since, PLACE)
    if after:
        query = query.where(sa.tuple_(*key) > sa.tuple_(after.value, after.number))
    rows = connection.execute(query.order_by(*key).limit(size)).mappings()
    return [Found(finding_of(row), row["found"], row["place"]) for row in rows]


def causes(connection: sa.Connection, wanted: Wanted, today: date) -> Sequence[Cause]:
    """The causes of what is stuck, those of a part of the suite first, then those that hold up most cases."""
    of_parts = {(first.kind, first.cause): Cause(first, 0) for first in map(finding_of, _of_parts(connection, wanted))}
    of_cases = (
        sa.select(findings.c.kind, findings.c.cause, sa.func.count().label("cases"))
        .join(cases, findings.c.case_id == cases.c.case_id)
        .where(*conditions(wanted, today), *_of_kinds(wanted))
        .group_by(findings.c.kind, findings.c.cause)
    )
    held_up = []
    for kind, cause, number in connection.execute(of_cases).all():
        if part := of_parts.get((StuckKind(kind), cause)):
            of_parts[part.first.kind, cause] = replace(part, cases=number)
        else:
            held_up.append(Cause(_first(connection, wanted, today, cause=cause, kind=kind), number))
    return [
        *of_parts.values(),
        *sorted(held_up, key=lambda cause: (-cause.cases, cause.first.since, cause.first.cause)),
    ]


def _of_parts(connection: sa.Connection, wanted: Wanted) -> Sequence[sa.RowMapping]:
    if wanted.scope is not None:
        return ()
    query = sa.select(findings).where(findings.c.case_id == "", *_of_kinds(wanted)).order_by(findings.c.since)
    return connection.execute(query).mappings().all()


def _first(connection: sa.Connection, wanted: Wanted, today: date, *, cause: str, kind: str) -> Finding:
    query = (
        sa.select(findings)
        .join(cases, findings.c.case_id == cases.c.case_id)
        .where(*conditions(wanted, today), findings.c.cause == cause, findings.c.kind == kind)
        .order_by(findings.c.since, findings.c.about)
        .limit(1)
    )
    return finding_of(connection.execute(query).mappings().one())


def _of_kinds(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    return [findings.c.kind.in_(wanted.stuck_kinds)] if wanted.stuck_kinds else []


def finding_of(row: sa.RowMapping) -> Finding:
    """A row as what was found."""
    return Finding(
        row["about"],
        StuckKind(row["kind"]),
        row["cause"],
        Whom(row["whom"]),
        moment_of(row["since"]),
        case_id=row["case_id"],
        council=row["council"],
        detail=json.loads(row["detail"]),
    )


def of_cases(connection: sa.Connection, case_ids: Sequence[str]) -> dict[str, dict[StuckKind, Finding]]:
    """What is stuck of these cases, by case and kind."""
    found: dict[str, dict[StuckKind, Finding]] = {}
    for begin in range(0, len(case_ids), IDS_AT_ONCE):
        some = case_ids[begin : begin + IDS_AT_ONCE]
        for row in connection.execute(sa.select(findings).where(findings.c.case_id.in_(some))).mappings():
            finding = finding_of(row)
            found.setdefault(finding.case_id, {})[finding.kind] = finding
    return found


def all_findings(connection: sa.Connection) -> dict[tuple[str, str], Finding]:
    """Everything that is stuck as far as is known, by what it is about and the kind.

    It is read in parts: PostgreSQL ends a transaction in which nothing is asked for some seconds.
    """
    found: dict[tuple[str, str], Finding] = {}
    key = (findings.c.about, findings.c.kind)
    query = sa.select(findings).order_by(*key).limit(IN_ONE_PART)
    rows = connection.execute(query).mappings().all()
    while rows:
        found |= {(row["about"], row["kind"]): finding_of(row) for row in rows}
        last = sa.tuple_(rows[-1]["about"], rows[-1]["kind"])
        rows = connection.execute(query.where(sa.tuple_(*key) > last)).mappings().all()
    return found


def replace_findings(
    connection: sa.Connection, gone: Sequence[Finding], new: Sequence[Finding], told_anew: Sequence[Finding], now: int
) -> None:
    """Drop what is not stuck any more, add what is newly so, and tell anew what lasts with other words or numbers.

    In parts, as it is read.
    """
    key = (findings.c.about == sa.bindparam("of_about"), findings.c.kind == sa.bindparam("of_kind"))
    for some in _parts(gone):
        connection.execute(findings.delete().where(*key), [_key(finding) for finding in some])
    for some in _parts(new):
        connection.execute(findings.insert(), [_row(finding, now) for finding in some])
    names = ("cause", "whom", "since", "detail")
    again = findings.update().where(*key).values({name: sa.bindparam(f"new_{name}") for name in names})
    for some in _parts(told_anew):
        rows = [(_key(each), _row(each, now)) for each in some]
        connection.execute(again, [key | {f"new_{name}": row[name] for name in names} for key, row in rows])


def _parts(every: Sequence[Finding]) -> Iterator[Sequence[Finding]]:
    return (every[first : first + IN_ONE_PART] for first in range(0, len(every), IN_ONE_PART))


def _key(finding: Finding) -> dict[str, object]:
    return {"of_about": finding.about, "of_kind": finding.kind.value}


def _row(finding: Finding, now: int) -> dict[str, object]:
    return {
        "about": finding.about,
        "kind": finding.kind.value,
        "case_id": finding.case_id,
        "council": finding.council,
        "cause": finding.cause,
        "whom": finding.whom.value,
        "since": milliseconds(finding.since),
        "found": now,
        "detail": _told(finding),
    }


def _told(finding: Finding) -> str:
    return json.dumps(dict(finding.detail), sort_keys=True)
