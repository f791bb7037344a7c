"""What is stuck is told in words that most people read with ease, and the glossary explains them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from itertools import chain

import pytest

from services.operations.domain.dates import CLOCKS
from services.operations.domain.finding import StuckKind
from services.operations.domain.journeys import TASKS
from services.operations.domain.words import CATALOGUE
from sevensteps.case_words import Became, Repairs, Stuck, Turn
from sevensteps.glossary import PAGE, look_up
from unit.operations.reading import grade, sentences_of, syllables

HIGHEST = 8
"""The grade: about what somebody reads with ease at thirteen."""
OTHERS = ("stuck", "cause", "turn", "repair")
FILLED: Mapping[str, Mapping[str, str]] = {"clock": CLOCKS, "task": TASKS}
"""What stands in the places of sentences, where there is a list of it."""
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
WORDS = [*(each.words for each in chain(Stuck, Turn, Repairs, Became)), *OTHERS]


def filled(text: str) -> Iterator[str]:
    """A sentence of the catalogue as it is printed, with each thing that may stand in its places."""
    yield text
    for name, things in FILLED.items():
        if f"{{{name}}}" in text:
            yield from (text.replace(f"{{{name}}}", thing) for thing in things.values())


def meaning(word: str) -> str:
    """The meaning of a word as the page has it, with its links as plain words and its commands in quotes."""
    (row,) = re.findall(rf"^\| <a [^|]+</a>{re.escape(word)} \| ([^|]+) \|", PAGE.read_text(), re.MULTILINE)
    return LINK.sub(r"\1", row)


def too_hard(text: str) -> dict[str, float]:
    return {sentence: round(grade(sentence), 1) for sentence in sentences_of(text) if grade(sentence) > HIGHEST}


@pytest.mark.parametrize("kind", StuckKind)
def test_what_is_stuck_is_easy_to_read(kind: StuckKind) -> None:
    """Every sentence of the catalogue has a grade of 8 or less, also with what is filled in."""
    told = [text for part in astuple(CATALOGUE[kind]) for text in filled(part)]
    assert [found for text in told if (found := too_hard(text))] == []


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_explains_what_commands_print_and_is_easy_to_read(word: str) -> None:
    """How cases are stuck, whose turn it is, what is done about it and what comes of it: at most grade 8."""
    assert look_up(word) is not None
    assert too_hard(meaning(word)) == {}


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("case", 1), ("asked", 1), ("passed", 1), ("times", 1), ("service", 2), ("journeys", 2), ("something", 2),
        ("temporal", 3), ("people", 2), ("decided", 3), ("practitioner", 4), ("machine", 2), ("being", 2), ("area", 3),
        ("approver", 3), ("terminated", 4), ("social", 2), ("trial", 2), ("period", 3), ("operations", 4),
    ],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_spoken(word: str, number: int) -> None:
    """Otherwise the grade says nothing."""
    assert syllables(word) == number


def test_the_grade_is_that_of_flesch_and_kincaid() -> None:
    """A sentence of a first reader is easy, one of a contract is not; commands and places are not counted."""
    assert round(grade("The cat sat on the mat."), 2) == -1.45
    hard = "Notwithstanding the foregoing, operations administrators authenticate via organisational infrastructure."
    assert grade(hard) > 2 * HIGHEST
    assert list(sentences_of("Start it: `sevensteps journeys rebuild case-1`. {what}.")) == ["Start it:", "it ."]
