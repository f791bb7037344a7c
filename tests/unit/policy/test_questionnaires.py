"""What is asked, what is open, and what a bad answer is refused for."""

from pathlib import Path

from sevensteps.policy.model.answered import Answered, Answers, Standing, refused_answers
from sevensteps.policy.model.question import Answerer
from unit.policy.questionnaires import questionnaire

PERSON = {Answerer.PERSON}


def test_a_question_is_asked_once_what_it_depends_on_is_answered_so(packs: Path) -> None:
    """Before that it waits; where the answer is another one, it is not applicable."""
    asked = questionnaire(packs)
    assert Answered.of(asked, {}).standings["with_whom"] is Standing.WAITING
    assert Answered.of(asked, {"alone": False}).standings["with_whom"] is Standing.OPEN
    assert Answered.of(asked, {"alone": True}).standings["with_whom"] is Standing.NOT_APPLICABLE


def test_an_answer_that_is_not_applicable_is_kept_and_comes_back(packs: Path) -> None:
    """Also of a question that depends on one that is hidden itself."""
    asked = questionnaire(packs)
    answers: Answers = {"alone": False, "with_whom": "My son", "aids": ["chair"], "chair_days": 3, "far": True}
    hidden = Answered.of(asked, {**answers, "alone": True, "aids": ["stick"]})
    assert hidden.not_applicable == ("with_whom", "chair_days", "far")
    assert hidden.answers["with_whom"] == "My son"
    assert Answered.of(asked, answers).not_applicable == ()


def test_unanswered_are_those_that_are_asked_and_needed(packs: Path) -> None:
    """Not those that wait, that may be left out, or that somebody else answers."""
    answered = Answered.of(questionnaire(packs), {"aids": ["chair"], "chair_days": 2})
    assert [question.id for question in answered.unanswered()] == ["alone", "helped"]
    assert [question.id for question in answered.unanswered(Answerer.PERSON)] == ["alone"]


def test_bad_answers_are_refused_by_their_path(packs: Path) -> None:
    """Of another type, to no question, to one that is not asked, by somebody who may not answer."""
    given: Answers = {"alone": "yes", "aids": ["stick", "wings"], "chair_days": 3, "helped": "some", "colour": "red"}
    violations = refused_answers(questionnaire(packs), given, {}, PERSON)
    assert {violation.field: violation.detail for violation in violations} == {
        "alone": "must be true or false",
        "aids[1]": "must be one of stick, chair, none",
        "chair_days": "is not asked, by the answers to the questions before it",
        "helped": "may be answered by: practitioner",
        "colour": "is no question of the questionnaire needs",
    }


def test_good_answers_are_taken_beside_those_that_are_kept(packs: Path) -> None:
    """A kept answer that is hidden is no trouble, and an answer may be taken back."""
    kept: Answers = {"alone": False, "with_whom": "My son", "aids": ["chair"]}
    assert refused_answers(questionnaire(packs), {"alone": True, "chair_days": 3}, kept, PERSON) == ()
    assert refused_answers(questionnaire(packs), {"aids": None, "with_whom": None}, kept, PERSON) == ()
