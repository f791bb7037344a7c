"""What a person has, earns and spends, and which services are charged for: the facts of a contribution. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sevensteps.money import Money, Rounding, Total, pounds
from sevensteps.policy.model.verdict import Json

Amounts = tuple[Money, ...]
"""Amounts that come again and belong together; none at all says that there is nothing."""


def _weekly(amounts: Amounts | None, rounding: Rounding = Rounding.HALF_UP) -> str | None:
    return None if amounts is None else pounds(Total.of(amounts, rounding).weekly)


@dataclass(frozen=True, slots=True)
class Means:
    """What is known of a person's means: None where it is unknown, which is never nothing. `capital` in pounds.

    Income is rounded down, because a charge is worked out from it, and what is taken off it half up.
    """

    born: date | None = None
    couple: bool | None = None
    partner_born: date | None = None
    children: int | None = None
    income: Amounts | None = None
    capital: Decimal | None = None
    housing_costs: Amounts | None = None
    disability_benefit: bool | None = None
    disability_expenditure: Amounts | None = None
    disability_premium: bool | None = None
    enhanced_disability_premium: bool | None = None
    carer_premium: bool | None = None
    council_arranges: bool | None = None

    @property
    def facts(self) -> dict[str, Json]:
        """The means as the decision contribution takes them."""
        return {
            "born": self.born.isoformat() if self.born else None,
            "couple": self.couple,
            "partner_born": self.partner_born.isoformat() if self.partner_born else None,
            "children": self.children,
            "weekly_income": _weekly(self.income, Rounding.DOWN),
            "capital": None if self.capital is None else pounds(self.capital),
            "housing_costs": _weekly(self.housing_costs),
            "disability_benefit": self.disability_benefit,
            "disability_expenditure": _weekly(self.disability_expenditure),
            "disability_premium": self.disability_premium,
            "enhanced_disability_premium": self.enhanced_disability_premium,
            "carer_premium": self.carer_premium,
            "council_arranges": self.council_arranges,
        }


@dataclass(frozen=True, slots=True)
class CountedService:
    """A service that meets needs. `kind` is an option of the decision contribution; `cost` is None where unknown.

    `began` is the day on which reablement or intermediate care began.
    """

    service_id: str
    kind: str
    cost: Money | None = None
    began: date | None = None

    @property
    def facts(self) -> dict[str, Json]:
        """The service as the decision contribution takes it: free or charged for by itself."""
        once = self.cost is not None and self.cost.once
        return {
            "id": self.service_id,
            "kind": self.kind,
            "weekly_cost": _weekly((self.cost,)) if self.cost and not once else None,
            "one_off_cost": pounds(self.cost.amount) if self.cost and once else None,
            "began": self.began.isoformat() if self.began else None,
        }


def repeated_ids(services: Iterable[CountedService]) -> Iterable[int]:
    """The places of services whose id was there before."""
    seen: set[str] = set()
    for index, service in enumerate(services):
        if service.service_id in seen:
            yield index
        seen.add(service.service_id)
