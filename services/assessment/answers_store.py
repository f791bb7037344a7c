"""How answers to questionnaires, and combined assessments, are stored. Statements are built once."""

import json
from collections.abc import Iterable
from dataclasses import replace

import msgspec
import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.answers import Answers, Given, View
from services.assessment.domain.case import Case
from services.assessment.domain.combination import Combination, Consent, combination_not_found
from services.assessment.domain.ways_in import Way, sees_all
from services.assessment.tables import answer_sets, combined_consents
from sevensteps.errors import ID, Fault, Kind
from sevensteps.policy.model.question import Answerer
from sevensteps.service import statements
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import Change, as_row, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

_ANSWERS = sa.select(*(column for column in answer_sets.c if column.name != "case_version"))
ANSWERS = _ANSWERS.where(*matching(answer_sets, "case_id", "answers_id"))
NEWEST = _ANSWERS.where(*matching(answer_sets, "case_id")).order_by(answer_sets.c.case_version.desc()).limit(1)
_OF_CASE = _ANSWERS.where(*matching(answer_sets, "case_id")).order_by(answer_sets.c.case_version)
OF_CASE = in_part(_OF_CASE)
ABOUT_FINANCES = in_part(_OF_CASE.where(answer_sets.c.way == Way.FINANCIAL.value))
ADD = answer_sets.insert()
CHANGE = Change(
    answer_sets,
    key=("case_id", "answers_id"),
    version="version",
    columns=("given", "views", "submitted_by", "submitted_at", "shown_to", "shown_on"),
)
ADD_CONSENT = combined_consents.insert()
COMBINATION = (
    sa.select(combined_consents)
    .where(*matching(combined_consents, "combination_id"))
    .order_by(combined_consents.c.place)
)
_COMBINATIONS = sa.select(combined_consents.c.combination_id).where(*matching(combined_consents, "case_id"))
COMBINATIONS_OF_CASE = in_part(_COMBINATIONS.order_by(combined_consents.c.case_version))
NEWEST_COMBINATION = _COMBINATIONS.order_by(combined_consents.c.case_version.desc()).limit(1)
WITHDRAW = (
    combined_consents.update()
    .where(
        combined_consents.c.combination_id == sa.bindparam("the_combination"),
        combined_consents.c.case_id == sa.bindparam("the_case"),
    )
    .values({name: sa.bindparam(name) for name in ("withdrawn_on", "withdrawal_recorded_by")})
)


def add_answers(work: Work, case: Case, answers: Answers) -> None:
    """Store answers that begin, before the case is changed by it."""
    statements.change(work.connection, ADD, _row(answers) | {"case_version": case.version})


def change_answers(work: Work, answers: Answers) -> Answers:
    """Store changed answers, and answer their new version. Raises a Fault (ABORTED) if they were changed meanwhile."""
    CHANGE.write(work, _row(answers), answers.version)
    return replace(answers, version=answers.version + 1)


def answers(work: Work, case_id: str, answers_id: str) -> Answers:
    """Answers of a case. Raises a Fault (NOT_FOUND)."""
    row = statements.first(work.connection, ANSWERS, {"case_id": case_id, "answers_id": answers_id})
    if row is None:
        raise _answers_not_found(case_id, answers_id)
    return _answers(row)


def answers_within(work: Work, combination: Combination, case_id: str, answers_id: str) -> Answers | None:
    """Answers of the case beside this one in a combined assessment; None where there are no such in it."""
    key = {"case_id": combination.other(case_id).case_id, "answers_id": answers_id}
    row = statements.first(work.connection, ANSWERS, key)
    found = _answers(row) if row else None
    return found if found and found.combination_id == combination.combination_id else None


def newest_answers(work: Work, case_id: str) -> Answers:
    """The answers of a case that were begun last. Raises a Fault (NOT_FOUND)."""
    row = statements.first(work.connection, NEWEST, {"case_id": case_id})
    if row is None:
        raise _answers_not_found(case_id, "")
    return _answers(row)


def answers_of(work: Work, case_id: str, after: int, size: int) -> list[Answers]:
    """The answers of a case that the actor may see, in the order of beginning. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    query = OF_CASE if sees_all(work.actor) else ABOUT_FINANCES
    return [_answers(dict(row)) for row in rows(work, query, case_id, after, size)]


def _answers_not_found(case_id: str, answers_id: str) -> Fault:
    named = f" {answers_id}" if ID.fullmatch(answers_id) else ""
    return Fault(
        Kind.NOT_FOUND,
        "ANSWERS_NOT_FOUND",
        f"Case {case_id} has no such answers{named}. BeginAnswers begins some.",
        metadata={"case_id": case_id},
    )


def _row(answers: Answers) -> dict[str, object]:
    return as_row(answers) | {
        "given": msgspec.json.encode(answers.given).decode(),
        "views": msgspec.json.encode(answers.views).decode(),
    }


def _answers(row: Row) -> Answers:
    given = {id_: _given(each) for id_, each in json.loads(row["given"]).items()}
    views = {id_: View(**each) for id_, each in json.loads(row["views"]).items()}
    return Answers(**row | {"way": Way(row["way"]), "given": given, "views": views})


def _given(stored: Row) -> Given:
    return Given(**stored | {"answered_by": Answerer(stored["answered_by"])})


def add_combination(work: Work, cases: Iterable[Case], combination: Combination) -> None:
    """Store a combined assessment, before its cases are changed by it; `cases` are in the order of the consents."""
    recorded = {name: getattr(combination, name) for name in ("combination_id", "recorded_by", "recorded_at")}
    for place, (case, consent) in enumerate(zip(cases, combination.consents, strict=True)):
        row = as_row(consent) | recorded | {"case_version": case.version, "place": place}
        work.connection.execute(ADD_CONSENT, row)


def store_withdrawal(work: Work, combination: Combination, case_id: str) -> None:
    """Store that the person of a case no longer agrees."""
    consent = combination.consent_of(case_id)
    changed = {name: getattr(consent, name) for name in ("withdrawn_on", "withdrawal_recorded_by")}
    key = {"the_combination": combination.combination_id, "the_case": case_id}
    work.connection.execute(WITHDRAW, changed | key)


def combination(work: Work, case_id: str, combination_id: str) -> Combination:
    """A combined assessment of which a case is part. Raises a Fault (NOT_FOUND)."""
    found = _combination(work, combination_id)
    if found is None or all(consent.case_id != case_id for consent in found.consents):
        raise combination_not_found(case_id, combination_id)
    return found


def standing_combination(work: Work, case_id: str) -> Combination | None:
    """The combined assessment of which a case is part while both agree; None where there is none."""
    row = statements.first(work.connection, NEWEST_COMBINATION, {"case_id": case_id})
    found = _combination(work, row["combination_id"]) if row else None
    return found if found and found.stands else None


def combinations_of(work: Work, case_id: str, after: int, size: int) -> list[Combination]:
    """The combined assessments of a case, in the order of recording. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    ids = [row["combination_id"] for row in rows(work, COMBINATIONS_OF_CASE, case_id, after, size)]
    return [found for id_ in ids if (found := _combination(work, id_))]


def _combination(work: Work, combination_id: str) -> Combination | None:
    found = work.connection.execute(COMBINATION, {"combination_id": combination_id}).mappings().all()
    if not found:
        return None
    first, second = (Consent(**{name: row[name] for name in Consent.__dataclass_fields__}) for row in found)
    return Combination(combination_id, (first, second), found[0]["recorded_by"], found[0]["recorded_at"])
