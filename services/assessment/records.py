"""What has been recorded in step 1 of a case, read back: each list in the order in which it was recorded."""

import json
from collections.abc import Sequence
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.acts import Act, ActKind
from services.assessment.domain.assessment import SelfAssessment, UrgentSupport
from services.assessment.domain.determination import Determination
from services.assessment.domain.outcome import Advice, Signpost
from services.assessment.domain.recorded import (
    IndicativeBudget,
    RecordedAdvice,
    RecordedSelfAssessment,
    RecordedUrgentSupport,
)
from services.assessment.tables import (
    acts,
    advice,
    determinations,
    indicative_budgets,
    self_assessments,
    urgent_support,
)
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import matching
from sevensteps.service.tables import receipts
from sevensteps.service.work import Work

SELF_ASSESSMENTS = in_part(
    sa.select(self_assessments).where(*matching(self_assessments, "case_id")).order_by(self_assessments.c.version)
)
URGENT_SUPPORT = in_part(
    sa.select(urgent_support).where(*matching(urgent_support, "case_id")).order_by(urgent_support.c.version)
)
DETERMINATIONS = in_part(
    store.DETERMINATION.where(*matching(determinations, "case_id")).order_by(
        *(determinations.c[name] for name in ("version", "round", "proposed_at", "determination_id"))
    )
)
"""Those of 0.1.0 all have the version 0."""
INDICATIVE_BUDGETS = in_part(
    sa.select(indicative_budgets, receipts.c.decided_at)
    .join_from(indicative_budgets, receipts)
    .where(*matching(indicative_budgets, "case_id"))
    .order_by(indicative_budgets.c.round)
)
ACTS = in_part(sa.select(acts).where(*matching(acts, "case_id")).order_by(acts.c.version))
ADVICE = in_part(sa.select(advice).where(*matching(advice, "case_id")).order_by(advice.c.round))


def self_assessments_of(work: Work, case_id: str, after: int, size: int) -> list[RecordedSelfAssessment]:
    """The self-assessments of a case, in the person's own words."""
    return [
        RecordedSelfAssessment(
            row["round"], SelfAssessment(row["help"], row["own_words"]), row["recorded_by"], row["recorded_at"]
        )
        for row in _rows(work, SELF_ASSESSMENTS, case_id, after, size)
    ]


def urgent_support_of(work: Work, case_id: str, after: int, size: int) -> list[RecordedUrgentSupport]:
    """The urgent support of a case."""
    return [
        RecordedUrgentSupport(
            UrgentSupport(tuple(json.loads(row["needs"])), Decimal(row["weekly"]), row["starts_on"], row["because"]),
            row["recorded_by"],
            row["recorded_at"],
            row["folded_into"],
        )
        for row in _rows(work, URGENT_SUPPORT, case_id, after, size)
    ]


def determinations_of(work: Work, case_id: str, after: int, size: int) -> list[Determination]:
    """Every determination of a case, of every round."""
    return [store.determination_of(work, row) for row in _rows(work, DETERMINATIONS, case_id, after, size)]


def indicative_budgets_of(work: Work, case_id: str, after: int, size: int) -> list[IndicativeBudget]:
    """The indicative budgets of a case, one a round."""
    return [
        IndicativeBudget(
            row["round"],
            row["points"],
            Decimal(row["weekly"]),
            row["receipt_id"],
            row["given_by"],
            row["decided_at"],
        )
        for row in _rows(work, INDICATIVE_BUDGETS, case_id, after, size)
    ]


def advice_of(work: Work, case_id: str, after: int, size: int) -> list[RecordedAdvice]:
    """The advice that was given in a case, one a round."""
    return [
        RecordedAdvice(
            row["round"],
            Advice(
                row["written_reasons"],
                row["advice"],
                row["how_to_ask_again"],
                msgspec.json.decode(row["options"], type=tuple[str, ...]),
                msgspec.json.decode(row["signposts"], type=tuple[Signpost, ...]),
            ),
            row["given_by"],
        )
        for row in _rows(work, ADVICE, case_id, after, size)
    ]


def acts_of(work: Work, case_id: str, after: int, size: int) -> list[Act]:
    """What was done to a case as a whole."""
    return [
        Act(ActKind(row["kind"]), row["acted_at"], row["acted_by"], row["reason"], row["because"])
        for row in _rows(work, ACTS, case_id, after, size)
    ]


def _rows(
    work: Work, query: sa.Select[tuple[object, ...]], case_id: str, after: int, size: int
) -> Sequence[sa.RowMapping]:
    """Rows of a list. Raises a Fault (NOT_FOUND) for a case that the actor may not see."""
    store.case(work, case_id)
    return rows(work, query, case_id, after, size)
