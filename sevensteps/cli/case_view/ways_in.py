"""The ways into a case's assessments: which questionnaires were answered, how far that is, and what is combined.

All of it is told by events: what people answered is for those who work with them, and not for the command line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from sevensteps import events as told
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.history import payload_of
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class AnswersTold:
    """Answers to a questionnaire, as far as events tell: how many there are, and what the practitioner says of them."""

    answers_id: str
    round: int
    questionnaire: str
    way: str
    state: str = "begun"
    answered: int = 0
    unanswered: int = 0
    practitioner: str = ""
    agrees: int = 0
    differs: int = 0


def answers_told(events: Sequence[Event]) -> list[AnswersTold]:
    """Every set of answers that a case's events tell of, in the order in which they were begun."""
    found: dict[str, AnswersTold] = {}
    for payload in map(payload_of, events):
        match payload:
            case told.AnswersBegun():
                id_ = payload.answers_id
                found[id_] = AnswersTold(id_, payload.round, payload.questionnaire, payload.way)
            case told.AnswersSaved(answers_id=id_) if id_ in found:
                found[id_] = replace(found[id_], answered=payload.answered)
            case told.AnswersSubmitted(answers_id=id_) if id_ in found:
                done = replace(found[id_], answered=payload.answered, unanswered=payload.unanswered)
                found[id_] = replace(done, state="submitted")
            case told.AnswersShown(answers_id=id_) if id_ in found:
                found[id_] = replace(found[id_], state="shown", practitioner=payload.practitioner)
            case told.AnswersViewed(answers_id=id_) if id_ in found:
                found[id_] = replace(found[id_], state="viewed", agrees=payload.agrees, differs=payload.differs)
    return list(found.values())


def combined_with(events: Sequence[Event]) -> str:
    """The case with which this one's assessment is combined now; empty where there is none."""
    standing: dict[str, str] = {}
    for payload in map(payload_of, events):
        if isinstance(payload, told.AssessmentsCombined):
            standing[payload.combination_id] = payload.with_case_id
        elif isinstance(payload, told.ConsentWithdrawn):
            standing.pop(payload.combination_id, None)
    return next(reversed(standing.values()), "")


def lines_of(events: Sequence[Event]) -> Iterator[str]:
    """Each set of answers in a line, and the combined assessment that stands."""
    for each in answers_told(events):
        about = f"{plain(each.way)}, questionnaire {each.questionnaire}, round {each.round}: {each.answered} answered"
        yield f"{about}, {_state_of(each)}"
    if other := combined_with(events):
        yield f"combined with the assessment of {other}, as both agree"


def _state_of(answers: AnswersTold) -> str:
    match answers.state:
        case "begun":
            return "not submitted"
        case "submitted":
            return f"{answers.unanswered} not; shown to nobody yet"
        case "shown":
            return f"shown to {answers.practitioner}"
        case _:
            return f"{answers.practitioner} agrees with {answers.agrees} and differs on {answers.differs}"


def ways_in_as_json(events: Sequence[Event]) -> dict[str, Json]:
    """The same for programs."""
    return {"answers": [asdict(each) for each in answers_told(events)], "combined_with": combined_with(events) or None}
