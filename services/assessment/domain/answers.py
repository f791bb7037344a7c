"""Answers to a questionnaire, and what a practitioner says of each: both stand, side by side. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from services.assessment.domain.ways_in import Way
from sevensteps.errors import Fault, Kind, Violation, invalid, stage_order
from sevensteps.policy.model.answered import Answered, refused_answers
from sevensteps.policy.model.question import Answerer, Question
from sevensteps.policy.model.questionnaire import Questionnaire
from sevensteps.policy.model.verdict import Json


class AnswersState(StrEnum):
    """How far answers have come."""

    BEGUN = "begun"
    SUBMITTED = "submitted"
    SHOWN = "shown"
    VIEWED = "viewed"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: who gave it, who saved it and when."""

    answer: Json
    answered_by: Answerer
    saved_by: str
    saved_at: str


@dataclass(frozen=True, slots=True)
class View:
    """What the practitioner says of a question: agrees, or finds something else (None: it is not known), and why."""

    agrees: bool
    answer: Json
    because: str
    viewed_by: str
    viewed_at: str


@dataclass(frozen=True, slots=True)
class Saving:
    """What somebody saves: answers by the id of their question, and the questions whose answers are taken back."""

    answered_by: Answerer
    given: Mapping[str, Json]
    taken_back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a practitioner finds instead of an answer, and why; None where it is not known."""

    answer: Json
    because: str


@dataclass(frozen=True, slots=True)
class Viewing:
    """What a practitioner says of answers; with `agrees_with_rest` they agree with all of which they said nothing."""

    agrees: tuple[str, ...]
    disagrees: Mapping[str, Found]
    agrees_with_rest: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to a questionnaire of one version of the pack (`pack`, its hash), begun in one round of a case.

    `wished`: the person wishes to assess themselves and has the capacity to. `helper` is the council's own reference of
    who helps; `because` is why a short assessment is enough. `version` counts their changes.
    """

    answers_id: str
    case_id: str
    round: int
    questionnaire: str
    pack: str
    way: Way
    wished: bool
    helper: str
    because: str
    combination_id: str
    based_on: str
    begun_by: str
    begun_at: str
    version: int
    given: Mapping[str, Given]
    views: Mapping[str, View]
    submitted_by: str = ""
    submitted_at: str = ""
    shown_to: str = ""
    shown_on: date | None = None

    @property
    def answers(self) -> dict[str, Json]:
        """What people answered, by the id of the question."""
        return {id_: given.answer for id_, given in self.given.items()}

    @property
    def viewed(self) -> dict[str, Json]:
        """The answers as the practitioner views them: where they found otherwise, theirs."""
        found = {id_: view.answer for id_, view in self.views.items() if not view.agrees}
        return {id_: answer for id_, answer in {**self.answers, **found}.items() if answer is not None}

    def unviewed(self, answered: Answered) -> list[str]:
        """The answers that count, were not given by a practitioner, and of which the practitioner has said nothing."""
        return [
            question.id
            for question in answered.asked
            if (given := self.given.get(question.id)) is not None
            and given.answered_by is not Answerer.PRACTITIONER
            and question.id not in self.views
        ]

    def state(self, answered: Answered) -> AnswersState:
        """How far they have come; `answered` is how the questions stand with them."""
        if not self.submitted_by:
            return AnswersState.BEGUN
        if not self.shown_to:
            return AnswersState.SUBMITTED
        return AnswersState.SHOWN if self.unviewed(answered) else AnswersState.VIEWED

    def save(self, questionnaire: Questionnaire, saving: Saving, *, by: str, at: str) -> Self:
        """The answers with what somebody saves. Raises a Fault with each field that is wrong."""
        if self.submitted_by:
            raise Fault(
                Kind.PRECONDITION,
                "ANSWERS_SUBMITTED",
                "These answers are submitted, and stay as they are. To change them, BeginAnswers with based_on: the "
                "new ones begin with what these say.",
                metadata={"case_id": self.case_id, "answers_id": self.answers_id},
            )
        taken = _taken_back(self, saving)
        kept = {id_: given for id_, given in self.given.items() if id_ not in taken}
        changed: dict[str, Json] = {**saving.given, **dict.fromkeys(taken)}
        _refuse("given", refused_answers(questionnaire, changed, self.answers, [saving.answered_by]), taken)
        given = {id_: Given(answer, saving.answered_by, by, at) for id_, answer in saving.given.items()}
        return replace(self, given={**kept, **given})

    def submit(self, *, by: str, at: str) -> Self:
        """The answers, done. Raises a Fault where they are so already, or nothing is answered."""
        if self.submitted_by:
            raise stage_order("These answers are submitted already.", self.case_id)
        if not self.given:
            raise stage_order("SaveAnswers must come first: nothing is answered yet.", self.case_id)
        return replace(self, submitted_by=by, submitted_at=at)

    def show(self, practitioner: str, on: date, *, submitted_on: date) -> Self:
        """The answers, shown to a practitioner. Shown to somebody else, they are theirs to view from then on.

        Raises a Fault where they are not submitted, and where another has viewed some of them already.
        """
        if not self.submitted_by:
            raise stage_order("SubmitAnswers must come first.", self.case_id)
        if self.views and practitioner != self.shown_to:
            raise stage_order(
                f"{self.shown_to} has viewed some of these answers already, and has to go on.", self.case_id
            )
        if on < submitted_on:
            raise invalid(Violation("shown_on", f"must be a day from {submitted_on}, when they were submitted"))
        return replace(self, shown_to=practitioner, shown_on=on)

    def view(self, questionnaire: Questionnaire, viewing: Viewing, *, by: str, at: str) -> Self:
        """The answers with what the practitioner says of them. Raises a Fault with each field that is wrong."""
        self._ensure_may_view(by)
        found = {id_: each.answer for id_, each in viewing.disagrees.items()}
        refused = refused_answers(questionnaire, found, self.viewed, frozenset(Answerer))
        _refuse("disagrees", refused, inside=".answer")
        self._refuse_agreement(viewing)
        rest = self.unviewed(Answered.of(questionnaire, self.answers)) if viewing.agrees_with_rest else ()
        agreed = {id_: View(True, None, "", by, at) for id_ in (*viewing.agrees, *rest) if id_ not in viewing.disagrees}
        others = {id_: View(False, each.answer, each.because, by, at) for id_, each in viewing.disagrees.items()}
        return replace(self, views={**self.views, **agreed, **others})

    def _ensure_may_view(self, by: str) -> None:
        if not self.shown_to:
            raise stage_order("ShowAnswers must come first: it says which practitioner views them.", self.case_id)
        if by != self.shown_to:
            raise Fault(
                Kind.DENIED,
                "SHOWN_TO_ANOTHER",
                f"These answers were shown to {self.shown_to}, who says what they think of them. ShowAnswers to "
                "somebody else first if they are away.",
                metadata={"case_id": self.case_id, "answers_id": self.answers_id},
            )

    def _refuse_agreement(self, viewing: Viewing) -> None:
        violations = []
        for number, id_ in enumerate(viewing.agrees):
            if id_ in viewing.disagrees:
                violations.append(Violation(f"agrees[{number}]", "must not be among disagrees too"))
            elif id_ not in self.given:
                violations.append(Violation(f"agrees[{number}]", "must be a question that was answered"))
        violations += [
            Violation(f"disagrees[{id_}].answer", "must be given where nobody has answered the question")
            for id_, found in viewing.disagrees.items()
            if found.answer is None and id_ not in self.given
        ]
        if violations:
            raise invalid(*violations)

    def ensure_viewed(self, questionnaire: Questionnaire) -> None:
        """Raise a Fault (PRECONDITION) unless a determination can be made of them."""
        if not self.submitted_by:
            raise stage_order("SubmitAnswers must come first: these answers are still being given.", self.case_id)
        unviewed = self.unviewed(Answered.of(questionnaire, self.answers))
        if unviewed:
            raise Fault(
                Kind.PRECONDITION,
                "ANSWERS_NOT_VIEWED",
                f"The council determines, and not a form: {len(unviewed)} answers that others than a practitioner gave "
                "are not viewed. ShowAnswers to a practitioner, who says in ViewAnswers with which they agree.",
                metadata={"case_id": self.case_id, "answers_id": self.answers_id},
            )


def taken_over(before: Answers, questionnaire: Questionnaire) -> dict[str, Given]:
    """The answers with which new ones begin: those of before that this version of the questionnaire takes."""
    return {
        id_: given
        for id_, given in before.given.items()
        if (question := questionnaire.question(id_)) and _is_taken(question, given.answer)
    }


def _is_taken(question: Question, answer: Json) -> bool:
    try:
        question.typed(answer)
    except Fault:
        return False
    return True


def _taken_back(answers: Answers, saving: Saving) -> tuple[str, ...]:
    violations = []
    for number, id_ in enumerate(saving.taken_back):
        if id_ in saving.given:
            violations.append(Violation(f"taken_back[{number}]", "must not be among given too"))
        elif id_ not in answers.given:
            violations.append(Violation(f"taken_back[{number}]", "must be a question that was answered"))
    if violations:
        raise invalid(*violations)
    return saving.taken_back


def _refuse(path: str, refused: Iterable[Violation], taken_back: Collection[str] = (), inside: str = "") -> None:
    """Raise a Fault with what is refused, each by the path of its field in the request.

    An answer is an entry of `path` with the id of its question, or in the field `inside` of that.
    """
    places = {id_: f"taken_back[{number}]" for number, id_ in enumerate(taken_back)}
    violations = [_in_request(path, violation, places, inside) for violation in refused]
    if violations:
        raise invalid(*violations)


def _in_request(path: str, violation: Violation, places: Mapping[str, str], inside: str) -> Violation:
    id_ = violation.field.partition(".")[0].partition("[")[0]
    place = places.get(id_, f"{path}[{id_}]{inside}")
    return Violation(place + violation.field[len(id_) :], violation.detail)
