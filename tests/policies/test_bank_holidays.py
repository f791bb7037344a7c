"""The bank holidays in the packs against the list that GOV.UK publishes, which govuk-bank-holidays ships."""

from pathlib import Path

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from sevensteps.policy.packs.pack import names, read_pack

ROOT = Path(__file__).parents[2] / "policies"


def published() -> set[str]:
    """England's, as they were published when the installed list was made: nothing is downloaded."""
    days = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return {day["date"].isoformat() for day in days}


@pytest.mark.parametrize("pack", names(ROOT))
def test_the_bank_holidays_of_a_pack_are_those_that_are_published(pack: str) -> None:
    """Every year that a pack gives is published, and has the published days, no other and none less.

    The day on which a value begins does not count: working days are counted from the day after.
    """
    for value in read_pack(ROOT, pack).parameters["deadlines.bank_holidays"].values:
        assert isinstance(value.value, tuple)
        given = {str(day) for day in value.value}
        years = {day[:4] for day in given}
        expected = {day for day in published() if day[:4] in years and day > value.begins.isoformat()}
        assert given == expected
        assert years == {day[:4] for day in expected}
