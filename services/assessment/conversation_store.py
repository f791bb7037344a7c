"""Whether the conversation about what matters to the person is on record: what a determination waits for."""

import sqlalchemy as sa

from services.assessment.domain.case import Case
from services.assessment.tables import conversations
from sevensteps.service.records import matching
from sevensteps.service.work import Work

OF_ROUND = sa.select(conversations.c.version).where(*matching(conversations, "case_id", "round")).limit(1)


def is_recorded(work: Work, case: Case) -> bool:
    """Whether a conversation of the case's round was recorded or refused."""
    key = {"case_id": case.case_id, "round": case.round}
    return work.connection.execute(OF_ROUND, key).first() is not None
