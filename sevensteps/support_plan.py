"""What the services that make and approve a support plan both say of it: its questions, and a line of spending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sevensteps.money import Frequency, Money

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "six": ("important", "change", "spend", "manage", "control", "next"),
    "nine": ("important", "change", "achieve", "supported", "spend", "manage", "control", "happen", "look"),
}
"""The questions that a plan answers, by template."""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """One line of spending. `weekly` in pounds, 0.00 where it is spent once; `amount` as often as `frequency` says.

    `amount` is None where it is `weekly`. `care_home_weeks` are of the next twelve months, None where unknown.

    `direct_payment` is whether its money is meant to be held so; None where unknown, as in older lines.
    `beyond_needs` is what it costs more a week than meeting the needs does; the council is not asked for it.
    `service` is what kind of service it buys, where something else than the usual may be charged for it.
    """

    line_id: str
    text: str
    needs: tuple[str, ...]
    use: str
    weekly: Decimal
    necessary_override: bool
    care_home_weeks: int | None
    direct_payment: bool | None = None
    beyond_needs: Decimal = Decimal("0.00")
    service: str = ""
    amount: Decimal | None = None
    frequency: Frequency = Frequency.WEEKLY
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def spent(self) -> Money:
        """What is spent, and how often."""
        return Money(self.weekly if self.amount is None else self.amount, self.frequency)

    @property
    def once(self) -> Decimal:
        """What is spent once, in pounds: beside what is spent a week."""
        return self.spent.amount if self.spent.once else Decimal("0.00")
