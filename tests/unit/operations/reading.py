"""How easily a sentence is read: its grade by Flesch and Kincaid, which is about the year of school that it needs."""

import re
from collections.abc import Iterator

QUOTED = re.compile(r"`[^`]*`")
"""Commands and ids, which are not read as words."""
PLACE = re.compile(r"\{[^}]*\}")
SENTENCE_ENDS = re.compile(r"(?<=[.:?!])\s+")
WORD = re.compile(r"[A-Za-z']*[A-Za-z][A-Za-z']*")
VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(
    r"(?:[^aeiouytd]ed|(?<![cgsxz])(?<!sh)(?<!ch)(?<=[^aeiouy])es|(?<=[^aeiouy])(?<!l)e|(?<=[aeiouy]l)e)$"
)
"""Endings whose e is not heard: asked, times, note, while."""
APART = re.compile(r"(?<![cst])ia|io(?!n|us)|iu|[bo]eing|oev|(?<![ct])ie(?=n[ct]|t)|[dr]ea$|ual")
"""Letters that stand beside each other, and are two sounds: trial, period, science, being, area."""
WITH_A_SILENT_MIDDLE = frozenset({"something", "sometimes", "somebody", "safely", "lately", "evenly"})


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a text, without what is quoted; for a place that is filled later a short word stands."""
    for sentence in SENTENCE_ENDS.split(PLACE.sub(" it ", QUOTED.sub(" ", text))):
        if WORD.search(sentence):
            yield sentence.strip()


def syllables(word: str) -> int:
    """How many syllables a word has, at least one: groups of vowels, but for those that are not heard."""
    lower = word.lower().replace("'", "")
    silent = bool(SILENT.search(lower)) + (lower in WITH_A_SILENT_MIDDLE)
    return max(len(VOWELS.findall(lower)) - silent + len(APART.findall(lower)), 1)


def grade(sentence: str) -> float:
    """The grade of one sentence."""
    words = WORD.findall(sentence)
    return 0.39 * len(words) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
