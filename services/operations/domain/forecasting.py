"""How many dates of law will not be met in the next weeks, if all goes on as it has. Pure.

Of the dates whose last day was in the past weeks, those count that were still open as many days before their last day
as a date to come is now. The share of them that was met in time is its chance.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEKS_AHEAD = 4
WEEKS_BACK = 13
FEWEST = 5
"""Fewer dates than these say nothing of what is to come."""
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Running:
    """Dates of one kind that run and have the same last day."""

    clock: str
    day: date
    dates: int


@dataclass(slots=True)
class History:
    """How the dates of past weeks have ended: by clock, how many were met with so many days left, and how many not."""

    met: dict[str, Counter[int]] = field(default_factory=dict)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, clock: str, left: int, dates: int) -> None:
        """So many dates were met with so many days left, or were not met where that is negative."""
        if left < 0:
            self.missed[clock] += dates
        else:
            self.met.setdefault(clock, Counter())[left] += dates

    def ended(self, clock: str) -> tuple[int, int]:
        """How many dates of a kind there were, and how many of them were met in time."""
        met = self.met.get(clock, Counter()).total()
        return met + self.missed[clock], met

    def chance(self, clock: str, left: int) -> Fraction | None:
        """The share of those that were open so many days before their last day which was met in time; None for few."""
        met = sum(dates for days, dates in self.met.get(clock, Counter()).items() if days <= left)
        of = met + self.missed[clock]
        return Fraction(met, of) if of >= FEWEST else None


@dataclass(slots=True)
class Forecast:
    """Dates to come: how many, of how many it is not known how such dates end, and how many are expected to be missed.

    `missed` is the sum of the chances; people are shown whole numbers.
    """

    dates: int = 0
    not_known: int = 0
    missed: Fraction = Fraction(0)

    def add(self, dates: int, chance: Fraction | None) -> None:
        """So many more dates, each with this chance to be met."""
        self.dates += dates
        if chance is None:
            self.not_known += dates
        else:
            self.missed += dates * (1 - chance)

    @property
    def at_risk(self) -> int:
        """How many are expected to be missed, rounded to whole dates, halves up."""
        return int(self.missed + HALF)

    @property
    def in_time(self) -> int:
        """How many are expected to be met."""
        return self.dates - self.not_known - self.at_risk


@dataclass(frozen=True, slots=True)
class Forecasts:
    """For each week, with its first day; and for each kind of date that comes in these weeks."""

    weeks: Sequence[tuple[date, Forecast]]
    clocks: Mapping[str, Forecast]


def forecast(running: Iterable[Running], history: History, today: date) -> Forecasts:
    """What is to be expected of the dates that run, from today on for WEEKS_AHEAD weeks; others do not count."""
    weeks = [(today + WEEK * number, Forecast()) for number in range(WEEKS_AHEAD)]
    clocks: dict[str, Forecast] = {}
    for each in running:
        left = (each.day - today).days
        if 0 <= left < WEEK.days * WEEKS_AHEAD:
            chance = history.chance(each.clock, left)
            for part in (weeks[left // WEEK.days][1], clocks.setdefault(each.clock, Forecast())):
                part.add(each.dates, chance)
    return Forecasts(weeks, dict(sorted(clocks.items())))
