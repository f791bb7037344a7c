"""Parameters: the dated values of a pack, and what each was on a date."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sevensteps.errors import Fault, Kind
from sevensteps.policy.facts import Value, pence
from sevensteps.policy.source import Section
from sevensteps.policy.verdict import Verdict

Table = tuple[tuple[int, int], ...]
Setting = Value | Table

TYPES = ("whole number", "money", "word", "words", "verdict", "dates", "points to pounds", "amount by word")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """What a parameter is from one date on, until another (both days included) or until the next value begins."""

    value: Setting | Mapping[str, int]
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
    read: dict[str, Parameter] = {}
    for name, body in _sections(section, "parameters"):
        type_ = str(body.get("type"))
        if type_ not in TYPES:
            raise body.problem(name, f"a type out of {', '.join(TYPES)}")
        read[name] = Parameter(
            name,
            type_,
            str(body.get("title", "")),
            str(body.get("unit", "")),
            body.get("set by") == "council",
            _values(name, type_, body),
            body.file,
            body.line,
        )
    return read


def _sections(section: Section, key: str) -> Iterator[tuple[str, Section]]:
    inner = section.get(key)
    if not isinstance(inner, Section):
        raise section.problem(key, "a mapping")
    for name, body in inner.items():
        if not isinstance(body, Section):
            raise inner.problem(name, "a mapping")
        yield name, body


def _values(name: str, type_: str, body: Section) -> tuple[DatedValue, ...]:
    entries = body.get("values")
    if not isinstance(entries, list) or not entries:
        raise body.problem(name, "a list of dated values")
    values = sorted((_dated(name, type_, entry, body) for entry in entries), key=lambda value: value.begins)
    for earlier, later in zip(values, values[1:], strict=False):
        if later.begins == earlier.begins or (earlier.ends is not None and later.begins <= earlier.ends):
            raise body.problem(name, f"values that do not overlap; two cover {later.begins.isoformat()}")
    return tuple(values)


def _dated(name: str, type_: str, entry: object, body: Section) -> DatedValue:
    if not isinstance(entry, Section):
        raise body.problem(name, "each value a mapping with from, value and reference")
    begins, ends = entry.get("from"), entry.get("until")
    if not isinstance(begins, date) or not (ends is None or isinstance(ends, date)):
        raise entry.problem(name, "from (and until, if any) as dates, such as 2026-04-01")
    value = _setting(type_, entry.get("value"))
    if value is None:
        raise entry.problem(name, f"a value of type {type_}")
    reference = entry.get("reference")
    if not isinstance(reference, str) or not reference:
        raise entry.problem(name, "a reference: the law, guidance or council decision that sets the value")
    return DatedValue(value, begins, ends, reference, entry.get("unverified") is True, entry.line)


def _setting(type_: str, given: object) -> Setting | Mapping[str, int] | None:
    match type_:
        case "whole number":
            return given if isinstance(given, int) and not isinstance(given, bool) else None
        case "money":
            return pence(given) if isinstance(given, str) else None
        case "word":
            return given if isinstance(given, str) else None
        case "verdict":
            return given if isinstance(given, str) and given in set(Verdict) else None
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


def _amounts(given: object) -> Mapping[str, int] | None:
    if not isinstance(given, Mapping):
        return None
    amounts = {str(word): pence(str(amount)) for word, amount in given.items()}
    known = {word: amount for word, amount in amounts.items() if amount is not None}
    return known if len(known) == len(given) else None
