"""How a step felt to the person: two questions, which nobody has to answer. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sevensteps.steps import Stage

QUESTIONS = ("listened_to", "in_charge")
"""Did you feel listened to? Did you feel in charge?"""
ANSWERS = ("yes", "mostly", "a_little", "no")


@dataclass(frozen=True, slots=True)
class Feeling:
    """How a step felt: the answers to the two questions, each empty where none was given, and what else was said."""

    step: str
    listened_to: str
    in_charge: str
    own_words: str
    answered_on: date


@dataclass(frozen=True, slots=True)
class RecordedFeeling:
    """How a step felt, with who recorded it and when."""

    feeling: Feeling
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class FeltCount:
    """How many gave one answer to one question about one step."""

    step: str
    question: str
    answer: str
    count: int


def counts_of(answered: Iterable[tuple[str, str, str, int]]) -> list[FeltCount]:
    """The counts in the order of steps, questions and answers, from step, both answers, and how many gave these."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for step, listened_to, in_charge, count in answered:
        counts[step, QUESTIONS[0], listened_to] += count
        counts[step, QUESTIONS[1], in_charge] += count
    return [
        FeltCount(step.value, question, answer, counts[step.value, question, answer])
        for step in Stage
        for question in QUESTIONS
        for answer in ANSWERS
        if counts[step.value, question, answer]
    ]
