"""The glossary: what the words of the field and of the suite mean."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

PAGE = Path(__file__).with_name("glossary.md")
"""A link to docs/glossary.md in the repository, and a copy of it where the suite is installed."""
ROW = re.compile(r'^\| <a id="[a-z-]+"></a>([^|]+) \| ([^|]+) \| ([^|]*)\|$', re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
PLURAL = re.compile(r"(?:(?<=ch)es|(?<=[^s])s)$")
SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A word with its meaning, in one to three sentences, and its source; `source` may be empty."""

    word: str
    meaning: str
    source: str

    @property
    def summary(self) -> str:
        """The first sentence of the meaning."""
        first, stop, _ = self.meaning.partition(". ")
        return first + stop.strip()


@cache
def entries() -> tuple[Entry, ...]:
    """Every word, in the order of the page."""
    page = LINK.sub(r"\1", PAGE.read_text(encoding="utf-8")).replace("`", "")
    return tuple(Entry(*(cell.strip() for cell in row)) for row in ROW.findall(page))


def look_up(word: str) -> Entry | None:
    """The entry of a word in the singular or plural, in any case, with hyphens or without."""
    return _by_key().get(_key(word))


def similar_words(word: str) -> list[str]:
    """Words that somebody may have meant: those that contain this one, then those spelt nearly alike."""
    key, by_key = _key(word), _by_key()
    containing = [each for each in by_key if key and key in each]
    alike = get_close_matches(key, by_key, n=SUGGESTIONS)
    return [by_key[each].word for each in dict.fromkeys(containing + alike)][:SUGGESTIONS]


@cache
def _by_key() -> dict[str, Entry]:
    return {_key(entry.word): entry for entry in entries()}


def _key(text: str) -> str:
    return " ".join(_singular(word) for word in text.casefold().replace("-", " ").split())


def _singular(word: str) -> str:
    return PLURAL.sub("", re.sub(r"ies$", "y", word))
