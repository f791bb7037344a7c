"""The conversation about what matters to the person, before anything is decided. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.assessment.domain.case import Case
from sevensteps.errors import Fault, Kind


@dataclass(frozen=True, slots=True)
class LivingGoal:
    """What somebody wants in one part of their life, by its short name, to live independently."""

    area: str
    goal: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the person said, in their own words; or why they did not want the conversation.

    They are best placed to judge their own wellbeing (Care Act 2014 s.1(3)(a)); the assessment has to have regard to
    the outcomes that they want (s.9(4)(b)) and to their strengths (s.9(6)). `language` is a language tag.
    """

    held_on: date
    what_matters: str = ""
    wishes: str = ""
    strengths: str = ""
    preferences: str = ""
    aspirations: str = ""
    wanted_outcomes: Sequence[str] = ()
    living_goals: Sequence[LivingGoal] = ()
    communication_needs: str = ""
    formats: Sequence[str] = ()
    language: str = ""
    refused_because: str = ""


@dataclass(frozen=True, slots=True)
class RecordedConversation:
    """A conversation of an assessment round, had or refused, with who recorded it, and when."""

    round: int
    conversation: Conversation
    recorded_by: str
    recorded_at: str


def ensure_conversation(case: Case, *, recorded: bool) -> None:
    """Raise a Fault while the conversation of the round is neither recorded nor refused: it comes before decisions."""
    if not recorded:
        raise Fault(
            Kind.PRECONDITION,
            "CONVERSATION_MISSING",
            "What matters to the person is not on record in this round. Call RecordConversation, or RefuseConversation "
            "where they do not want to talk about it; then confirm the determination.",
            metadata={"case_id": case.case_id},
        )
