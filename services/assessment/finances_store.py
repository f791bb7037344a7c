"""How financial assessments are stored, and which one stands. Statements are built once."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.finances import (
    Assessing,
    FinancesReason,
    FinancesWay,
    FinancialAssessment,
    Judged,
    not_assessed,
)
from services.assessment.domain.means import CountedService, Means
from services.assessment.tables import OPEN, STANDING, cases, financial_assessments
from sevensteps.budget_numbers import Charge
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import matching
from sevensteps.service.work import Work

ASSESSMENT = sa.select(financial_assessments, cases.c.kind).join_from(financial_assessments, cases)
OF_CASE = ASSESSMENT.where(financial_assessments.c.case_id == sa.bindparam("case_id")).order_by(
    financial_assessments.c.number
)
IN_PART = in_part(OF_CASE)
NEWEST = ASSESSMENT.where(*matching(financial_assessments, "case_id")).order_by(financial_assessments.c.number.desc())
ONE = ASSESSMENT.where(*matching(financial_assessments, "case_id", "financial_assessment_id"))
STANDS = ASSESSMENT.where(*matching(financial_assessments, "case_id"), STANDING)
ADD = financial_assessments.insert()
NO_LONGER = (
    financial_assessments.update()
    .where(financial_assessments.c.case_id == sa.bindparam("the_case"), STANDING)
    .values(standing=False)
)
JUDGE = (
    financial_assessments.update()
    .where(financial_assessments.c.financial_assessment_id == sa.bindparam("the_assessment"))
    .values(judged=sa.bindparam("judged"), standing=True)
)


def add(work: Work, case: Case, assessment: FinancialAssessment) -> None:
    """Store a new assessment, before the case is changed by it. One that is settled stands in the place of the last."""
    if assessment.standing:
        work.connection.execute(NO_LONGER, {"the_case": case.case_id})
    assessing = assessment.assessing
    row = {
        "financial_assessment_id": assessment.financial_assessment_id,
        "case_id": case.case_id,
        "version": case.version,
        "number": assessment.number,
        "way": assessing.way.value,
        "reason": assessing.reason.value,
        "assessed_on": assessing.assessed_on,
        "consent": assessing.consent,
        "means": _json(assessing.means) if assessing.means else None,
        "answers_id": assessing.answers_id,
        "services": _json(assessing.services),
        "receipt_id": assessment.receipt_id,
        "receipt_digest": work.new_digest(assessment.receipt_id),
        "verdict": assessment.charge.verdict,
        "assessed_by": assessment.assessed_by,
        "recorded_at": assessment.recorded_at,
        "charge": _json(assessment.charge),
        "judged": None,
        "standing": assessment.standing,
    }
    work.connection.execute(ADD, row)


def judge(work: Work, assessment: FinancialAssessment) -> None:
    """Store what somebody judged: the assessment stands from now on."""
    work.connection.execute(NO_LONGER, {"the_case": assessment.case_id})
    judged = {"the_assessment": assessment.financial_assessment_id, "judged": _json(assessment.judged)}
    work.connection.execute(JUDGE, judged)


def newest(work: Work, case_id: str) -> FinancialAssessment | None:
    """The last one of a case, settled or not; None before the first."""
    return _first(work, NEWEST.limit(1), case_id=case_id)


def standing(work: Work, case_id: str) -> FinancialAssessment | None:
    """The one of a case that stands; None while none does."""
    return _first(work, STANDS, case_id=case_id)


def assessment_of(work: Work, case_id: str, financial_assessment_id: str) -> FinancialAssessment:
    """One of a case by its id, or the one that stands. Raises a Fault (NOT_FOUND)."""
    if not financial_assessment_id:
        found = standing(work, case_id)
    else:
        found = _first(work, ONE, case_id=case_id, financial_assessment_id=financial_assessment_id)
    if found is None:
        raise not_assessed(case_id)
    return found


def assessments_of(work: Work, case_id: str, after: int, size: int) -> list[FinancialAssessment]:
    """The financial assessments of a case, in order. Raises a Fault (NOT_FOUND) for a case that is not the actor's."""
    store.case(work, case_id)
    return [_assessment(row) for row in rows(work, IN_PART, case_id, after, size)]


def standing_after(work: Work, position: int, size: int) -> Sequence[tuple[int, str, FinancialAssessment]]:
    """Those that stand in open cases of the actor's council, case by case after a place in their order.

    With the place of each, and its council.
    """
    query = (
        sa.select(financial_assessments, cases.c.kind, cases.c.position, cases.c.council)
        .join_from(financial_assessments, cases)
        .where(STANDING, OPEN, cases.c.position > position, *work.own(cases.c.council))
        .order_by(cases.c.position)
        .limit(size)
    )
    found = work.connection.execute(query).mappings().all()
    return [(row["position"], row["council"], _assessment(row)) for row in found]


def _first(work: Work, query: sa.Select[tuple[object, ...]], **key: object) -> FinancialAssessment | None:
    row = work.connection.execute(query, key).mappings().first()
    return _assessment(row) if row else None


def _assessment(row: sa.RowMapping) -> FinancialAssessment:
    judged, means = row["judged"], row["means"]
    assessing = Assessing(
        way=FinancesWay(row["way"]),
        reason=FinancesReason(row["reason"]),
        assessed_on=row["assessed_on"],
        consent=row["consent"],
        means=msgspec.json.decode(means, type=Means) if means else None,
        answers_id=row["answers_id"],
        services=msgspec.json.decode(row["services"], type=tuple[CountedService, ...]),
    )
    return FinancialAssessment(
        financial_assessment_id=row["financial_assessment_id"],
        case_id=row["case_id"],
        kind=row["kind"],
        number=row["number"],
        assessing=assessing,
        charge=msgspec.json.decode(row["charge"], type=Charge),
        receipt_id=row["receipt_id"],
        assessed_by=row["assessed_by"],
        recorded_at=row["recorded_at"],
        standing=row["standing"],
        judged=msgspec.json.decode(judged, type=Judged) if judged else None,
    )


def _json(value: Means | Charge | Judged | tuple[CountedService, ...] | None) -> str:
    return msgspec.json.encode(value).decode()
