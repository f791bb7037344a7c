"""The circle of support: what may be shared on which day, and helpers that never lead back to themselves."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain.people import Permission, ShareScope, ensure_not_circular
from sevensteps.errors import Fault

DAY = date(2026, 6, 1)
IDS = ("a", "b", "c", "d", "e")
SCOPES = st.sets(st.sampled_from(ShareScope))
DAYS = st.integers(-400, 400).map(lambda days: DAY + timedelta(days=days))


@given(SCOPES, st.sampled_from(ShareScope), DAYS, st.none() | DAYS, DAYS)
def test_nothing_is_shared_but_what_is_named_within_its_days(
    scopes: set[ShareScope], scope: ShareScope, first: date, last: date | None, on: date
) -> None:
    """The first and the last day count; with no last day it goes on."""
    permission = Permission(tuple(sorted(scopes)), "person", first, last)
    expected = scope in scopes and first <= on and (last is None or on <= last)
    assert permission.allows(scope, on) is expected


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from((*IDS, ""))), max_size=30))
def test_however_it_is_changed_nobody_helps_through_themselves(changes: list[tuple[str, str]]) -> None:
    """Of all changes those that lead back are refused; after the others every way has an end."""
    through: dict[str, str] = {}
    for who, whom in changes:
        with suppress(Fault):
            ensure_not_circular(who, whom, through)
            through[who] = whom
    for who in IDS:
        steps, follows = 0, through.get(who, "")
        while follows:
            steps, follows = steps + 1, through.get(follows, "")
            assert steps <= len(IDS)


def test_by_themselves_is_never_circular() -> None:
    """Who helps through nobody is where every way ends."""
    ensure_not_circular("a", "", {"b": "a"})
    with pytest.raises(Fault) as refused:
        ensure_not_circular("a", "b", {"b": "a"})
    assert [violation.field for violation in refused.value.violations] == ["through_person_id"]
