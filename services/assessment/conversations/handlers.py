"""The use cases of the conversation about what matters to the person, one function each."""

from collections.abc import Sequence

from services.assessment import store
from services.assessment.conversations import needs_store
from services.assessment.conversations import store as conversation_store
from services.assessment.domain.case import Case
from services.assessment.domain.conversation import Conversation
from services.assessment.domain.own_needs import NeedAnswer, SaidNeed
from sevensteps.events import ConversationRecorded, ConversationRefused, OwnNeedAnswered, OwnNeedsRecorded
from sevensteps.service.work import Work


def record_conversation(work: Work, *, case_id: str, etag: str, conversation: Conversation) -> Case:
    """Record what the person said, in any step: a determination of the round may then be confirmed."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    conversation_store.add(work, case, conversation)
    event = ConversationRecorded(
        round=case.round,
        held_on=conversation.held_on.isoformat(),
        living_goals=[goal.area for goal in conversation.living_goals],
        formats=list(conversation.formats),
    )
    return store.change_case(work, case, event)


def refuse_conversation(work: Work, *, case_id: str, etag: str, refusal: Conversation) -> Case:
    """Record that the person does not want the conversation, so that the assessment can go on without it."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    conversation_store.add(work, case, refusal)
    event = ConversationRefused(round=case.round, refused_on=refusal.held_on.isoformat())
    return store.change_case(work, case, event)


def say_needs(work: Work, *, case_id: str, etag: str, needs: Sequence[SaidNeed]) -> tuple[list[str], Case]:
    """Add to the person's own list of needs, and answer the ids of what is new."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    need_ids = needs_store.add(work, case, needs)
    outcomes = sorted({need.outcome for need in needs if need.outcome})
    return need_ids, store.change_case(work, case, OwnNeedsRecorded(case.round, len(needs), outcomes))


def answer_own_need(work: Work, *, case_id: str, etag: str, need_id: str, answer: NeedAnswer) -> Case:
    """Record how far one of the person's own needs is met, as they find."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    needs_store.add_answer(work, case, need_id, answer)
    event = OwnNeedAnswered(need_id, answer.met, answer.answered_on.isoformat())
    return store.change_case(work, case, event)
