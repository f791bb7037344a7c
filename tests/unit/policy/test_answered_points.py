"""What answers come to in points: each with the answer that gave it, and what family and friends meet apart."""

from pathlib import Path

from sevensteps.policy.model.answered import Answered, Answers
from sevensteps.policy.model.answered_points import PointsGiven, points_of
from unit.policy.questionnaires import questionnaire


def test_points_come_with_the_answers_that_gave_them(packs: Path) -> None:
    """Options together, a yes, and nothing of a question that is not asked."""
    points = points_of(
        Answered.of(questionnaire(packs), {"alone": True, "aids": ["stick", "chair"], "helped": "nobody"})
    )
    assert points.given == (PointsGiven("alone", "home", (), 2), PointsGiven("aids", "home", ("stick", "chair"), 5))
    assert points.of_sections == {"home": 7}
    assert (points.total, points.open) == (7, ())
    assert points.facts == {"points": 7, "informal_support": []}


def test_a_part_of_a_point_that_family_meets_is_left_out(packs: Path) -> None:
    """Half of seven points is three, so that four are left to be met."""
    answers: Answers = {"alone": True, "aids": ["stick", "chair"], "helped": "some"}
    points = points_of(Answered.of(questionnaire(packs), answers))
    assert points.informal == {"home": 3}
    assert points.facts == {"points": 7, "informal_support": [{"id": "home", "points": 3}]}


def test_points_are_not_final_while_a_question_is_open(packs: Path) -> None:
    """Unanswered is unknown, and not nothing."""
    points = points_of(Answered.of(questionnaire(packs), {"alone": False}))
    assert points.open == ("aids", "helped")
    assert points.facts == {"informal_support": []}
