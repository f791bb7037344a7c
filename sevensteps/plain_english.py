"""How hard a text is to read: its school grade by Flesch and Kincaid, with syllables counted as they are heard."""

import re

HARDEST = 8.0
"""The grade above which a text of ours is too hard: eight years of school, which nearly every adult has."""
LONGEST_SENTENCE = 25
"""Words in a sentence that can still be followed when it is heard."""

_SENTENCE_ENDS = re.compile(r"(?<=[.!?:;])\s+|\n+")
_WORD = re.compile(r"[A-Za-zÀ-ž]+(?:['’-][A-Za-zÀ-ž]+)*")
_VOWELS = re.compile(r"[aeiouyà-æè-ïò-öù-ý]+")
_SILENT = re.compile(
    r"(?:[^aeiouytd]ed|(?<![cgsxz])(?<!sh)(?<!ch)(?<=[^aeiouy])es|(?<=[^aeiouy])(?<!l)e|(?<=[aeiouy]l)e)$"
)
"""Endings whose e is not heard: asked, times, note, while."""
_APART = re.compile(r"(?<![cst])ia|io(?!n|us)|iu|[bo]eing|oev|(?<![ct])ie(?=n[ct]|t)|[dr]ea$|ual")
"""Letters that stand beside each other, and are two sounds: trial, period, science, being, area."""
_WITH_A_SILENT_MIDDLE = frozenset({"something", "sometimes", "somebody", "safely", "lately", "evenly"})


def sentences(text: str) -> list[str]:
    """The sentences of a text, those without a word left out. A line ends a sentence, as a colon does."""
    return [part.strip() for part in _SENTENCE_ENDS.split(text) if _WORD.search(part)]


def words(text: str) -> list[str]:
    """The words of a text: what has letters. Numbers and marks are read at a glance."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """How many syllables a word has, at least one: groups of vowels, but for those that are not heard."""
    heard = word.lower().replace("'", "")
    silent = bool(_SILENT.search(heard)) + (heard in _WITH_A_SILENT_MIDDLE)
    return max(len(_VOWELS.findall(heard)) - silent + len(_APART.findall(heard)), 1)


def grade(text: str) -> float:
    """The school grade that it takes to read a text, by Flesch and Kincaid (1975); 0.0 for one without words."""
    found = words(text)
    if not found:
        return 0.0
    heard = sum(map(syllables, found))
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * heard / len(found) - 15.59
