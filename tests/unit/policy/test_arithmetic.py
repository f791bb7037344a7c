"""The calculations that a pack may name, each at its edges: the last penny, the last day, one number too many."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevensteps.errors import Fault
from sevensteps.policy.model.arithmetic import (
    CALCULATIONS,
    age_by_birth,
    age_reached,
    amount_where,
    contains,
    count,
    day_by_birth,
    days_later,
    difference,
    holding,
    is_on_or_after,
    largest,
    last_day_of_months,
    later_of,
    lowest_limit,
    months_later,
    names_word,
    next_working_day,
    percent_over,
    points_above,
    pounds_for_points,
    shared,
    smallest,
    total,
    total_where,
    weeks_later,
    what_remains,
    working_days_later,
    years_later,
)
from sevensteps.policy.model.charging import charge, guaranteed_income, minimum_income_guarantee, tariff_income

amounts = st.integers(-(10**12), 10**12) | st.sampled_from([-(10**12), -1, 0, 1, 10**12])
words = st.sampled_from(["approver", "care_home", "head"])
lists = st.lists(words).map(tuple)
limits = st.dictionaries(words, amounts)
steps = st.integers(1, 10**12)
percents = st.integers(0, 100)
tables = st.dictionaries(amounts, amounts, min_size=2).map(lambda rows: tuple(sorted(rows.items())))
days = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.isoformat) | st.sampled_from(
    ["1900-01-01", "2199-12-31"]
)
holidays = st.sampled_from([("2199-12-25",), ("1900-01-01", "2026-04-03")])
HOUSEHOLD = {"adult": True} | dict.fromkeys(
    ["couple", "pension_age", "lone_parent", "under_full_rate", "disability_premium", "enhanced_disability_premium",
     "carer_premium"], False,
)  # fmt: skip
premiums = dict.fromkeys(
    ["couple", "disability_premium", "enhanced_disability_premium", "carer_premium"], st.booleans()
)
BIRTHS = (("1900-01-01", 60 * 12), ("1953-04-06", "2016-07-06"), ("1960-04-06", 66 * 12 + 1))
LEGAL: Mapping[str, Mapping[str, st.SearchStrategy[object]]] = {
    "total": {"of": st.lists(amounts)},
    "total where": {"of": st.just((10**12, 1)), "where": st.tuples(amounts, amounts)},
    "amount where": {"of": amounts, "where": st.booleans()},
    "largest": {"of": st.lists(amounts)},
    "smallest": {"of": st.lists(amounts)},
    "difference": {"of": amounts, "less": amounts},
    "what remains": {"of": amounts, "less": amounts},
    "count": {"of": lists},
    "shared": {"of": lists, "among": lists},
    "holding": {"of": st.lists(lists), "word": words},
    "contains": {"of": lists, "word": words},
    "percent over": {"of": amounts, "base": amounts},
    "same": {"of": words},
    "minimum income guarantee": {"amounts": limits, "children": amounts, **dict.fromkeys(HOUSEHOLD, st.booleans())},
    "guaranteed income": {"amounts": limits, "premiums": limits, "age": amounts, "pension_age": amounts, **premiums},
    "tariff income": {"capital": amounts, "lower": amounts, "upper": amounts, "step": steps},
    "charge": {"cost": amounts, "disposable": amounts, "share_percent": percents},
    "names word": {"amounts": limits, "word": words},
    "lowest limit": {"amounts": limits, "word": words, "within": lists},
    "pounds for points": {"points": amounts, "table": tables, "withheld_percent": percents},
    "points above": {"points": amounts, "table": tables},
    "is on or after": {"day": days, "other": days},
    "days later": {"day": days, "days": amounts},
    "weeks later": {"day": days, "weeks": amounts},
    "months later": {"day": days, "months": amounts},
    "years later": {"day": days, "years": amounts},
    "age reached": {"born": days, "years": amounts},
    "age by birth": {"born": days, "table": st.just(BIRTHS)},
    "day by birth": {"born": days, "table": st.just(BIRTHS)},
    "working days later": {"day": days, "days": amounts, "bank_holidays": holidays},
    "later of": {"day": days, "other": days},
    "last day of months": {"day": days, "months": amounts},
    "next working day": {"day": days, "bank_holidays": holidays},
}
"""What each sum may be given: the largest facts that are taken, and parameters as a pack may have them."""

TABLE = ((10, 1000), (20, 3000), (40, 4001))


def test_amounts_are_added_and_taken_away() -> None:
    """What remains is never negative; a difference may be."""
    assert total([1, 2, 4]) == 7
    assert total([]) == 0
    assert (difference(3, 5), what_remains(3, 5), what_remains(5, 3), what_remains(5, 5)) == (-2, 0, 2, 0)


def test_amounts_count_where_the_number_beside_them_is_not_nought() -> None:
    """An amount beside a 0 is left out; two lists of different lengths are a mistake."""
    assert total_where([100, 200, 400], [1, 0, 2]) == 500
    with pytest.raises(ValueError, match="shorter"):
        total_where([100, 200], [1])


def test_words_are_counted() -> None:
    """How many, how many in common, in how many lists, and whether at all."""
    assert count(["a", "b"]) == 2
    assert (shared(["a", "b"], ["b", "c"]), shared(["a"], ["b"])) == (1, 0)
    assert holding([["a"], ["b", "a"], []], "a") == 2
    assert (contains(["a"], "a"), contains(["a"], "b")) == (True, False)


def test_the_lowest_limit_that_applies_counts() -> None:
    """A narrower limit counts only for what it is narrowed to, and no limit is no authority."""
    limits = {"approver": 500, "approver.care_home": 300, "head": 900}
    assert (names_word(limits, "head"), names_word(limits, "clerk")) == (True, False)
    assert lowest_limit(limits, "approver", []) == 500
    assert lowest_limit(limits, "approver", ["care_home", "at_home"]) == 300
    assert lowest_limit(limits, "head", ["care_home"]) == 900
    assert lowest_limit(limits, "clerk", ["care_home"]) == 0


def test_percent_over_is_rounded_up() -> None:
    """A penny over counts as one per cent; the same amount is 0; under is negative; over an amount of 0 is far over."""
    assert [percent_over(of, 10_000) for of in (10_001, 10_000, 10_100, 10_101, 9_900)] == [1, 0, 1, 2, -1]
    assert [percent_over(of, 0) for of in (1, 0, -1)] == [1000, 0, 0]
    assert percent_over(2, 1) == 100


def test_points_become_pounds_along_straight_lines() -> None:
    """At a row its amount, between rows in proportion, half a penny up, and beyond the table its ends."""
    weekly = {points: pounds_for_points(points, TABLE, 0) for points in (9, 10, 11, 15, 20, 30, 40, 41)}
    assert weekly == {9: 1000, 10: 1000, 11: 1200, 15: 2000, 20: 3000, 30: 3501, 40: 4001, 41: 4001}
    assert pounds_for_points(20, TABLE, 10) == 2700
    assert [points_above(points, TABLE) for points in (39, 40, 41)] == [0, 0, 1]


def kept(amounts: Mapping[str, int], children: int = 0, *that: str) -> int:
    """What is kept where these words are true of the household."""
    return minimum_income_guarantee(amounts, children, **(HOUSEHOLD | dict.fromkeys(that, True)))


def test_income_that_somebody_keeps_depends_on_age_and_household() -> None:
    """Each household has its own amount, each child and each premium adds one; none is invented."""
    words_ = ("single_under_25", "single", "single_pension_age", "lone_parent", "couple_each",
              "couple_pension_age_each", "child", "disability", "enhanced_disability", "couple_disability",
              "couple_enhanced_disability", "carer")  # fmt: skip
    amounts = {word: 10**place for place, word in enumerate(words_)}

    def words_kept(children: int = 0, *that: str) -> dict[str, int]:
        digits = str(kept(amounts, children, *that))[::-1]
        return {word: int(digit) for word, digit in zip(words_, digits, strict=False) if digit != "0"}

    assert words_kept() == {"single": 1}
    assert words_kept(0, "under_full_rate") == {"single_under_25": 1}
    assert words_kept(0, "pension_age") == {"single_pension_age": 1}
    assert words_kept(2, "lone_parent", "under_full_rate") == {"lone_parent": 1, "child": 2}
    assert words_kept(1, "lone_parent", "pension_age") == {"single_pension_age": 1, "child": 1}
    assert words_kept(0, "couple", "under_full_rate") == {"couple_each": 1}
    assert words_kept(3, "couple", "pension_age") == {"couple_pension_age_each": 1, "child": 3}
    assert words_kept(0, "disability_premium", "carer_premium") == {"single": 1, "disability": 1, "carer": 1}
    assert words_kept(0, "enhanced_disability_premium") == {"single": 1, "enhanced_disability": 1}
    assert words_kept(0, "couple", "disability_premium") == {"couple_each": 1, "couple_disability": 1}
    assert words_kept(0, "couple", "enhanced_disability_premium") == {"couple_each": 1, "couple_enhanced_disability": 1}


@pytest.mark.parametrize(
    ("without", "children", "that"),
    [("single", 0, ()), ("child", 1, ("lone_parent",)), ("couple_disability", 0, ("couple", "disability_premium"))],
)
def test_an_amount_that_nobody_knows_is_told(without: str, children: int, that: tuple[str, ...]) -> None:
    """The amount of another household, or of a single person's premium, is never used instead."""
    amounts = dict.fromkeys(("single", "lone_parent", "couple_each", "child", "disability", "couple_disability"), 1)
    del amounts[without]
    with pytest.raises(Fault, match=f"no amount is known for {without} on this date") as refused:
        kept(amounts, children, *that)
    assert refused.value.reason == "PARAMETER_MISSING"


def test_nobody_under_18_has_an_amount() -> None:
    """A child's date of birth is a typing mistake."""
    with pytest.raises(Fault, match="18 or older") as refused:
        minimum_income_guarantee({"single": 1}, 0, **(HOUSEHOLD | {"adult": False}))
    assert refused.value.reason == "FACT_INVALID"


@pytest.mark.parametrize(
    ("born", "day"),
    [
        ("1900-01-01", "1960-01-01"), ("1953-04-05", "2013-04-05"), ("1953-04-06", "2016-07-06"),
        ("1960-04-05", "2016-07-06"), ("1960-04-06", "2026-05-06"), ("1960-07-31", "2026-08-31"),
        ("1960-05-31", "2026-06-30"), ("2000-02-29", "2066-03-29"),
    ],
)  # fmt: skip
def test_a_day_by_birth_is_that_of_its_row(born: str, day: str) -> None:
    """The row's own day, or the day on which its age is reached, in a short month the last."""
    assert day_by_birth(born, BIRTHS) == day


@pytest.mark.parametrize(
    ("born", "years", "day"),
    [
        ("2000-02-28", 25, "2025-02-28"), ("2000-02-29", 25, "2025-03-01"), ("2000-03-01", 25, "2025-03-01"),
        ("2000-02-29", 24, "2024-02-29"), ("2000-08-31", 18, "2018-08-31"),
    ],
)  # fmt: skip
def test_an_age_is_reached_on_the_anniversary_of_the_birth(born: str, years: int, day: str) -> None:
    """Whoever is born on 29 February has none in a common year, and reaches the age on 1 March."""
    assert age_reached(born, years) == day
    assert age_by_birth(born, (("1900-01-01", 12 * years),)) == day


@pytest.mark.parametrize("born", ["1953-04-06", "1960-04-06", "1960-07-31", "1960-05-31", "2000-02-29"])
def test_a_table_of_ages_differs_for_whole_years_alone(born: str) -> None:
    """Its days, and its ages in months, are those that stored packs read from it."""
    assert age_by_birth(born, BIRTHS) == day_by_birth(born, BIRTHS)


def test_an_amount_counts_only_where_it_applies() -> None:
    """And the largest and the smallest of nothing are nothing."""
    assert (amount_where(5, where=True), amount_where(5, where=False)) == (5, 0)
    assert (largest((2, 3)), smallest((2, 3)), largest(()), smallest(())) == (3, 2, 0, 0)


def test_stored_packs_keep_what_somebody_keeps_by_age() -> None:
    """As packs of before dates of birth have it: the full rate from 25, the pension rate from pension age."""
    amounts = {
        "single_under_25": 1,
        "single": 2,
        "single_pension_age": 4,
        "couple_each": 8,
        "couple_pension_age_each": 16,
    }
    premiums = {"disability": 100, "enhanced_disability": 200, "carer": 400}

    def kept_at(age: int, *, couple: bool = False, held: str = "") -> int:
        return guaranteed_income(
            amounts, premiums, age, 66, couple=couple, disability_premium=held == "disability",
            enhanced_disability_premium=held == "enhanced_disability", carer_premium=held == "carer",
        )  # fmt: skip

    assert [kept_at(age) for age in (24, 25, 65, 66)] == [1, 2, 2, 4]
    assert [kept_at(age, couple=True) for age in (24, 65, 66)] == [8, 8, 16]
    assert [kept_at(30, held=premium) for premium in ("disability", "enhanced_disability", "carer")] == [102, 202, 402]
    assert kept_at(30, couple=True, held="carer") == 408
    for premium in ("disability", "enhanced_disability"):
        with pytest.raises(Fault, match=f"no amount is known for couple_{premium} on this date"):
            kept_at(30, couple=True, held=premium)
    premiums["couple_disability"] = 800
    assert kept_at(30, couple=True, held="disability") == 808
    del amounts["single"]
    with pytest.raises(Fault, match="no amount is known for single on this date") as refused:
        kept_at(25)
    assert refused.value.reason == "PARAMETER_MISSING"


def test_capital_counts_a_pound_for_every_step_or_part_of_one() -> None:
    """Nothing at the lower limit, a pound from a penny above it, and no more above the upper limit."""
    capital = (1_425_000, 1_425_001, 1_450_000, 1_450_001, 2_325_000, 9_999_999)
    assert [tariff_income(each, 1_425_000, 2_325_000, 25_000) for each in capital] == [0, 100, 100, 200, 3600, 3600]


def test_a_charge_is_rounded_down_and_never_more_than_the_cost() -> None:
    """The council's share of the disposable income, rounded down to the penny."""
    assert (charge(1000, 999, 50), charge(400, 999, 50), charge(1000, 999, 100)) == (499, 400, 999)


def test_days_and_months_are_counted_on_the_calendar() -> None:
    """Over the ends of months, of years, and into a month without that day."""
    assert (is_on_or_after("2026-04-01", "2026-04-01"), is_on_or_after("2026-03-31", "2026-04-01")) == (True, False)
    assert days_later("2026-12-31", 1) == "2027-01-01"
    assert months_later("2026-01-31", 1) == "2026-02-28"
    assert months_later("2028-01-31", 1) == "2028-02-29"
    assert (months_later("2026-11-15", 1), months_later("2026-12-15", 1)) == ("2026-12-15", "2027-01-15")
    assert months_later("2026-01-15", 24) == "2028-01-15"
    assert (weeks_later("2026-01-01", 6), years_later("2008-02-29", 18)) == ("2026-02-12", "2026-02-28")
    assert (later_of("2026-07-31", "2026-06-30"), later_of("2026-06-30", "2026-07-31")) == ("2026-07-31", "2026-07-31")


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-01-01", "2026-06-30"),
        ("2026-01-15", "2026-07-14"),
        ("2026-08-28", "2027-02-27"),
        ("2026-08-29", "2027-02-28"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2026-09-01", "2027-02-28"),
    ],
)
def test_a_period_that_commences_on_a_day_ends_the_day_before(day: str, last: str) -> None:
    """Six months from the first of January are over with June; where a month is too short, with its last day."""
    assert last_day_of_months(day, 6) == last


def test_what_is_due_on_a_closed_day_is_due_on_the_next_working_day() -> None:
    """After a weekend, a bank holiday, or both; on a working day nothing moves."""
    holidays = ("2026-04-03", "2026-04-06")
    days_ = ("2026-04-02", "2026-04-03", "2026-04-04", "2026-04-06", "2026-04-07", "2026-04-12")
    assert [next_working_day(day, holidays) for day in days_] == [
        "2026-04-02", "2026-04-07", "2026-04-07", "2026-04-07", "2026-04-07", "2026-04-13"
    ]  # fmt: skip
    with pytest.raises(Fault, match="no bank holidays are known for 2027"):
        next_working_day("2027-01-04", holidays)


def test_working_days_leave_out_weekends_and_bank_holidays() -> None:
    """From a Thursday over Good Friday, the weekend and Easter Monday; no further than the holidays are known."""
    holidays = ("2026-04-03", "2026-04-06", "2026-12-25")
    assert [working_days_later("2026-04-02", days, holidays) for days in (0, 1, 4, 5)] == [
        "2026-04-02",
        "2026-04-07",
        "2026-04-10",
        "2026-04-13",
    ]
    with pytest.raises(Fault, match="no bank holidays are known for 2027") as refused:
        working_days_later("2026-12-31", 1, holidays)
    assert refused.value.reason == "PARAMETER_MISSING"


@pytest.mark.parametrize("calculation", sorted(CALCULATIONS))
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_calculation_of_whatever_is_legal_answers_or_says_why_not(calculation: str, data: st.DataObject) -> None:
    """However large the numbers and however late the days: an answer, or a Fault in words; never a stack trace."""
    arguments = data.draw(st.fixed_dictionaries(dict(LEGAL[calculation])))
    with suppress(Fault):
        CALCULATIONS[calculation](**arguments)


@pytest.mark.parametrize(
    ("day", "days_", "months"), [("2199-12-31", 1, 1), ("1900-01-01", -1, -1), ("2026-04-01", 10**12, 10**12)]
)
def test_no_day_is_counted_beyond_what_a_date_may_be(day: str, days_: int, months: int) -> None:
    """The first and the last day are dates; the day before and the day after are refused in a sentence."""
    assert days_later("2199-12-30", 1) == months_later("2199-11-30", 1).replace("30", "31") == "2199-12-31"
    assert (days_later("1900-01-02", -1), months_later("1900-02-01", -1)) == ("1900-01-01", "1900-01-01")
    for later, by in ((days_later, days_), (months_later, months)):
        with pytest.raises(Fault, match="expected a date from 1900 to 2199") as refused:
            later(day, by)
        assert refused.value.reason == "FACT_INVALID"
