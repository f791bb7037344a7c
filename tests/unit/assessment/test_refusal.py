"""Whether a refusal of an assessment stands (s.11)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain.refusal import Refusal, RefusalException, Refusing
from sevensteps.errors import Fault

ANSWER = st.sampled_from([True, False, None])
REFUSINGS = st.builds(Refusing, st.just(date(2026, 6, 1)), st.just("-"), ANSWER, ANSWER, ANSWER)


@given(refusing=REFUSINGS)
def test_it_stands_unless_an_exception_is_known_to_apply(refusing: Refusing) -> None:
    """Either abuse or neglect, or no capacity and best interests: both halves, and unknown is none (s.11(2))."""
    refusal = Refusal("refusal-1", "case-1", 1, refusing, "amy", "2026-06-01T09:00:00Z")
    lacks_capacity = refusing.lacks_capacity is True and refusing.best_interests is True
    assert refusal.stands is not (refusing.abuse_or_neglect is True or lacks_capacity)
    if refusing.abuse_or_neglect:
        assert refusing.exception is RefusalException.ABUSE_OR_NEGLECT


@given(refusing=REFUSINGS)
def test_of_an_adult_all_is_answered_and_of_a_carer_nothing(refusing: Refusing) -> None:
    """Whether an assessment is in their best interests is asked only where an adult lacks the capacity to refuse."""
    answered = refusing.lacks_capacity is not None and refusing.abuse_or_neglect is not None
    adult_may = answered and (refusing.best_interests is not None) == bool(refusing.lacks_capacity)
    carer_may = {refusing.lacks_capacity, refusing.best_interests, refusing.abuse_or_neglect} == {None}
    for kind, may in (("adult", adult_may), ("carer", carer_may)):
        if may:
            refusing.ensure_about(kind)
        else:
            with pytest.raises(Fault):
                refusing.ensure_about(kind)
