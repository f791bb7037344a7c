"""The forecast of dates of law, as the home page shows it: week by week, and by kind of date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from console import words
from console.charts import share
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb


@dataclass(frozen=True, slots=True)
class Part:
    """A row: dates that come, and what is expected of them. Widths of bars are hundredths of the longest one."""

    label: str
    expected: pb.Expected
    width: float
    risk_width: float
    past: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of the next weeks, and from what that is known."""

    weeks: Sequence[Part]
    kinds: Sequence[Part]
    weeks_back: int

    @property
    def dates(self) -> int:
        """How many dates come in all weeks."""
        return sum(each.expected.dates for each in self.weeks)

    @property
    def at_risk(self) -> int:
        """How many of them are expected to be missed."""
        return sum(each.expected.at_risk for each in self.weeks)

    @property
    def not_known(self) -> int:
        """Of how many nothing is known."""
        return sum(each.expected.not_known for each in self.weeks)


def forecast_of(answer: pb.ForecastBreachesResponse) -> Forecast:
    """A forecast in words, with its bars."""
    weeks = [(_days(each.from_day, each.until_day), each.expected, "") for each in answer.weeks]
    kinds = [
        (words.law_date(each.clock), each.expected, f"{each.met} of {each.ended}" if each.ended else "none yet")
        for each in answer.clocks
    ]
    return Forecast(_parts(weeks), _parts(kinds), answer.weeks_back)


def _parts(rows: Sequence[tuple[str, pb.Expected, str]]) -> Sequence[Part]:
    most = max((expected.dates for _, expected, _ in rows), default=0)
    return [
        Part(label, expected, share(expected.dates, most), share(expected.at_risk, most), past)
        for label, expected, past in rows
    ]


def _days(first: str, last: str) -> str:
    """A week, by its first and last day; the year is told once."""
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    told = clock.day_in_words(begins)
    if begins.year == ends.year:
        told = told.removesuffix(f" {begins.year}")
    return f"{told} to {clock.day_in_words(ends)}"
