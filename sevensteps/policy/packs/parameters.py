"""Parameters: the dated values of a pack, and the value of each on a date."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
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
    not_known: tuple[str, ...] = ()
    """The words of a list of amounts whose amount nobody has established yet."""
    entered_by: str = ""
    """Who at the council has entered it for as long as there is no national value; empty for any other value."""
    inherited: bool = False
    """Whether it is a value of the pack that is extended."""

    def covers(self, day: date) -> bool:
        """Whether a day is one of its own, whatever begins meanwhile."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


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
    entered: tuple[DatedValue, ...] = ()
    """The council's values for days on which there is no national one, also where there is one by now."""

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
        return latest if latest is not None and latest.covers(day) else None

    def is_superseded_on(self, day: date) -> bool:
        """Whether there is a national value by now on a day for which the council has entered one."""
        value = self._in_force(day)
        return value is not None and not value.entered_by and any(entered.covers(day) for entered in self.entered)

    def over(self, base: Self) -> Self:
        """These values from the day on which the first of them begins, and the base's values before that day.

        Later values of the base do not count: what the council has set stands until it sets another or ends it. Only
        what it has entered for want of a national value gives way, day by day, as soon as there is one.
        """
        chosen = tuple(value for value in self.values if not value.entered_by)
        entered = tuple(value for value in self.values if value.entered_by)
        inherited = tuple(replace(value, inherited=True) for value in base.values)
        values = _until(chosen[0].begins, inherited) + chosen if chosen else inherited
        gaps = (gap for value in entered for gap in _where_there_is_none(value, values))
        values = tuple(sorted((*values, *gaps), key=lambda value: value.begins))
        return replace(self, values=values, bounds=base.bounds, awaited=base.awaited, entered=entered)

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
            if value is not None and not (value.entered_by and base.has_value_on(day)):
                shortfalls = self._shortfalls(day, value, base)
                yield from (Problem(self.file, value.line, self.name, shortfall) for shortfall in shortfalls)

    def _shortfalls(self, day: date, value: DatedValue, base: Self) -> list[str]:
        national = base._in_force(day)
        if national is None and not value.entered_by:
            return [f"a value only while there is a national one, which it must not be below; there is none on {day}"]
        if national is None and not base.is_awaited_on(day):
            return [f"entered by: only where the national value is awaited; on {day} it is not"]
        floors = base.floors_on(day)
        return [short for floor, of in floors for short in base.bounds.shortfalls(value.value, floor, of)]

    def floors_on(self, day: date) -> Iterator[tuple[ParameterValue, str]]:
        """What a council's value must not be below on a day, and which of the values that is.

        It is the one in force. Where there is none, or none of a word, it is the last that there was.
        """
        value = self._in_force(day)
        if value is not None:
            yield value.value, f"the national value on {day}"
        begun = [earlier.value for earlier in self.values if earlier.begins <= day]
        amounts = {word: amount for known in begun if isinstance(known, Mapping) for word, amount in known.items()}
        now = value.value if value is not None and isinstance(value.value, Mapping) else {}
        if amounts.keys() - now.keys():
            yield {word: amounts[word] for word in amounts if word not in now}, f"the last national value before {day}"
        elif begun and value is None:
            yield begun[-1], f"the last national value before {day}"

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
    if "entered by" in entry and ends is None:
        raise entry.problem(name, "until: what is entered for want of a national value ends with the time it is for")
    not_known = tuple(str(word) for word in entry.entries("not known"))
    return DatedValue(
        value, begins, ends, entry.text("reference"), entry.flag("unverified"), entry.line, not_known,
        entry.text("entered by"),
    )  # fmt: skip


def _until(day: date, values: tuple[DatedValue, ...]) -> tuple[DatedValue, ...]:
    """The values that begin before a day, the last of them cut down to the days before it."""
    before = tuple(value for value in values if value.begins < day)
    if before and (before[-1].ends is None or before[-1].ends >= day):
        before = (*before[:-1], replace(before[-1], ends=day - timedelta(days=1)))
    return before


def _where_there_is_none(entered: DatedValue, values: tuple[DatedValue, ...]) -> Iterator[DatedValue]:
    """An entered value, cut down to the days on which none of the other values is in force."""
    begins, ends = entered.begins, entered.ends or date.max
    nexts = (*(value.begins - timedelta(days=1) for value in values[1:]), date.max)
    for value, before_next in zip(values, nexts, strict=False):
        last = value.ends or before_next
        if begins < value.begins:
            yield replace(entered, begins=begins, ends=min(ends, value.begins - timedelta(days=1)))
        if last >= ends:
            return
        begins = max(begins, last + timedelta(days=1))
    if begins <= ends:
        yield replace(entered, begins=begins)
