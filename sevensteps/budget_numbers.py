"""What a person pays, and the three numbers of a personal budget: of a financial assessment, or of an agreed plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self


@dataclass(frozen=True, slots=True)
class BudgetNumbers:
    """What meeting the needs costs, and who pays it, in pounds a week (Care Act 2014 s.26(1)(a) to (c)).

    The first is the sum of the others, and none is negative: whatever contradicts that raises ValueError.
    """

    cost: Decimal
    adult_pays: Decimal
    council_pays: Decimal

    def __post_init__(self) -> None:
        if self.adult_pays + self.council_pays != self.cost or min(self.adult_pays, self.council_pays) < 0:
            raise ValueError("what meeting the needs costs is what the adult pays and what the council pays")

    @classmethod
    def of(cls, cost: Decimal, charge: Decimal) -> Self:
        """The numbers where meeting the needs costs so much. Nobody pays more than it costs (s.14(4))."""
        adult_pays = min(charge, cost)
        return cls(cost, adult_pays, cost - adult_pays)


@dataclass(frozen=True, slots=True)
class Charge:
    """What a decision says that a person pays. `weekly` in pounds a week, None while it is not settled.

    `most` is the whole charge where a person has to judge, `cost` what the personal budget has to cover; each is None
    where it is not known. `within_limit` is whether the means are at or below the financial limit (s.18(2)).
    """

    verdict: str
    weekly: Decimal | None
    cost: Decimal | None
    most: Decimal | None = None
    within_limit: bool | None = None

    @classmethod
    def of(cls, verdict: str, values: Mapping[str, object]) -> Self:
        """What it says, from the verdict and the values of the decision contribution."""
        within = values.get("means_within_limit")
        return cls(
            verdict,
            weekly=_amount(values, "weekly_charge"),
            cost=_amount(values, "personal_budget"),
            most=_amount(values, "whole_charge"),
            within_limit=within if isinstance(within, bool) else None,
        )


def _amount(values: Mapping[str, object], name: str) -> Decimal | None:
    value = values.get(name)
    return Decimal(value) if isinstance(value, str) else None
