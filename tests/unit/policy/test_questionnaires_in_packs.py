"""A questionnaire in a pack: what changed in it is told, and a version with one that cannot be read is refused."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.errors import Fault
from sevensteps.policy import Library
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.packs.pack import Pack, read_pack
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire
from unit.policy.questionnaires import HEAD, QUESTIONS, questionnaire, write

NEAR = 'type "yes_no"; asks "Do you go far?"; when chair_days at least 2; may be left out yes'


def version(packs: Path, questions: str = QUESTIONS, head: str = HEAD) -> Pack:
    write(packs, questions, head)
    return read_pack(packs, "small")


def test_what_changed_in_a_questionnaire_is_told_in_words(packs: Path) -> None:
    """A question that is new or gone, another wording, condition, option or number of points, and another order."""
    old = version(packs)
    new = version(
        packs,
        QUESTIONS.replace("Do you live alone?", "Are you alone?")
        .replace("{alone: false}", "{not: alone}")
        .replace("points: 4", "points: 3")
        .replace("question: far,", "question: near,"),
        HEAD.replace("owner: The council", "owner: The town"),
    )
    needs, home = "questionnaire needs", "questionnaire needs, section home"
    assert differences(old, new) == [
        f'{needs}, owner: was "The council", is "The town"',
        f'{home}, question alone, asks: was "Do you live alone?", is "Are you alone?"',
        f'{home}, question with_whom, when: was "alone is no", is "not alone"',
        f"{home}, question aids, options, chair, points: was 4, is 3",
        f"{home}: question far is gone",
        f"{home}: question near is new: {NEAR}",
    ]


def test_a_questionnaire_that_is_new_or_gone(packs: Path) -> None:
    """It is told by its name, and a new one with its title."""
    before = read_pack(packs, "small")
    after = version(packs)
    assert differences(before, after) == ["questionnaire needs is new: What you need"]
    assert differences(after, before) == ["questionnaire needs is gone"]


def test_a_version_with_a_questionnaire_that_cannot_be_read_is_not_usable(packs: Path, tmp_path: Path) -> None:
    """Whoever publishes it is told where."""
    library = Library(packs, tmp_path / "checked")
    broken = version(packs, "\n      - {question: one, type: text, asks: Why?, when: gone}\n")
    library.add_version("small", broken.hash, broken.files)
    with pytest.raises(Fault, match=r"needs.yaml:15: one: when: a question that is asked before; there is no gone"):
        library.ensure_usable(broken.hash, date(2026, 4, 1))


def test_answers_are_read_by_the_version_to_which_they_were_given(packs: Path) -> None:
    """A question that is gone from the newest one is still there in theirs."""
    old = version(packs)
    version(packs, QUESTIONS.replace("question: far,", "question: near,"))
    kept = read_questionnaire(old, "needs")
    assert kept.question("far") is not None
    assert questionnaire(packs, QUESTIONS.replace("question: far,", "question: near,")).question("far") is None
    assert "far" in Answered.of(kept, {"far": True}).standings
