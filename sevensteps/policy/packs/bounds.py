"""The bounds within which a council may set a parameter. The national pack states them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sevensteps.money import pounds_from_pence
from sevensteps.policy.packs.parameter_value import ParameterValue, read_parameter_value
from sevensteps.policy.packs.problems import did_you_mean, read_each
from sevensteps.policy.packs.source import Section

NATIONAL = "national"
KEYS = ("lowest", "highest", "options", "not below")

_NUMBERS = {"whole number": "whole number", "money": "money", "amount by word": "money"}
"""The types whose values can be less or more, and the type in which their bounds are written."""
_WORDS = ("word", "words", "verdict", "amount by word")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one parameter; those of an amount by word apply to each of its amounts.

    `options` are the words that it may be or contain; of a narrowed word, such as `approver.care_home`, the part
    before the dot is compared. With `not_below_national` an overlay may set more than the national pack, never less;
    `not_below` are other parameters than whose values it must not be less.
    """

    money: bool = False
    lowest: int | None = None
    highest: int | None = None
    options: tuple[str, ...] = ()
    not_below_national: bool = False
    not_below: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """In words, all of the bounds; empty where there are none."""
        bounds = [
            f"{self._text(self.lowest)} or more" if self.lowest is not None else "",
            f"{self._text(self.highest)} or less" if self.highest is not None else "",
            f"words out of {', '.join(self.options)}" if self.options else "",
            "not below the national value" if self.not_below_national else "",
            *(f"not below {other}" for other in self.not_below),
        ]
        return "; ".join(filter(None, bounds))

    def breaches(self, value: ParameterValue) -> Iterator[str]:
        """In words, what a value beyond the bounds would have to be."""
        for word, number in _numbers(value).items():
            if self.lowest is not None and number < self.lowest:
                yield f"{_of(word)}a value of {self._text(self.lowest)} or more; {self._text(number)} is too low"
            if self.highest is not None and number > self.highest:
                yield f"{_of(word)}a value of {self._text(self.highest)} or less; {self._text(number)} is too high"
        for word in _words(value) if self.options else ():
            if word.partition(".")[0] not in self.options:
                expected = f"words out of {', '.join(self.options)}; {word[:40]} is not one"
                yield expected + did_you_mean(word.partition(".")[0], self.options)

    def shortfalls(self, value: ParameterValue, least: ParameterValue, which: str) -> Iterator[str]:
        """In words, where a value is below another, `which` says whose. A word without an amount counts as below."""
        own = _numbers(value)
        for word, number in _numbers(least).items():
            if word not in own or own[word] < number:
                is_ = f"{self._text(own[word])} is too low" if word in own else "it has none"
                yield f"{_of(word)}a value of {self._text(number)} or more, like {which}; {is_}"

    def _text(self, number: int) -> str:
        return pounds_from_pence(number) if self.money else str(number)


def read_bounds(name: str, body: Section) -> Bounds:
    """The bounds in a parameter's declaration.

    Raises:
        PackRefusedError: a bound is not of the parameter's type.
    """
    type_ = body.text("type")
    lowest, highest = read_each(("lowest", "highest"), lambda key: _bound(name, body, key))
    if "options" in body and type_ not in _WORDS:
        raise body.problem(name, f"options only where there are words; this is a {type_}")
    if "not below" in body and type_ not in _NUMBERS:
        raise body.problem(name, f"not below only where there are numbers or amounts; this is a {type_}")
    options = tuple(str(word) for word in body.entries("options"))
    others = tuple(str(other) for other in body.entries("not below") if other != NATIONAL)
    national = NATIONAL in body.entries("not below")
    return Bounds(_NUMBERS.get(type_) == "money", lowest, highest, options, national, others)


def _bound(name: str, body: Section, key: str) -> int | None:
    if key not in body:
        return None
    kind = _NUMBERS.get(body.text("type"))
    bound = read_parameter_value(kind, body[key]) if kind else None
    if not isinstance(bound, int):
        wanted = f"a value of type {kind}" if kind else f"no bound; a {body.text('type')} cannot be less or more"
        raise body.problem(name, f"{key}: {wanted}")
    return bound


def _of(word: str) -> str:
    return f"{word}: " if word else ""


def _numbers(value: ParameterValue) -> Mapping[str, int]:
    if isinstance(value, Mapping):
        return value
    return {"": value} if isinstance(value, int) else {}


def _words(value: ParameterValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | Mapping):
        yield from (word for word in value if isinstance(word, str))
