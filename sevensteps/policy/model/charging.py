"""The calculations of what a person pays. Money is whole pence, amounts are weekly."""

from collections.abc import Mapping

from sevensteps.errors import Fault, Kind

_FULL_RATE_AGE = 25


def minimum_income_guarantee(
    amounts: Mapping[str, int],
    children: int,
    *,
    adult: bool,
    couple: bool,
    pension_age: bool,
    lone_parent: bool,
    under_full_rate: bool,
    disability_premium: bool,
    enhanced_disability_premium: bool,
    carer_premium: bool,
) -> int:
    """Weekly pence that a person keeps in any case: by household, with an amount for each child and each premium.

    Pension age is that of a single person, or of either of a couple; a lone parent of that age keeps the amount of a
    single person, which is higher. A couple has disability premiums of its own; those of a single person are never
    used instead.

    Raises:
        Fault: INVALID: PARAMETER_MISSING (the pack has no value on the date for an amount that applies), or
            FACT_INVALID (the person is no adult).
    """
    if not adult:
        raise Fault(Kind.INVALID, "FACT_INVALID", "expected a date of birth of somebody who is 18 or older on the day")
    single = "lone_parent" if lone_parent else "single_under_25" if under_full_rate else "single"
    if pension_age:
        household = "couple_pension_age_each" if couple else "single_pension_age"
    else:
        household = "couple_each" if couple else single
    whose = "couple_" if couple else ""
    entitled = {
        household: 1,
        "child": children,
        f"{whose}disability": disability_premium,
        f"{whose}enhanced_disability": enhanced_disability_premium,
        "carer": carer_premium,
    }
    return sum(times * _amount(amounts, name) for name, times in entitled.items() if times)


def guaranteed_income(
    amounts: Mapping[str, int],
    premiums: Mapping[str, int],
    age: int,
    pension_age: int,
    *,
    couple: bool,
    disability_premium: bool,
    enhanced_disability_premium: bool,
    carer_premium: bool,
) -> int:
    """What `minimum_income_guarantee` is now, by whole years and without children: stored packs still decide by it.

    Raises:
        Fault: INVALID, PARAMETER_MISSING: the pack has no value on the date for an amount that applies.
    """
    if age >= pension_age:
        household = "couple_pension_age_each" if couple else "single_pension_age"
    else:
        household = "couple_each" if couple else "single_under_25" if age < _FULL_RATE_AGE else "single"
    whose = "couple_" if couple else ""
    entitled = {
        f"{whose}disability": disability_premium,
        f"{whose}enhanced_disability": enhanced_disability_premium,
        "carer": carer_premium,
    }
    return _amount(amounts, household) + sum(_amount(premiums, name) for name, has in entitled.items() if has)


def _amount(amounts: Mapping[str, int], name: str) -> int:
    if name not in amounts:
        raise Fault(Kind.INVALID, "PARAMETER_MISSING", f"no amount is known for {name} on this date")
    return amounts[name]


def tariff_income(capital: int, lower: int, upper: int, step: int) -> int:
    """Weekly pence that capital counts as: a pound for every step, or part of one, between the limits."""
    return 100 * -((lower - min(capital, upper)) // step) if capital > lower else 0


def charge(cost: int, disposable: int, share_percent: int) -> int:
    """Weekly pence to pay: the council's share of the disposable income, rounded down and at most the cost."""
    return min(cost, disposable * share_percent // 100)
