"""The calculations that a pack may name. Money is whole pence, dates are ISO text, amounts are weekly.

Every function is pure, and its parameters are the keys that a pack writes beside `calculate`. A function that cannot
answer raises a Fault.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from sevensteps.errors import Fault, Kind
from sevensteps.policy.model.charging import charge, guaranteed_income, minimum_income_guarantee, tariff_income
from sevensteps.policy.model.facts import FIRST_DAY, LAST_DAY

PointsTable = tuple[tuple[int, int], ...]
"""Rows of points and pence, beginning at 0 points."""

BirthTable = tuple[tuple[str, str | int], ...]
"""Rows of a day, and what holds for whoever is born from then on: a day, or an age in months."""

A_YEAR = 12
"""Months."""
_SATURDAY = 5


def total(of: Sequence[int]) -> int:
    """The sum of amounts or numbers."""
    return sum(of)


def difference(of: int, less: int) -> int:
    """One amount or number less another."""
    return of - less


def what_remains(of: int, less: int) -> int:
    """One number less another, but never below 0."""
    return max(0, of - less)


def largest(of: Sequence[int]) -> int:
    """The largest of amounts or numbers; 0 where there is none."""
    return max(of, default=0)


def smallest(of: Sequence[int]) -> int:
    """The smallest of amounts or numbers; 0 where there is none."""
    return min(of, default=0)


def amount_where(of: int, *, where: bool) -> int:
    """An amount where something is so, and nothing where it is not."""
    return of if where else 0


def total_where(of: Sequence[int], where: Sequence[int]) -> int:
    """The sum of the amounts whose number in the other list is not 0."""
    return sum(amount for amount, number in zip(of, where, strict=True) if number)


def names_word(amounts: Mapping[str, int], word: str) -> bool:
    """Whether a list of amounts has an amount for a word."""
    return word in amounts


def lowest_limit(amounts: Mapping[str, int], word: str, within: Sequence[str]) -> int:
    """The lowest amount for a word, alone or narrowed ("approver", "approver.care_home"); 0 if there is none."""
    names = (word, *(f"{word}.{narrower}" for narrower in within))
    return min((amounts[name] for name in names if name in amounts), default=0)


def count(of: Sequence[object]) -> int:
    """How many there are."""
    return len(of)


def shared(of: Sequence[str], among: Sequence[str]) -> int:
    """How many words two lists have in common."""
    return len(set(of) & set(among))


def holding(of: Sequence[Sequence[str]], word: str) -> int:
    """How many of the lists contain a word."""
    return sum(word in words for words in of)


def contains(of: Sequence[str], word: str) -> bool:
    """Whether a list contains a word."""
    return word in of


def percent_over(of: int, base: int) -> int:
    """By how many per cent an amount exceeds another, rounded up to a whole number; negative when it is lower."""
    if base == 0:
        return 0 if of <= 0 else 1000
    return -((base - of) * 100 // base)


def pounds_for_points(points: int, table: PointsTable, withheld_percent: int) -> int:
    """Weekly pence for points: a straight line between the rows of the table, less what the council withholds.

    Points above the last row count as the last row, so the pack checks `points above` first.
    """
    lower = upper = table[0]
    for row in table:
        lower, upper = upper, row
        if points <= row[0]:
            break
    span = upper[0] - lower[0]
    share = Decimal(min(points, upper[0]) - lower[0]) / span if span else Decimal(0)
    weekly = (lower[1] + share * (upper[1] - lower[1])) * (100 - withheld_percent) / 100
    return int(weekly.quantize(Decimal(1), ROUND_HALF_UP))


def points_above(points: int, table: PointsTable) -> int:
    """How many points there are above the last row of a table."""
    return max(0, points - table[-1][0])


def same(of: str) -> str:
    """A word that a parameter holds, as a fact that conditions can test."""
    return of


def is_on_or_after(day: str, other: str) -> bool:
    """Whether a day is the other day or later."""
    return day >= other


@lru_cache(maxsize=4096)
def days_later(day: str, days: int) -> str:
    """The date a number of calendar days after a day.

    Raises:
        Fault: INVALID, FACT_INVALID: that is after the latest date, or before the earliest.
    """
    later = date.fromisoformat(day).toordinal() + days
    if not FIRST_DAY.toordinal() <= later <= LAST_DAY.toordinal():
        raise _beyond_dates()
    return date.fromordinal(later).isoformat()


@lru_cache(maxsize=4096)
def months_later(day: str, months: int) -> str:
    """The same day a number of months later, or the last day of that month. Raises as `days_later` does."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * A_YEAR + start.month - 1 + months, A_YEAR)
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise _beyond_dates()
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()


def weeks_later(day: str, weeks: int) -> str:
    """The date a number of weeks after a day. Raises as `days_later` does."""
    return days_later(day, 7 * weeks)


def years_later(day: str, years: int) -> str:
    """The same day a number of years later, or 28 February. Raises as `days_later` does."""
    return months_later(day, A_YEAR * years)


def age_reached(born: str, years: int) -> str:
    """The day on which somebody reaches an age: the anniversary of their birth (Family Law Reform Act 1969 s.9).

    Whoever is born on 29 February has no anniversary in a common year: the age is reached when February is over, on
    1 March. Raises as `days_later` does.
    """
    birthday = years_later(born, years)
    return days_later(birthday, 1) if birthday[-2:] != born[-2:] else birthday


def age_by_birth(born: str, table: BirthTable) -> str:
    """The day that a table has for whoever is born on a day, or on which they reach the age that it has."""
    until = _until(born, table)
    if isinstance(until, str):
        return until
    return months_later(born, until) if until % A_YEAR else age_reached(born, until // A_YEAR)


def day_by_birth(born: str, table: BirthTable) -> str:
    """What `age_by_birth` is now, with 28 February for 1 March: stored packs still decide by it."""
    until = _until(born, table)
    return until if isinstance(until, str) else months_later(born, until)


def _until(born: str, table: BirthTable) -> str | int:
    return table[bisect_right(table, born, key=lambda row: row[0]) - 1][1]


def last_day_of_months(day: str, months: int) -> str:
    """The last day of a period of months that commences on a day: the day before the same day of the month then.

    In a month that has no such day it is the last one. Raises as `days_later` does.
    """
    then = months_later(day, months)
    return days_later(then, -1) if then[-2:] == day[-2:] else then


def later_of(day: str, other: str) -> str:
    """The later one of two days."""
    return max(day, other)


def _beyond_dates() -> Fault:
    expected = f"a date from {FIRST_DAY.year} to {LAST_DAY.year}; counting on from the facts leads beyond"
    return Fault(Kind.INVALID, "FACT_INVALID", f"expected {expected}")


@lru_cache(maxsize=4096)
def working_days_later(day: str, days: int, bank_holidays: tuple[str, ...]) -> str:
    """The date a number of working days after a day: weekends and bank holidays do not count.

    Raises:
        Fault: INVALID, PARAMETER_MISSING: the list of bank holidays ends before that date.
    """
    closed, years = frozenset(bank_holidays), {holiday[:4] for holiday in bank_holidays}
    current, left = date.fromisoformat(day), days
    while True:
        if current.isoformat()[:4] not in years:
            raise Fault(Kind.INVALID, "PARAMETER_MISSING", f"no bank holidays are known for {current.year}")
        if not left:
            return current.isoformat()
        current += timedelta(days=1)
        if current.weekday() < _SATURDAY and current.isoformat() not in closed:
            left -= 1


def next_working_day(day: str, bank_holidays: tuple[str, ...]) -> str:
    """A day, or the next working day where it is none itself. Raises as `working_days_later` does."""
    is_open = date.fromisoformat(day).weekday() < _SATURDAY and day not in bank_holidays
    return working_days_later(day, 0 if is_open else 1, bank_holidays)


Result = bool | int | str | tuple[str, ...]

CALCULATIONS: Mapping[str, Callable[..., Result]] = {
    function.__name__.replace("_", " "): function
    for function in (
        total, total_where, amount_where, difference, what_remains, largest, smallest, count, shared, holding,
        contains, percent_over, same, minimum_income_guarantee, guaranteed_income, tariff_income, charge, names_word,
        lowest_limit, pounds_for_points, points_above, is_on_or_after, later_of, days_later, weeks_later, months_later,
        years_later, age_reached, last_day_of_months, age_by_birth, day_by_birth, working_days_later, next_working_day,
    )
}  # fmt: skip

RISES_WITH: Mapping[str, Mapping[str, bool]] = {
    "total": {"of": True},
    "total where": {"of": True},
    "difference": {"of": True, "less": False},
    "what remains": {"of": True, "less": False},
}
"""The arguments with which a result never falls (True) or never rises (False), whatever the other arguments are."""

NOTHING_SETTLES = ("amount where",)
"""The calculations whose result is 0 as soon as one of their arguments is 0 or no, whatever the other one is."""
