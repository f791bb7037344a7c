"""Money: text in pounds ("82.91") on the wire and in records, numbers to count with, and what it comes to a week.

Services count in Decimal pounds; the rules engine in whole pence, which compare exactly whatever reads them. A week is
what everything is compared by: only this module turns other frequencies into it, and it rounds once, at the end.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

PENNY = Decimal("0.01")
WEEKS_A_YEAR = 52
_POUNDS_AND_PENCE = re.compile(r"(-?)(\d{1,9})(?:\.(\d{2}))?")


class Frequency(StrEnum):
    """How often an amount is paid or comes in."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    FOUR_WEEKLY = "four_weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Rounding(StrEnum):
    """How a part of a penny is rounded: half a penny up, or what somebody is charged down, in their favour."""

    HALF_UP = "half_up"
    DOWN = "down"


TIMES_A_WEEK: Mapping[Frequency, Fraction] = {
    Frequency.WEEKLY: Fraction(1),
    Frequency.FORTNIGHTLY: Fraction(1, 2),
    Frequency.FOUR_WEEKLY: Fraction(1, 4),
    Frequency.MONTHLY: Fraction(12, WEEKS_A_YEAR),
    Frequency.QUARTERLY: Fraction(4, WEEKS_A_YEAR),
    Frequency.YEARLY: Fraction(1, WEEKS_A_YEAR),
}
"""How often each comes in an average week. What comes once is in no week: it is counted apart."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in pounds and how often it comes. It is never negative: what is owed is another amount."""

    amount: Decimal
    frequency: Frequency = Frequency.WEEKLY

    @property
    def once(self) -> bool:
        """Whether it comes once and so is no amount a week."""
        return self.frequency is Frequency.ONCE


@dataclass(frozen=True, slots=True)
class Total:
    """What several amounts come to: in pounds a week those that come again, in pounds those that come once."""

    weekly: Decimal
    once: Decimal

    @classmethod
    def of(cls, parts: Iterable[Money], rounding: Rounding = Rounding.HALF_UP) -> Self:
        """Add amounts of any frequency; the sum a week is rounded once."""
        kept = tuple(parts)
        again = (Fraction(part.amount) * TIMES_A_WEEK[part.frequency] for part in kept if not part.once)
        once = sum((part.amount for part in kept if part.once), Decimal(0))
        return cls(_to_the_penny(sum(again, Fraction(0)), rounding), once.quantize(PENNY))


def weekly_shares(parts: Sequence[Money]) -> tuple[Decimal, ...]:
    """What each of several amounts comes to in pounds a week, so that together they are their `Total` to the penny.

    The pence that rounding leaves go to the amounts that lose most by it. What comes once has no share.
    """
    exact = [Fraction(0) if part.once else Fraction(part.amount) * TIMES_A_WEEK[part.frequency] * 100 for part in parts]
    shares = [share.numerator // share.denominator for share in exact]
    left = int(Total.of(parts).weekly * 100) - sum(shares)
    for index in sorted(range(len(parts)), key=lambda index: shares[index] - exact[index])[:left]:
        shares[index] += 1
    return tuple(Decimal(share).scaleb(-2) for share in shares)


def weekly_of(amount: Decimal, frequency: Frequency, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """What an amount comes to in pounds a week, rounded to the penny. Add amounts by `Total.of`, not one by one.

    Raises ValueError for what comes once, which no number of weeks divides.
    """
    if frequency is Frequency.ONCE:
        raise ValueError("what comes once is no amount a week")
    return Total.of((Money(amount, frequency),), rounding).weekly


def yearly_of(weekly: Decimal) -> Decimal:
    """What an amount a week comes to in a year of 52 weeks, in pounds."""
    return weekly * WEEKS_A_YEAR


def _to_the_penny(amount: Fraction, rounding: Rounding) -> Decimal:
    """An exact amount of pounds in whole pence; the only place where a part of a penny goes."""
    exact = amount * 100 + (Fraction(1, 2) if rounding is Rounding.HALF_UP else 0)
    return Decimal(exact.numerator // exact.denominator).scaleb(-2)


def pounds(amount: Decimal) -> str:
    """An amount in pounds as text, to the penny: "82.91"."""
    return str(amount.quantize(PENNY, ROUND_HALF_UP))


def pounds_from_pence(amount: int) -> str:
    """Whole pence as text in pounds: 8291 is "82.91"."""
    return str(Decimal(amount).scaleb(-2))


def pounds_in_words(text: str) -> str:
    """Text in pounds as people write it: "1352.00" is "£1,352.00". Other text is left as it is."""
    amount = pence(text)
    return text if amount is None else f"{'-' if amount < 0 else ''}£{Decimal(abs(amount)).scaleb(-2):,}"


def pence(text: str) -> int | None:
    """Pounds and pence as text in whole pence: "82.91" is 8291. None where the text is not that."""
    amount = _POUNDS_AND_PENCE.fullmatch(text)
    if amount is None or not text.isascii():
        return None
    whole = int(amount[2]) * 100 + int(amount[3] or 0)
    return -whole if amount[1] else whole
