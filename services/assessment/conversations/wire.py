"""Conversations between the wire and the domain."""

import re
from collections.abc import Iterator
from datetime import date

from services.assessment.domain.conversation import Conversation, LivingGoal, RecordedConversation
from services.assessment.domain.own_needs import Determined, NeedAnswer, OwnNeed, SaidNeed
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import conversation_pb2 as pb
from sevensteps.fields import Fields, moment, number_of
from sevensteps.steps import OUTCOMES

MOST_NEEDS = 50
"""The most needs that somebody says at once."""
MOST_OUTCOMES = 50
"""The most outcomes that somebody names in one conversation."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", re.ASCII)
"""A language, where it matters its script, and its country (BCP 47)."""


def conversation_of(request: pb.RecordConversationRequest, fields: Fields) -> Conversation:
    """What was said in a conversation."""
    return Conversation(
        held_on=_day("held_on", request.held_on, fields),
        what_matters=fields.text("what_matters", request.what_matters),
        wishes=fields.text("wishes", request.wishes, may_be_empty=True),
        strengths=fields.text("strengths", request.strengths, may_be_empty=True),
        preferences=fields.text("preferences", request.preferences, may_be_empty=True),
        aspirations=fields.text("aspirations", request.aspirations, may_be_empty=True),
        wanted_outcomes=_wanted_outcomes(request, fields),
        living_goals=tuple(_living_goals(request, fields)),
        communication_needs=fields.text("communication_needs", request.communication_needs, may_be_empty=True),
        formats=tuple(_formats(request, fields)),
        language=_language(request.language, fields),
    )


def refusal_of(request: pb.RefuseConversationRequest, fields: Fields) -> Conversation:
    """That the conversation was not wanted."""
    return Conversation(
        held_on=_day("refused_on", request.refused_on, fields),
        refused_because=fields.text("because", request.because, limit=LONGEST_REASON),
    )


def _day(path: str, written: str, fields: Fields) -> date:
    today = clock.today()
    return fields.day(path, written, earliest=clock.in_years(-1), latest=today) if written else today


def _wanted_outcomes(request: pb.RecordConversationRequest, fields: Fields) -> tuple[str, ...]:
    if len(request.wanted_outcomes) > MOST_OUTCOMES:
        fields.wrong("wanted_outcomes", f"must be at most {MOST_OUTCOMES}")
    for index, outcome in enumerate(request.wanted_outcomes):
        fields.text(f"wanted_outcomes[{index}]", outcome, limit=LONGEST_REASON)
    return tuple(request.wanted_outcomes)


def _living_goals(request: pb.RecordConversationRequest, fields: Fields) -> Iterator[LivingGoal]:
    seen: set[str] = set()
    for index, goal in enumerate(request.living_goals):
        path = f"living_goals[{index}]"
        area = fields.choice(f"{path}.area", goal.area, pb.LivingGoalArea)
        if area in seen:
            fields.wrong(f"{path}.area", "must not be named twice: put all that is wanted in one part of life together")
        seen.add(area)
        yield LivingGoal(area, fields.text(f"{path}.goal", goal.goal, limit=LONGEST_REASON))


def _formats(request: pb.RecordConversationRequest, fields: Fields) -> Iterator[str]:
    seen: set[str] = set()
    for index, number in enumerate(request.formats):
        name = fields.choice(f"formats[{index}]", number, pb.CommunicationFormat)
        if name in seen:
            fields.wrong(f"formats[{index}]", "must not be named twice")
        seen.add(name)
        yield name


def _language(tag: str, fields: Fields) -> str:
    if tag and not LANGUAGE.fullmatch(tag):
        fields.wrong("language", "must be a language tag such as en, cy or pt-BR")
    return tag


def conversation_message(recorded: RecordedConversation) -> pb.Conversation:
    """A conversation as it goes on the wire."""
    said = recorded.conversation
    return pb.Conversation(
        round=recorded.round,
        held_on=said.held_on.isoformat(),
        what_matters=said.what_matters,
        wishes=said.wishes,
        strengths=said.strengths,
        preferences=said.preferences,
        aspirations=said.aspirations,
        wanted_outcomes=said.wanted_outcomes,
        living_goals=[
            pb.LivingGoal(area=number_of(pb.LivingGoalArea, goal.area), goal=goal.goal) for goal in said.living_goals
        ],
        communication_needs=said.communication_needs,
        formats=[number_of(pb.CommunicationFormat, each) for each in said.formats],
        language=said.language,
        refused_because=said.refused_because,
        recorded_by=recorded.recorded_by,
        recorded_at=moment(recorded.recorded_at),
    )


def needs_of(request: pb.SayNeedsRequest, fields: Fields) -> tuple[SaidNeed, ...]:
    """Needs that the person says."""
    if not 1 <= len(request.needs) <= MOST_NEEDS:
        fields.wrong("needs", f"must be 1 to {MOST_NEEDS}")
    return tuple(_need_of(f"needs[{index}]", need, fields) for index, need in enumerate(request.needs))


def _need_of(path: str, need: pb.SaidNeed, fields: Fields) -> SaidNeed:
    if need.outcome:
        fields.among(f"{path}.outcome", need.outcome, OUTCOMES)
    return SaidNeed(fields.text(f"{path}.words", need.words, limit=LONGEST_REASON), need.outcome)


def answer_of(request: pb.AnswerOwnNeedRequest, fields: Fields) -> NeedAnswer:
    """How far a need is met."""
    fields.given("need_id", request.need_id)
    return NeedAnswer(
        met=fields.choice("met", request.met, pb.OwnNeedMet),
        words=fields.text("words", request.words, limit=LONGEST_REASON, may_be_empty=True),
        answered_on=_day("answered_on", request.answered_on, fields),
    )


def own_need_message(by: Determined | None, need: OwnNeed) -> pb.OwnNeed:
    """One of the person's own needs as it goes on the wire, with what is determined of it."""
    return pb.OwnNeed(
        need_id=need.need_id,
        round=need.round,
        words=need.need.words,
        outcome=need.need.outcome,
        determined=number_of(pb.NeedDetermined, need.determined(by)),
        answers=[
            pb.OwnNeedAnswer(
                met=number_of(pb.OwnNeedMet, answer.met),
                words=answer.words,
                answered_on=answer.answered_on.isoformat(),
                answered_by=answer.answered_by,
            )
            for answer in need.answers
        ],
        recorded_by=need.recorded_by,
        recorded_at=moment(need.recorded_at),
    )
