"""What the services that make and approve a support plan both say of it: its questions, and a line of spending."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "six": ("important", "change", "spend", "manage", "control", "next"),
    "nine": ("important", "change", "achieve", "supported", "spend", "manage", "control", "happen", "look"),
}
"""The questions that a plan answers, by template."""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """One line of spending. `weekly` in pounds; `care_home_weeks` of the next twelve months, None where unknown.

    `direct_payment` is whether its money is meant to be held so; None where unknown, as in older lines.
    `beyond_needs` is what it costs more a week than meeting the needs does; the council is not asked for it.
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
