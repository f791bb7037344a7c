"""One fact: how a pack declares it, and how a caller's value is typed, or refused with the name of the fact.

Inside the engine money is whole pence, a date is ISO text and an unknown fact is None.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sevensteps.errors import Fault, Kind, Violation
from sevensteps.money import pence, pounds_from_pence
from sevensteps.policy.model.verdict import Json

Scalar = bool | int | str
Value = bool | int | str | tuple[str, ...]

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_LETTERS = re.compile(r"[^\W\d_]+")
LARGEST = 10**12
"""The largest number, or amount in pence, and with a minus sign the smallest."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""The earliest and latest date, given or derived: any other is a typing mistake."""
LONGEST_LIST = 10_000
NONE = ""
"""The value of an optional fact that is absent: known to be none, rather than unknown."""

EXPECTED = {
    "boolean": "true or false",
    "whole number": "a whole number",
    "money": 'pounds and pence as text, such as "82.91"',
    "date": f"a date as text, such as 2026-04-01, from {FIRST_DAY.year} to {LAST_DAY.year}",
    "choice": "one of the options",
    "word": "a short word of letters, digits, - and _",
    "words": "a list of short words",
    "narrative": "text, or the list of hint words found in it",
}


def refusal(path: str, expected: str) -> Fault:
    """The error for a value that cannot be used: the fact's path and what was expected, never the value."""
    fact = path[:200]
    return Fault(
        Kind.INVALID,
        "FACT_INVALID",
        f"fact {fact}: expected {expected}",
        metadata={"fact": fact},
        violations=[Violation(fact, f"expected {expected}")],
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its type, its unit and the question, in plain English, that it answers."""

    name: str
    type: str
    question: str = ""
    unit: str = ""
    options: tuple[str, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    hints: tuple[str, ...] = ()
    none_if_absent: bool = False

    def typed(self, given: object, *path: str) -> Value | None:
        """The value inside the engine; None when unknown. `path` is where it was given, for an error.

        Raises:
            Fault: INVALID, FACT_INVALID, naming the fact and what was expected of it.
        """
        if given is None or (self.type == "narrative" and isinstance(given, str) and not given.strip()):
            return NONE if self.none_if_absent else None
        value = self._read(given)
        if value is None:
            raise refusal(".".join(path), self.expected)
        return value

    def constant(self, written: object) -> Scalar | None:
        """A value that a pack compares this fact with; None when it is not of the fact's type."""
        if isinstance(written, int) and not isinstance(written, bool) and self.type == "money":
            return None
        value = self._read(written)
        return None if isinstance(value, tuple) else value

    @property
    def expected(self) -> str:
        """In words, what a caller may give."""
        if self.type == "choice":
            return f"one of {', '.join(self.options)}"
        bounds = [
            f"{word} {self.json(bound)}"
            for word, bound in (("from", self.lowest), ("to", self.highest))
            if bound is not None
        ]
        return " ".join([EXPECTED[self.type], *bounds])

    def json(self, value: Value | None) -> Json:
        """The value as a caller would write it."""
        if self.type == "money" and isinstance(value, int):
            return pounds_from_pence(value)
        return list(value) if isinstance(value, tuple) else None if value == NONE else value

    def _read(self, given: object) -> Value | None:
        match self.type:
            case "boolean":
                return given if isinstance(given, bool) else None
            case "whole number" | "money":
                return self._number(given)
            case "date":
                return _iso(given)
            case "choice":
                return given if isinstance(given, str) and given in self.options else None
            case "word":
                return given if isinstance(given, str) and _WORD.fullmatch(given) else None
            case "words":
                return words_of(given, self.options)
            case _:
                return self._hints_in(given)

    def _number(self, given: object) -> int | None:
        if isinstance(given, bool):
            return None
        amount: int | None
        if self.type == "money":
            amount = pence(given) if isinstance(given, str) else given * 100 if isinstance(given, int) else None
        else:
            amount = given if isinstance(given, int) else None
        if amount is None or abs(amount) > LARGEST:
            return None
        if (self.lowest is not None and amount < self.lowest) or (self.highest is not None and amount > self.highest):
            return None
        return amount

    def _hints_in(self, given: object) -> tuple[str, ...] | None:
        """The pack's own hint words that occur in a narrative: nothing else of it goes any further."""
        if isinstance(given, str):
            words = f" {words_in(given)} "
            return tuple(hint for hint in self.hints if any(f" {form} " in words for form in _forms(hint)))
        if not isinstance(given, list | tuple):
            return None
        hints = tuple(hint for hint in given if isinstance(hint, str) and hint in self.hints)
        return hints if len(set(hints)) == len(given) else None


def words_in(text: str) -> str:
    """The words of a text, ready to compare, with one space between them; anything but a letter separates words."""
    return " ".join(_LETTERS.findall(unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=4096)
def _forms(hint: str) -> frozenset[str]:
    """A hint in the singular and the plural, with the endings s, es, and ies for y."""
    words = words_in(hint)
    forms = {words, f"{words}s", f"{words}es", words.removesuffix("s"), words.removesuffix("es")}
    if words.endswith("y"):
        forms.add(f"{words.removesuffix('y')}ies")
    if words.endswith("ies"):
        forms.add(f"{words.removesuffix('ies')}y")
    return frozenset(forms)


def _iso(given: object) -> str | None:
    day = given if isinstance(given, date) else _day(given)
    return day.isoformat() if day is not None and FIRST_DAY <= day <= LAST_DAY else None


def _day(given: object) -> date | None:
    if not isinstance(given, str) or not given.isascii() or _ISO.fullmatch(given) is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def words_of(given: object, options: tuple[str, ...]) -> tuple[str, ...] | None:
    """A list of different short words, each one of the options if there are any; None if it is anything else."""
    if not isinstance(given, list | tuple) or len(given) > LONGEST_LIST:
        return None
    words = tuple(word for word in given if isinstance(word, str) and _WORD.fullmatch(word))
    if len(words) != len(given) or len(set(words)) != len(words) or (options and not set(words) <= set(options)):
        return None
    return words
