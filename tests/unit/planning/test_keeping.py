"""What a person keeps of the council's services is never moved, however the money is cut."""

from contextlib import suppress
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.planning.domain.keeping import COUNCIL_MANAGED, ensure_money_stays
from services.planning.domain.money import Holding, MoneyArrangement, PersonalBudget
from sevensteps.errors import Fault
from sevensteps.kept_services import StandingService

AMOUNTS = st.decimals("0.01", "500.00", places=2)
KINDS = st.sampled_from((COUNCIL_MANAGED, "direct_payment", "individual_service_fund"))
ZERO = Decimal("0.00")


@given(AMOUNTS, st.lists(AMOUNTS, max_size=3), st.lists(st.tuples(KINDS, AMOUNTS), max_size=8))
def test_what_is_kept_stays_with_the_council(
    weekly: Decimal, kept: list[Decimal], asked: list[tuple[str, Decimal]]
) -> None:
    """Whatever is asked for in whatever order, what it costs is left for the council to hold, or all of the budget."""
    services = [StandingService(f"kept-{number}", ("community",), cost) for number, cost in enumerate(kept)]
    budget = PersonalBudget(weekly, ZERO, ())
    for number, (kind, amount) in enumerate(asked):
        holding = Holding(kind, "", amount, {})
        if amount > budget.left.weekly:
            continue
        with suppress(Fault):
            ensure_money_stays(services, budget, holding, "case-1")
            budget = budget.arrange(MoneyArrangement.of(holding, f"money-{number}", None, by="fin", at=""))
    elsewhere = sum((each.weekly for each in budget.arrangements if each.kind != COUNCIL_MANAGED), ZERO)
    assert weekly - elsewhere >= min(sum(kept, ZERO), weekly)
