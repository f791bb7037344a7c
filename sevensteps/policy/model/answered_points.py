"""The points that answers come to, for the indicative budget: every one of them with the answer that gave it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sevensteps.policy.model.answered import Answered, Standing
from sevensteps.policy.model.question import Question, QuestionType
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class PointsGiven:
    """The points that one answer gives, and which options they come from; of a yes, none."""

    question: str
    section: str
    options: tuple[str, ...]
    points: int


@dataclass(frozen=True, slots=True)
class Points:
    """What answers come to.

    `informal` are the points of each section that family and friends meet and are willing to go on meeting. `open` are
    the questions without an answer yet that may give points, so that the total is not final.
    """

    given: tuple[PointsGiven, ...]
    informal: Mapping[str, int]
    open: tuple[str, ...]

    @property
    def total(self) -> int:
        """All points, before what family and friends meet."""
        return sum(each.points for each in self.given)

    @property
    def of_sections(self) -> Mapping[str, int]:
        """The points of each section that gives any."""
        sections = dict.fromkeys((each.section for each in self.given), 0)
        for each in self.given:
            sections[each.section] += each.points
        return sections

    @property
    def facts(self) -> dict[str, Json]:
        """The facts of the decision `indicative-budget`; the points are left out while they are not final."""
        informal: list[Json] = [
            {"id": section, "points": points} for section, points in self.informal.items() if points
        ]
        return {"informal_support": informal, **({} if self.open else {"points": self.total})}


def points_of(answered: Answered) -> Points:
    """The points of the answers that count now.

    Of a share of a section's points that others meet, a part of a point is left out: in the favour of the person.
    """
    given = tuple(_given(answered))
    of_sections = Points(given, {}, ()).of_sections
    informal: dict[str, int] = {}
    for question in answered.questionnaire.questions:
        answer = answered.counted(question)
        if question.informal_for and answer is not None:
            share = sum(option.share for option in question.chosen(answer))
            informal[question.informal_for] = of_sections.get(question.informal_for, 0) * share // 100
    return Points(given, informal, tuple(_open(answered)))


def _given(answered: Answered) -> Iterator[PointsGiven]:
    for question in answered.questionnaire.questions:
        answer = answered.counted(question)
        if answer is None or not may_give_points(question):
            continue
        chosen = question.chosen(answer)
        yes = question.points if question.type is QuestionType.YES_NO and answer is True else 0
        points = yes + sum(option.points for option in chosen)
        if points:
            yield PointsGiven(question.id, question.section, tuple(option.id for option in chosen), points)


def may_give_points(question: Question) -> bool:
    """Whether some answer to a question gives points."""
    return bool(question.points) or any(option.points for option in question.options)


def _open(answered: Answered) -> Iterator[str]:
    for question in answered.questionnaire.questions:
        counts = may_give_points(question) or question.informal_for
        if counts and answered.standings[question.id] in (Standing.OPEN, Standing.WAITING):
            yield question.id
