"""What is read of a round to compare it with another."""

from decimal import Decimal

import sqlalchemy as sa

from services.assessment.tables import indicative_budgets
from sevensteps.service.records import matching
from sevensteps.service.work import Work

BUDGET = sa.select(indicative_budgets.c.points, indicative_budgets.c.weekly).where(
    *matching(indicative_budgets, "case_id", "round")
)


def budget_of_round(work: Work, case_id: str, round_: int) -> tuple[int | None, Decimal | None]:
    """The points and the pounds a week of the indicative budget of a round; None of both where none was given."""
    row = work.connection.execute(BUDGET, {"case_id": case_id, "round": round_}).first()
    return (row.points, Decimal(row.weekly)) if row else (None, None)
