"""Parameters: the dated values of a pack, and the value of each on a date."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Self

from sevensteps.errors import Fault, Kind
from sevensteps.policy.packs.bounds import Bounds, read_bounds
from sevensteps.policy.packs.parameter_value import ParameterValue, expected, read_parameter_value
from sevensteps.policy.packs.problems import PackRefusedError, Problem, read_each
from sevensteps.policy.packs.source import Section


@dataclass(frozen=True, slots=True)
class DatedValue:
    """The value of a parameter from one date until another (both included), or until the next value begins."""

    value: ParameterValue
    begins: date
    ends: date | None
    reference: str
    unverified: bool
    line: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named value over the years, and who may set it: the law, or each council within the bounds."""

    name: str
    type: str
    title: str
    unit: str
    council_may_change: bool
    values: tuple[DatedValue, ...]
    bounds: Bounds
    file: str
    line: int
    awaited: date | None = None
    """From which day on the nation's value is not known yet; a council may set its own."""
    inherited: int = 0
    """How many of the values are those of the pack that is extended; they come first."""

    def has_value_on(self, day: date) -> bool:
        """Whether a value is in force on a day."""
        return self._in_force(day) is not None

    def is_awaited_on(self, day: date) -> bool:
        """Whether it is known that there is no value on a day yet."""
        return self.awaited is not None and self.awaited <= day

    def covered_until(self, day: date) -> date | None:
        """The last day of the values that follow one another without a gap; None where they never end, or none is."""
        ends, value = None, self._in_force(day)
        while value is not None:
            ends = self._last_day(value)
            value = None if ends is None else self._in_force(ends + timedelta(days=1))
        return ends

    def _last_day(self, value: DatedValue) -> date | None:
        if value.ends is not None:
            return value.ends
        begin = next((later.begins for later in self.values if later.begins > value.begins), None)
        return None if begin is None else begin - timedelta(days=1)

    def on(self, day: date) -> DatedValue:
        """The value in force on a day.

        Raises:
            Fault: INVALID, PARAMETER_MISSING: no value covers the day. The last known value is never stretched.
        """
        value = self._in_force(day)
        if value is None:
            detail = f"parameter {self.name} has no value in force on {day.isoformat()}"
            raise Fault(Kind.INVALID, "PARAMETER_MISSING", detail, metadata={"parameter": self.name})
        return value

    def _in_force(self, day: date) -> DatedValue | None:
        begun = bisect_right(self.values, day, key=lambda value: value.begins)
        latest = self.values[begun - 1] if begun else None
        return latest if latest is not None and (latest.ends is None or day <= latest.ends) else None

    def over(self, base: Self) -> Self:
        """These values from the day on which the first of them begins, and the base's values before that day.

        Later values of the base do not count: what the council has set stands until it sets another or ends it.
        """
        first = self.values[0].begins
        before = tuple(value for value in base.values if value.begins < first)
        if before and (before[-1].ends is None or before[-1].ends >= first):
            before = (*before[:-1], replace(before[-1], ends=first - timedelta(days=1)))
        return replace(self, values=before + self.values, bounds=base.bounds, inherited=len(before))

    def breaches(self, bounds: Bounds) -> Iterator[Problem]:
        """Every value that is beyond the bounds, with its line."""
        for value in self.values:
            for expected_value in bounds.breaches(value.value):
                yield Problem(self.file, value.line, self.name, expected_value)

    def shortfalls(self, base: Self) -> Iterator[Problem]:
        """Every value that is below the base's although it may not be, on each day on which either changes."""
        changes = {*self.change_days(), *base.change_days()} if base.bounds.not_below_national else ()
        for day in sorted(changes):
            value = self._in_force(day)
            if value is not None:
                shortfalls = self._shortfalls(day, value, base)
                yield from (Problem(self.file, value.line, self.name, shortfall) for shortfall in shortfalls)

    def _shortfalls(self, day: date, value: DatedValue, base: Self) -> list[str]:
        national = base._in_force(day)
        if national is None:
            return [f"a value only while there is a national one, which it must not be below; there is none on {day}"]
        return list(base.bounds.shortfalls(value.value, national.value, f"the national value on {day}"))

    def holes(self) -> Iterator[date]:
        """The first day of every gap between two values."""
        for earlier, later in pairwise(self.values):
            if earlier.ends is not None and earlier.ends + timedelta(days=1) < later.begins:
                yield earlier.ends + timedelta(days=1)

    def change_days(self) -> Iterator[date]:
        """The days on which the value changes."""
        for value in self.values:
            yield value.begins
            if value.ends is not None:
                yield value.ends + timedelta(days=1)


def read_parameters(section: Section) -> dict[str, Parameter]:
    """The parameters of one file.

    Raises:
        PackRefusedError: with every value of the wrong type or beyond its bounds, and dates that overlap.
    """
    return dict(read_each(section.named("parameters"), lambda named: (named[0], _parameter(*named))))


def _parameter(name: str, body: Section) -> Parameter:
    values, bounds = _values(name, body), read_bounds(name, body)
    parameter = Parameter(
        name, body.text("type"), body.text("title"), body.text("unit"), body.text("set by") == "council",
        values, bounds, body.file, body.line, body.day("awaited"),
    )  # fmt: skip
    breaches = list(parameter.breaches(bounds))
    if breaches:
        raise PackRefusedError(breaches)
    return parameter


def _values(name: str, body: Section) -> tuple[DatedValue, ...]:
    dated = read_each(body.sections("values"), lambda entry: _dated(name, body.text("type"), entry))
    values = sorted(dated, key=lambda value: value.begins)
    for earlier, later in pairwise(values):
        if later.begins == earlier.begins or (earlier.ends is not None and later.begins <= earlier.ends):
            expected = f"values that do not overlap; two cover {later.begins.isoformat()}"
            raise PackRefusedError([Problem(body.file, later.line, name, expected)])
    return tuple(values)


def _dated(name: str, type_: str, entry: Section) -> DatedValue:
    begins, ends, value = entry.day("from"), entry.day("until"), read_parameter_value(type_, entry.get("value"))
    if begins is None or ("until" in entry and ends is None):
        raise entry.problem(name, "from, and until if any, as dates without quotes")
    if ends is not None and ends < begins:
        raise entry.problem(name, "until: the day of from, or a later one")
    if value is None:
        raise entry.problem(name, expected(type_, entry.get("value")))
    return DatedValue(value, begins, ends, entry.text("reference"), entry.flag("unverified"), entry.line)
