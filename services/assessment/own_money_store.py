"""Whether the person plans with their own money, as the steps after the determination have to know."""

import sqlalchemy as sa

from services.assessment.domain.case import Case
from services.assessment.tables import own_money
from sevensteps.service import statements
from sevensteps.service.records import matching
from sevensteps.service.work import Work

CHOSEN = sa.select(own_money.c.case_id).where(*matching(own_money, "case_id", "round"))


def plans_with_own_money(work: Work, case: Case) -> bool:
    """Whether the person plans with their own money in the round of the case."""
    key = {"case_id": case.case_id, "round": case.round}
    return statements.first(work.connection, CHOSEN, key) is not None
