"""Parameters: the dated values of a pack, and what each was on a date."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Self

from sevensteps.errors import Fault, Kind
from sevensteps.policy.facts import Value, pence
from sevensteps.policy.source import Section
from sevensteps.policy.verdict import SETTLED

Table = tuple[tuple[int, int], ...]
Amounts = Mapping[str, int]
Setting = Value | Table | Amounts


@dataclass(frozen=True, slots=True)
class DatedValue:
    """What a parameter is from one date on, until another (both days included) or until the next value begins."""

    value: Setting
    begins: date
    ends: date | None
    reference: str
    unverified: bool
    line: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named value through the years, and who may set it: the law, or each council."""

    name: str
    type: str
    title: str
    unit: str
    council_may_change: bool
    values: tuple[DatedValue, ...]
    file: str
    line: int

    def on(self, day: date) -> DatedValue:
        """The value in force on a day.

        Raises:
            Fault: INVALID, PARAMETER_MISSING: no value covers the day. The last known value is never stretched.
        """
        place = bisect_right(self.values, day, key=lambda value: value.begins)
        if place:
            found = self.values[place - 1]
            if found.ends is None or day <= found.ends:
                return found
        raise Fault(
            Kind.INVALID,
            "PARAMETER_MISSING",
            f"parameter {self.name} has no value in force on {day.isoformat()}",
            metadata={"parameter": self.name},
        )

    def over(self, base: Self) -> Self:
        """These values from the day on which the first of them begins, and those of the base before it."""
        first = self.values[0].begins
        before = tuple(value for value in base.values if value.begins < first)
        if before and (before[-1].ends is None or before[-1].ends >= first):
            before = (*before[:-1], replace(before[-1], ends=first - timedelta(days=1)))
        return replace(self, values=before + self.values)

    def holes(self) -> Iterator[date]:
        """The first day of every time between two values for which there is none."""
        for earlier, later in pairwise(self.values):
            if earlier.ends is not None and earlier.ends + timedelta(days=1) < later.begins:
                yield earlier.ends + timedelta(days=1)

    def turning_days(self) -> Iterator[date]:
        """The days on which the value becomes another."""
        for value in self.values:
            yield value.begins
            if value.ends is not None:
                yield value.ends + timedelta(days=1)


def read_parameters(section: Section) -> dict[str, Parameter]:
    """The parameters of one file.

    Raises:
        PackRefusedError: a value of the wrong type, or dates that overlap.
    """
    return {
        name: Parameter(
            name, body.text("type"), body.text("title"), body.text("unit"), body.text("set by") == "council",
            _values(name, body), body.file, body.line,
        )
        for name, body in section.named("parameters")
    }  # fmt: skip


def _values(name: str, body: Section) -> tuple[DatedValue, ...]:
    dated = [_dated(name, body.text("type"), entry) for entry in body.sections("values")]
    values = sorted(dated, key=lambda value: value.begins)
    for earlier, later in pairwise(values):
        if later.begins == earlier.begins or (earlier.ends is not None and later.begins <= earlier.ends):
            raise body.problem(name, f"values that do not overlap; two cover {later.begins.isoformat()}")
    return tuple(values)


def _dated(name: str, type_: str, entry: Section) -> DatedValue:
    begins, value = entry.day("from"), _setting(type_, entry.get("value"))
    if begins is None or ("until" in entry and entry.day("until") is None):
        raise entry.problem(name, "from, and until if any, as dates without quotes")
    if value is None:
        raise entry.problem(name, f"a value of type {type_}")
    return DatedValue(
        value, begins, entry.day("until"), entry.text("reference"), entry.flag("unverified"), entry.line
    )  # fmt: skip


def _setting(type_: str, given: object) -> Setting | None:
    match type_:
        case "whole number":
            return given if isinstance(given, int) and not isinstance(given, bool) else None
        case "money":
            return pence(given) if isinstance(given, str) else None
        case "word":
            return given if isinstance(given, str) else None
        case "verdict":
            return given if isinstance(given, str) and given in SETTLED else None
        case "amount by word":
            return _amounts(given)
        case "points to pounds":
            return _table(given)
        case _:
            return _texts(given, date if type_ == "dates" else str)


def _texts(given: object, kind: type) -> tuple[str, ...] | None:
    if not isinstance(given, list) or not all(isinstance(entry, kind) for entry in given):
        return None
    return tuple(str(entry) for entry in given)


def _table(given: object) -> Table | None:
    rows = given if isinstance(given, list) else []
    table: list[tuple[int, int]] = []
    for row in rows:
        points, pounds = (row.get("points"), row.get("pounds")) if isinstance(row, Mapping) else (None, None)
        amount = pence(pounds) if isinstance(pounds, str) else None
        if not isinstance(points, int) or amount is None:
            return None
        table.append((points, amount))
    return tuple(table) if len(table) > 1 and table == sorted(dict(table).items()) else None


def _amounts(given: object) -> Amounts | None:
    if not isinstance(given, Mapping):
        return None
    amounts = {str(word): pence(str(amount)) for word, amount in given.items()}
    known = {word: amount for word, amount in amounts.items() if amount is not None}
    return known if len(known) == len(given) else None
