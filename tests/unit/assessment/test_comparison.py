"""One round of assessment against an earlier one: nothing is lost, and nothing is counted twice."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain.comparison import RoundComparison, RoundResult
from sevensteps.steps import ADULT_OUTCOMES

NEEDS = st.lists(st.sampled_from(sorted(ADULT_OUTCOMES)), unique=True).map(tuple)
PENCE = st.integers(0, 100_000_000).map(lambda pence: Decimal(pence).scaleb(-2))


@st.composite
def results(draw: st.DrawFn) -> RoundResult:
    """What may stand of a round: a duty is owed for some of the eligible needs; there may be no budget."""
    needs = draw(NEEDS)
    budget = draw(st.booleans())
    return RoundResult(
        round=draw(st.integers(1, 9)),
        assessed_on=date(2026, 6, 1),
        eligible_needs=needs,
        duty_owed=tuple(need for need in needs if draw(st.booleans())),
        points=draw(st.integers(0, 200)) if budget else None,
        weekly=draw(PENCE) if budget else None,
    )


@given(before=results(), after=results())
def test_what_was_and_what_changed_is_what_is(before: RoundResult, after: RoundResult) -> None:
    """Needs, duties, points and pounds: the earlier round with the changes is the later one."""
    compared = RoundComparison(before, after)
    assert {*compared.needs_kept, *compared.needs_gained} == set(after.eligible_needs)
    assert {*compared.needs_kept, *compared.needs_lost} == set(before.eligible_needs)
    assert set(before.duty_owed) - set(compared.duty_lost) | set(compared.duty_gained) == set(after.duty_owed)
    if compared.weekly_change is None or compared.points_change is None:
        assert None in {before.weekly, after.weekly}
        return
    assert before.weekly is not None
    assert before.points is not None
    assert before.weekly + compared.weekly_change == after.weekly
    assert before.points + compared.points_change == after.points


@given(result=results())
def test_a_round_does_not_differ_from_itself(result: RoundResult) -> None:
    """Nothing gained, nothing lost."""
    same = RoundComparison(result, result)
    assert [*same.needs_gained, *same.needs_lost, *same.duty_gained, *same.duty_lost] == []
    assert same.points_change in {0, None}
