"""How the person's own list of needs is stored. Statements are built once."""

import json
from collections.abc import Sequence

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.own_needs import Determined, NeedAnswer, OwnNeed, SaidNeed, own_need_not_found
from services.assessment.tables import determinations, own_need_answers, own_needs
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work, new_id

ADD = own_needs.insert()
ADD_ANSWER = own_need_answers.insert()
ONE = sa.select(own_needs.c.need_id).where(*matching(own_needs, "case_id", "need_id"))
OF_CASE = in_part(
    sa.select(own_needs).where(*matching(own_needs, "case_id")).order_by(own_needs.c.version, own_needs.c.place)
)
ANSWERS = sa.select(own_need_answers).where(*matching(own_need_answers, "need_id")).order_by(own_need_answers.c.version)
CONFIRMED = (
    sa.select(determinations.c.eligible_needs)
    .where(*matching(determinations, "case_id"), determinations.c.confirmed_by != "")
    .order_by(determinations.c.round.desc())
    .limit(1)
)


def add(work: Work, case: Case, needs: Sequence[SaidNeed]) -> list[str]:
    """Store needs of the case's round, before the case is changed by them; answers their ids."""
    said = {"recorded_by": work.actor.subject, "recorded_at": work.now_text}
    of_case = {"case_id": case.case_id, "version": case.version, "round": case.round}
    added = [as_row(need) | said | of_case | {"need_id": new_id("need"), "place": n} for n, need in enumerate(needs)]
    work.connection.execute(ADD, added)
    return [str(row["need_id"]) for row in added]


def add_answer(work: Work, case: Case, need_id: str, answer: NeedAnswer) -> None:
    """Store how far a need is met. Raises a Fault (NOT_FOUND)."""
    if work.connection.execute(ONE, {"case_id": case.case_id, "need_id": need_id}).first() is None:
        raise own_need_not_found(case.case_id)
    key = {"need_id": need_id, "version": case.version, "answered_by": work.actor.subject}
    work.connection.execute(ADD_ANSWER, as_row(answer) | key)


def own_needs_of(work: Work, case_id: str, after: int, size: int) -> list[OwnNeed]:
    """The needs of a case, in the order in which they were said. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_need(work, dict(row)) for row in rows(work, OF_CASE, case_id, after, size)]


def _need(work: Work, row: Row) -> OwnNeed:
    answers = work.connection.execute(ANSWERS, {"need_id": row["need_id"]}).mappings()
    return OwnNeed(
        row["need_id"],
        row["round"],
        SaidNeed(row["words"], row["outcome"]),
        row["recorded_by"],
        row["recorded_at"],
        tuple(NeedAnswer(each["met"], each["words"], each["answered_on"], each["answered_by"]) for each in answers),
    )


def determined(work: Work, case_id: str) -> Determined | None:
    """What the newest confirmed determination of a case says; None where there is none."""
    found = work.connection.execute(CONFIRMED, {"case_id": case_id}).first()
    return Determined(tuple(json.loads(found.eligible_needs))) if found else None
