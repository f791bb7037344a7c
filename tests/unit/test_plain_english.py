"""How hard a text is to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.plain_english import grade, sentences, syllables

GETTYSBURG = (
    "Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in Liberty, "
    "and dedicated to the proposition that all men are created equal. Now we are engaged in a great civil war, testing "
    "whether that nation, or any nation so conceived and so dedicated, can long endure. We are met on a great "
    "battle-field of that war."
)


@pytest.mark.parametrize(
    ("word", "heard"),
    [("care", 1), ("needed", 2), ("assessment", 3), ("eligible", 4), ("area", 3), ("being", 2), ("council", 2),
     ("table", 2), ("whole", 1), ("determination", 5), ("houses", 2), ("clothed", 1), ("people", 2)],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_heard(word: str, heard: int) -> None:
    """Silent letters are left out."""
    assert syllables(word) == heard


def test_a_known_text_has_about_its_known_grade() -> None:
    """Plain words are far below grade 8, a speech of 1863 is above it."""
    assert grade("The cat sat on the mat.") < 1
    assert 9.5 < grade(GETTYSBURG) < 11.5


def test_a_text_without_words_is_not_hard() -> None:
    """Numbers and marks are read at a glance."""
    assert grade("£82.91, 2026") == 0.0
    assert sentences("12.50.\n\nOne. Two:\nthree") == ["One.", "Two:", "three"]


@given(st.text())
def test_any_text_has_a_grade(text: str) -> None:
    """Whatever somebody wrote."""
    assert isinstance(grade(text), float)
