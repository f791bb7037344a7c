"""The list of cases, a page at a time, in their order."""

from collections.abc import Sequence
from operator import itemgetter

import sqlalchemy as sa

from services.assessment.domain.case import Case, CasesWanted
from services.assessment.tables import LINKED, OPEN, OPEN_WITH_REASON, RUNNING, cases, matter_clocks
from sevensteps.service.work import Work


def page_of_cases(work: Work, *, after: int, wanted: CasesWanted, size: int) -> list[tuple[int, Case]]:
    """The actor's next cases after a position, in order and with their positions, at most `size`."""
    own = work.own(cases.c.council)
    query = _cases_of_same_people(*own) if wanted.same_person else sa.select(cases).where(*own)
    parts = [query.where(OPEN) if wanted.open_only or wanted.open_or_waiting else query]
    if wanted.open_or_waiting and not (wanted.open_only or wanted.same_person):
        parts.append(_ended_cases_that_wait(*work.own(matter_clocks.c.council)))
    found = [row for part in parts for row in _first_rows(work, _narrowed(part, after, wanted), size)]
    return sorted(((row["position"], _case_of(row)) for row in found), key=itemgetter(0))[:size]


def _narrowed(query: sa.Select[tuple[object, ...]], after: int, wanted: CasesWanted) -> sa.Select[tuple[object, ...]]:
    query = query.where(cases.c.position > after)
    if wanted.person_reference:
        query = query.where(cases.c.person_reference == wanted.person_reference)
    if wanted.linked_case_id:
        query = query.where(LINKED, cases.c.linked_case_id == wanted.linked_case_id)
    if wanted.case_ids:
        query = query.where(cases.c.case_id.in_(wanted.case_ids))
    return query


def _ended_cases_that_wait(*own: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    """The ended cases of which a complaint or a request for one's own data waits: these are few, and are read first."""
    waiting = sa.select(matter_clocks.c.case_id).where(RUNNING, *own).distinct().subquery("waiting")
    return sa.select(cases).join_from(waiting, cases, waiting.c.case_id == cases.c.case_id).where(cases.c.ending != "")


def _first_rows(work: Work, query: sa.Select[tuple[object, ...]], size: int) -> Sequence[sa.RowMapping]:
    return work.connection.execute(query.order_by(cases.c.position).limit(size)).mappings().all()


def _cases_of_same_people(*own: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    """The open cases beside which another of the kind is open for the person.

    Of such two at least one has a reason, and those are few: their people are read first.
    """
    person = (cases.c.council, cases.c.kind, cases.c.person_reference)
    people = sa.select(*person).where(OPEN_WITH_REASON, *own).group_by(*person).subquery("people")
    other = cases.alias("other")
    same = [sa.and_(*(table.c[column.name] == people.c[column.name] for column in person)) for table in (cases, other)]
    beside = sa.exists().where(same[1], other.c.case_id != cases.c.case_id, sa.text("other.ending = ''"))
    return sa.select(cases).join_from(people, cases, same[0]).where(OPEN, beside)


def _case_of(row: sa.RowMapping) -> Case:
    return Case(**{name: value for name, value in row.items() if name != "position"})
