"""How conversations are stored. Statements are built once."""

import msgspec
import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.conversation import Conversation, LivingGoal, RecordedConversation
from services.assessment.tables import conversations
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

ADD = conversations.insert()
OF_CASE = in_part(sa.select(conversations).where(*matching(conversations, "case_id")).order_by(conversations.c.version))
LISTS = ("wanted_outcomes", "living_goals", "formats")
"""What is stored as JSON."""


def add(work: Work, case: Case, conversation: Conversation) -> None:
    """Store a conversation of the case's round, before the case is changed by it."""
    row = as_row(conversation)
    lists = {name: msgspec.json.encode(row[name]).decode() for name in LISTS}
    key = {"case_id": case.case_id, "version": case.version, "round": case.round}
    recorded = {"recorded_by": work.actor.subject, "recorded_at": work.now_text}
    work.connection.execute(ADD, row | lists | key | recorded)


def conversations_of(work: Work, case_id: str, after: int, size: int) -> list[RecordedConversation]:
    """The conversations of a case, in the order in which they were recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_recorded(dict(row)) for row in rows(work, OF_CASE, case_id, after, size)]


def _recorded(row: Row) -> RecordedConversation:
    values = {name: row[name] for name in Conversation.__dataclass_fields__}
    for name in ("wanted_outcomes", "formats"):
        values[name] = msgspec.json.decode(values[name], type=tuple[str, ...])
    values["living_goals"] = msgspec.json.decode(values["living_goals"], type=tuple[LivingGoal, ...])
    return RecordedConversation(row["round"], Conversation(**values), row["recorded_by"], row["recorded_at"])
