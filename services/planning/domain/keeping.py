"""Services that the person keeps as they are: no change is imposed, so money and support do not move them. Pure."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from services.planning.domain.money import Holding, PersonalBudget
from services.planning.domain.support import Support, SupportArrangement
from sevensteps.errors import Fault, Kind
from sevensteps.kept_services import StandingService
from sevensteps.money import pounds

COUNCIL_MANAGED = "council_managed"
"""How the money of a service is held that the council arranges."""
PROVIDER = "provider"
"""How such a service comes."""


def ensure_money_stays(
    kept: Collection[StandingService], budget: PersonalBudget, holding: Holding, case_id: str
) -> None:
    """Raise a Fault (PRECONDITION, SERVICE_KEPT) where too little would be left with the council for what is kept.

    Amounts are pounds a week; money that is spent once pays for no service that is kept. A service that costs more than
    the whole budget keeps all of it with the council.
    """
    if not kept or holding.kind == COUNCIL_MANAGED or not holding.weekly:
        return
    costs = sum((service.weekly for service in kept), Decimal("0.00"))
    elsewhere = (each.weekly for each in budget.arrangements if each.kind != COUNCIL_MANAGED)
    moved = sum(elsewhere, holding.weekly)
    if moved > budget.weekly - min(costs, budget.weekly):
        raise _kept(
            kept,
            f"{pounds(costs)} pounds a week of the personal budget stay council-managed: arrange less otherwise.",
            case_id,
        )


def ensure_support_stays(
    kept: Collection[StandingService],
    arrangements: Iterable[SupportArrangement],
    support: Support,
    case_id: str,
) -> None:
    """Raise a Fault (PRECONDITION, SERVICE_KEPT) where a need of what is kept would be met otherwise instead.

    Once the service itself is arranged for the need, as one of a provider, something else may come beside it.
    """
    if support.kind == PROVIDER:
        return
    arranged = {need for each in arrangements if each.kind == PROVIDER for need in each.needs}
    moved = sorted({need for service in kept for need in service.needs if need in support.needs} - arranged)
    if moved:
        names = ", ".join(moved)
        raise _kept(kept, f"Arrange it first, with a provider, for {names}; then something else beside it.", case_id)


def _kept(kept: Collection[StandingService], remedy: str, case_id: str) -> Fault:
    ids = ", ".join(service.kept_service_id for service in kept)
    return Fault(
        Kind.PRECONDITION,
        "SERVICE_KEPT",
        f"The person keeps the service that the council arranges for them ({ids}), and nobody moves it. {remedy} Where "
        "they have changed their mind, LetServiceGo comes first.",
        metadata={"case_id": case_id},
    )
