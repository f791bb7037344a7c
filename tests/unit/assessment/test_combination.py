"""A combined assessment stands while both agree."""

from datetime import date

import pytest

from services.assessment.domain.combination import Combination, Consent
from sevensteps.errors import Fault, Kind

BEFORE, DAY, LATER = date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)
COMBINED = Combination("combined-1", (Consent("case-a", DAY), Consent("case-b", DAY)), "amy", "now")


@pytest.mark.parametrize("case_id", ["case-a", "case-b"])
def test_either_of_them_ends_it(case_id: str) -> None:
    """The consent of the other stays as it was given."""
    apart = COMBINED.withdraw(case_id, LATER, by="amy")
    assert COMBINED.stands
    assert not apart.stands
    assert apart.consent_of(case_id).withdrawn_on == LATER
    assert apart.other(case_id) == COMBINED.other(case_id)


def test_both_may_withdraw_and_each_once() -> None:
    """The second is on record, too; the same again is refused."""
    apart = COMBINED.withdraw("case-a", DAY, by="amy").withdraw("case-b", LATER, by="amy")
    assert [each.withdrawn_on for each in apart.consents] == [DAY, LATER]
    with pytest.raises(Fault) as refused:
        apart.withdraw("case-a", LATER, by="amy")
    assert refused.value.kind is Kind.PRECONDITION


def test_nobody_withdraws_before_they_agreed() -> None:
    """The field is named."""
    with pytest.raises(Fault) as refused:
        COMBINED.withdraw("case-a", BEFORE, by="amy")
    assert [each.field for each in refused.value.violations] == ["withdrawn_on"]
