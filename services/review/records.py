"""What was spent, called for and reviewed in a case, read back: each list in the order in which it was recorded."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from services.review import store
from services.review.domain.life import Review, ReviewReason
from services.review.domain.recorded import RecordedJudgement, RecordedReview, RecordedSpend, ReviewCall
from services.review.domain.spending import Checked, Judgement, Spend, SpendJudgement
from services.review.tables import calls, judgements, lives, reviews, spending
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import matching
from sevensteps.service.work import Work
from sevensteps.steps import ReviewOutcome

SPENDING = in_part(
    sa.select(spending, store.CORRECTIONS.c.spend_id.label("corrected_by"))
    .join_from(spending, store.CORRECTIONS, store.CORRECTIONS.c.corrects == spending.c.spend_id, isouter=True)
    .where(*matching(spending, "case_id"))
    .order_by(spending.c.version, spending.c.recorded_at, spending.c.spend_id)
)
JUDGEMENTS = (
    sa.select(judgements)
    .where(judgements.c.spend_id.in_(sa.bindparam("spend_ids", expanding=True)))
    .order_by(judgements.c.version)
)
CALLS = in_part(
    sa.select(calls).where(*matching(calls, "case_id")).order_by(calls.c.version, calls.c.called_at, calls.c.call_id)
)
REVIEWS = in_part(
    sa.select(reviews, lives.c.plan_version, lives.c.reason)
    .join_from(reviews, lives)
    .where(*matching(reviews, "case_id"))
    .order_by(reviews.c.round)
)


def spending_of(work: Work, case_id: str, after: int, size: int) -> list[RecordedSpend]:
    """The money spent in a case, with what was judged of it."""
    found = _rows(work, SPENDING, case_id, after, size)
    judged = _judgements_on(work, [row["spend_id"] for row in found])
    return [
        RecordedSpend(
            spend_id=row["spend_id"],
            round=row["round"],
            spend=Spend(row["line_id"], Decimal(row["amount"]), row["spent_on"], row["evidence"]),
            checked=Checked(row["plan_version"], row["verdict"], row["receipt_id"]),
            recorded_by=row["recorded_by"],
            recorded_at=row["recorded_at"],
            judgements=tuple(judged.get(row["spend_id"], ())),
            corrects=row["corrects"] or "",
            corrected_by=row["corrected_by"] or "",
            because=row["because"] or "",
        )
        for row in found
    ]


def _judgements_on(work: Work, spend_ids: Sequence[str]) -> Mapping[str, Sequence[RecordedJudgement]]:
    """What was judged of some spends, by their ids, the first judgement first."""
    judged: dict[str, list[RecordedJudgement]] = defaultdict(list)
    for row in work.connection.execute(JUDGEMENTS, {"spend_ids": spend_ids}):
        judgement = Judgement(row.spend_id, SpendJudgement(row.judgement), row.because)
        judged[row.spend_id].append(RecordedJudgement(judgement, row.judged_by, row.judged_at))
    return judged


def calls_of(work: Work, case_id: str, after: int, size: int) -> list[ReviewCall]:
    """What called for reviews of a case."""
    return [
        ReviewCall(
            row["round"], row["trigger"], row["because"], row["after_review"], row["called_by"], row["called_at"]
        )
        for row in _rows(work, CALLS, case_id, after, size)
    ]


def reviews_of(work: Work, case_id: str, after: int, size: int) -> list[RecordedReview]:
    """The reviews of a case that were completed, one a round."""
    return [_review(row) for row in _rows(work, REVIEWS, case_id, after, size)]


def _review(row: sa.RowMapping) -> RecordedReview:
    outcome = ReviewOutcome(row["outcome"])
    return RecordedReview(
        round=row["round"],
        plan_version=row["plan_version"],
        reason=ReviewReason(row["reason"]) if row["reason"] else None,
        review=Review(json.loads(row["achieved"]), row["how_it_worked"], row["money_used_properly"], outcome),
        completed_by=row["completed_by"],
        completed_on=row["completed_on"],
    )


def _rows(
    work: Work, query: sa.Select[tuple[object, ...]], case_id: str, after: int, size: int
) -> Sequence[sa.RowMapping]:
    """Rows of a list. Raises a Fault (NOT_FOUND) for a case that the actor may not see."""
    store.life(work, case_id)
    return rows(work, query, case_id, after, size)
