"""The sentences of what is printed, as they are read: without what is quoted, and with a word in every place."""

import re
from collections.abc import Iterator

from sevensteps.plain_english import grade, syllables, words

__all__ = ["grade", "sentences_of", "syllables"]

QUOTED = re.compile(r"`[^`]*`")
"""Commands and ids, which are not read as words."""
PLACE = re.compile(r"\{[^}]*\}")
SENTENCE_ENDS = re.compile(r"(?<=[.:?!])\s+")


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a text, without what is quoted; for a place that is filled later a short word stands."""
    for sentence in SENTENCE_ENDS.split(PLACE.sub(" it ", QUOTED.sub(" ", text))):
        if words(sentence):
            yield sentence.strip()
