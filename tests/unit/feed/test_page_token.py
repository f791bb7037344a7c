"""Page tokens: opaque, and good for the filter for which they were given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.domain import Wanted
from services.feed.wire import position_of, token_of
from sevensteps.errors import Fault, Kind

TEXTS = st.sampled_from(["", "a", "b", "example"])
WANTED = st.builds(
    Wanted,
    case_id=TEXTS,
    types=st.frozensets(st.sampled_from(["a.b.v1", "c.d.v1"])),
    council=TEXTS,
    scope=st.none() | TEXTS,
)
POSITIONS = st.integers(0, 2**63 - 1)


@given(position=POSITIONS, wanted=WANTED)
def test_a_token_gives_back_its_position(position: int, wanted: Wanted) -> None:
    """For the same filter and council."""
    assert position_of(token_of(position, wanted), wanted) == position


@given(position=POSITIONS, wanted=WANTED, other=WANTED)
def test_a_token_is_no_good_for_another_filter(position: int, wanted: Wanted, other: Wanted) -> None:
    """Nor for a reader confined to another council."""
    if wanted == other:
        return
    with pytest.raises(Fault) as refused:
        position_of(token_of(position, wanted), other)
    assert refused.value.reason == "CURSOR_FILTER_MISMATCH"


@given(token=st.text(min_size=1))
def test_any_other_text_is_refused(token: str) -> None:
    """INVALID, whatever it is."""
    with pytest.raises(Fault) as refused:
        position_of(token, Wanted("", frozenset(), "", None))
    assert refused.value.kind is Kind.INVALID
