"""How funded needs are met."""

from datetime import date

import pytest

from services.planning.domain.support import SupportArrangement, ensure_funded, needs_left
from sevensteps.errors import Fault

FUNDED = ("nutrition", "community", "recreation")
ARRANGED = ("pat", "")
"""By whom and when: it does not matter here."""


def test_a_need_is_left_until_any_arrangement_meets_it() -> None:
    """In the order of the plan; several arrangements may share a need."""
    arranged = [
        SupportArrangement("support-1", "provider", ("community",), date(2026, 12, 1), *ARRANGED),
        SupportArrangement("support-2", "community", ("community", "recreation"), date(2026, 12, 8), *ARRANGED),
    ]
    assert needs_left(FUNDED, arranged) == ("nutrition",)
    assert needs_left(FUNDED, []) == FUNDED


def test_only_funded_needs_are_arranged() -> None:
    """A need that the plan does not pay for is named with its path."""
    ensure_funded(["community"], FUNDED)
    with pytest.raises(Fault) as refusal:
        ensure_funded(["community", "hygiene"], FUNDED)
    assert [violation.field for violation in refusal.value.violations] == ["needs[1]"]
