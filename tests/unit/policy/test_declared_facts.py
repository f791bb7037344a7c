"""One fact and one collection at a time: the largest amount, the longest list, and what of it is kept."""

from collections.abc import Mapping
from datetime import date

import pytest

from sevensteps.errors import Fault, Kind
from sevensteps.money import pence, pounds_from_pence
from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts
from sevensteps.policy.model.facts import NONE, Fact, Scalar, Value
from sevensteps.policy.model.verdict import Json

HOURS = Fact("hours", "whole number", lowest=0, highest=168)
CAPITAL = Fact("capital", "money", lowest=-500, highest=2_325_000)
ALONE = Fact("alone", "boolean")
DUE = Fact("due", "date", none_if_absent=True)
DATE = "a date as text, such as 2026-04-01, from 1900 to 2199"
LONGEST = tuple(f"n{each}" for each in range(10_000))


def refused(given: object, *, by: Fact | Collection | DeclaredFacts, path: str) -> str:
    """What was expected of the fact at a path, which an error has to name everywhere."""
    with pytest.raises(Fault) as fault:
        by.typed(given, path) if isinstance(by, Fact) else by.typed(given)
    found = fault.value
    assert (found.kind, found.reason, found.metadata["fact"]) == (Kind.INVALID, "FACT_INVALID", path)
    ((field, detail),) = [(violation.field, violation.detail) for violation in found.violations]
    assert field == path
    assert found.detail == f"fact {path}: {detail}"
    return detail.removeprefix("expected ")


def test_pounds_and_pence_are_read_and_written() -> None:
    """To the penny, negative too, and up to the largest amount."""
    texts = {"0.05": 5, "-0.05": -5, "1.00": 100, "-12.30": -1230, "999999999.99": 99_999_999_999}
    assert {text: pence(text) for text in texts} == texts
    assert [pounds_from_pence(amount) for amount in texts.values()] == list(texts)
    assert (pence("7"), pence("7.5"), pence("1000000000"), pence("٣")) == (700, None, None, None)


@pytest.mark.parametrize(
    ("fact", "given", "typed"),
    [
        (HOURS, 0, 0), (HOURS, 168, 168), (Fact("n", "whole number"), -(10**12), -(10**12)),
        (CAPITAL, "-5.00", -500), (CAPITAL, "23250.00", 2_325_000), (CAPITAL, 23_250, 2_325_000),
        (DUE, "2026-04-01", "2026-04-01"), (DUE, date(2026, 4, 1), "2026-04-01"), (DUE, None, NONE),
        (DUE, "1900-01-01", "1900-01-01"), (DUE, "2199-12-31", "2199-12-31"),
        (ALONE, None, None), (ALONE, False, False),
        (Fact("use", "choice", options=("food", "travel")), "travel", "travel"),
        (Fact("role", "word"), "a" * 64, "a" * 64), (Fact("role", "word"), "Team_2-b", "Team_2-b"),
        (Fact("needs", "words"), ["b", "a"], ("b", "a")), (Fact("needs", "words", options=("a", "b")), ["a"], ("a",)),
        (Fact("text", "narrative", hints=("bingo", "bet")), "A BET, no bingoing", ("bet",)),
        (Fact("text", "narrative", hints=("bingo", "bet")), ["bingo"], ("bingo",)),
        (Fact("needs", "words"), LONGEST, LONGEST),
    ],
)  # fmt: skip
def test_what_a_fact_may_be_is_taken(fact: Fact, given: object, typed: Value | None) -> None:
    """Up to its bounds, both included; unknown stays unknown, and an optional fact is then known to be none."""
    assert fact.typed(given, "here") == typed


@pytest.mark.parametrize(
    ("fact", "given", "expected"),
    [
        (HOURS, -1, "a whole number from 0 to 168"), (HOURS, 169, "a whole number from 0 to 168"),
        (HOURS, True, "a whole number from 0 to 168"), (Fact("n", "whole number"), 10**12 + 1, "a whole number"),
        (CAPITAL, "-5.01", 'pounds and pence as text, such as "82.91" from -5.00 to 23250.00'),
        (CAPITAL, "23250.01", 'pounds and pence as text, such as "82.91" from -5.00 to 23250.00'),
        (DUE, "2026-04-31", DATE), (ALONE, 1, "true or false"),
        (DUE, "20260401", DATE), (DUE, "1899-12-31", DATE), (DUE, "2200-01-01", DATE), (DUE, date(9999, 12, 31), DATE),
        (Fact("use", "choice", options=("food", "travel")), "bets", "one of food, travel"),
        (Fact("use", "choice", options=("food", "travel")), ["food"], "one of food, travel"),
        (Fact("role", "word"), "a" * 65, "a short word of letters, digits, - and _"),
        (Fact("role", "word"), "2nd", "a short word of letters, digits, - and _"),
        (Fact("role", "word"), 2, "a short word of letters, digits, - and _"),
        (Fact("needs", "words"), ["a", "a"], "a list of short words"),
        (Fact("needs", "words"), ["a", 2], "a list of short words"),
        (Fact("needs", "words"), [f"n{each}" for each in range(10_001)], "a list of short words"),
        (Fact("needs", "words", options=("a",)), ["b"], "a list of short words"),
        (Fact("text", "narrative", hints=("bet",)), ["b"], "text, or the list of hint words found in it"),
        (Fact("text", "narrative", hints=("bet",)), ["bet", "bet"], "text, or the list of hint words found in it"),
        (Fact("text", "narrative", hints=("bet",)), [{}], "text, or the list of hint words found in it"),
        (Fact("text", "narrative"), ["Alice"], "text, or the list of hint words found in it"),
        (Fact("text", "narrative", hints=("bet",)), 3, "text, or the list of hint words found in it"),
    ],
)  # fmt: skip
def test_what_a_fact_may_not_be_is_refused(fact: Fact, given: object, expected: str) -> None:
    """One beyond the bounds is refused, and the error says what is expected."""
    assert refused(given, by=fact, path="here") == expected


@pytest.mark.parametrize(
    ("hint", "said", "not_said"),
    [
        ("debt", ["Debts", "a DEBT.", "debt's", "pays:debt/rent", "ｄｅｂｔ"], ["debtor", "indebted"]),
        ("cigarettes", ["cigarette", "e-cigarettes"], ["cigar"]),
        ("e-cigarette", ["E-Cigarettes", "an e cigarette", "e\N{NON-BREAKING HYPHEN}cigarette"], ["cigarette", "e"]),
        ("bus", ["buses"], ["busy"]),
        ("whisky", ["whiskies", "whiskys"], ["whiskey"]),
        ("lotteries", ["a lottery"], ["a lot"]),
        ("Café", ["CAFÉS", "cafe\N{COMBINING ACUTE ACCENT}"], ["cafe"]),
        ("pay day", ["Pay-day loan", "pay  days", "repay;\npay\nday"], ["payday", "pay the day", "day pay"]),
    ],
)  # fmt: skip
def test_a_hint_is_found_in_its_everyday_forms(hint: str, said: list[str], not_said: list[str]) -> None:
    """As whole words, in the singular and the plural, in any case; never inside another word."""
    text = Fact("text", "narrative", hints=(hint,))
    assert {each: text.typed(each) for each in said} == dict.fromkeys(said, (hint,))
    assert {each: text.typed(each) for each in not_said} == dict.fromkeys(not_said, ())
    assert text.typed([hint]) == (hint,), "what a receipt keeps is taken again"


@pytest.mark.parametrize("nothing", [None, "", " \n"])
def test_a_text_that_says_nothing_is_unknown(nothing: str | None) -> None:
    """A text that is not there is unknown; an empty list of hints is known."""
    text = Fact("text", "narrative", hints=("bet",))
    assert (text.typed(nothing), text.typed([]), text.typed("5")) == (None, (), ())


@pytest.mark.parametrize(
    ("fact", "written", "constant"),
    [
        (CAPITAL, "5.00", 500), (CAPITAL, 5, None), (HOURS, 5, 5), (ALONE, True, True), (ALONE, 1, None),
        (Fact("needs", "words"), ["a"], None), (DUE, date(2026, 4, 1), "2026-04-01"),
    ],
)  # fmt: skip
def test_what_a_pack_compares_a_fact_with_is_of_its_type(fact: Fact, written: object, constant: Scalar | None) -> None:
    """Money is pounds and pence as text here too; a fact is never compared with a list."""
    assert fact.constant(written) == constant


def test_a_fact_is_shown_as_it_is_given() -> None:
    """Money in pounds, a list as a list, none as null."""
    assert (CAPITAL.json(5), HOURS.json(5), DUE.json(NONE), DUE.json(None)) == ("0.05", 5, None, None)
    assert (Fact("needs", "words").json(("a",)), ALONE.json(False)) == (["a"], False)


LINES = Collection("lines", {"weekly": Fact("weekly", "money", lowest=0), "due": DUE, "alone": ALONE})
WORDS = Collection("needs", {"item": Fact("item", "word")}, words=True, options=("food", "home"))
OUTCOMES = Collection(
    "outcomes", {"alone": ALONE, "hours": HOURS}, items=("food", "child"), may_be_not_applicable=frozenset({"child"})
)
DECLARED = DeclaredFacts(
    {"hours": HOURS, "due": DUE, "carer.alone": ALONE, "carer.hours": HOURS},
    {"lines": LINES, "needs": WORDS, "outcomes": OUTCOMES},
)


def test_a_list_of_records_is_typed_by_its_ids() -> None:
    """A fact that is not given is unknown, or none where it is optional; a list that is not given is unknown."""
    assert LINES.typed([{"id": "a", "weekly": "1.00"}, {"id": "9" * 64}]) == {
        "a": {"weekly": 100, "due": NONE, "alone": None},
        "9" * 64: {"weekly": None, "due": NONE, "alone": None},
    }
    assert (LINES.typed(None), LINES.typed([])) == (None, {})
    optional = Collection("pauses", {"days": HOURS}, none_if_absent=True)
    assert optional.typed(None) == {}
    assert len(LINES.typed([{"id": f"l{each}"} for each in range(10_000)]) or {}) == 10_000


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ({}, "lines", "a list of objects, each with an id"),
        ([{"id": f"l{each}"} for each in range(10_001)], "lines", "a list of objects, each with an id"),
        ([{"id": "a"}, "b"], "lines[1]", "an object with an id"),
        ([{}], "lines[0].id", "a short id of letters, digits, - and _"),
        ([{"id": 1}], "lines[0].id", "a short id of letters, digits, - and _"),
        ([{"id": "a" * 65}], "lines[0].id", "a short id of letters, digits, - and _"),
        ([{"id": "_a"}], "lines[0].id", "a short id of letters, digits, - and _"),
        ([{"id": "a"}, {"id": "a"}], "lines[1].id", "an id that no other item of the list has"),
        ([{"id": "a", "hours": 1}], "lines[0].hours", "no such fact: it is not declared"),
        ([{"id": "a", "alone": "no"}], "lines[0].alone", "true or false"),
    ],
)
def test_what_is_no_record_is_refused_by_its_place(given: object, path: str, expected: str) -> None:
    """Which entry of the list, and which fact of it."""
    assert refused(given, by=LINES, path=path) == expected


def test_listed_words_are_items_of_that_name() -> None:
    """Each once, each one of the options."""
    assert WORDS.typed(["home"]) == {"home": {"item": "home"}}
    assert refused(["garden"], by=WORDS, path="needs") == "a list of different words out of food, home"
    assert refused(["a", "a"], by=Collection("free", {}, words=True), path="free") == "a list of different words"


def test_the_items_of_the_law_are_all_there() -> None:
    """An item that is not given is unknown; one that may be not applicable, and is, has only false facts."""
    unknown: dict[str, Value | None] = {"alone": None, "hours": None}
    assert OUTCOMES.typed(None) == {"food": unknown, "child": unknown}
    assert OUTCOMES.typed({"child": "not_applicable", "food": {"alone": True}}) == {
        "food": {"alone": True, "hours": None},
        "child": {"alone": False, "hours": False},
    }
    assert refused({"food": "not_applicable"}, by=OUTCOMES, path="outcomes.food") == "an object with alone, hours"
    assert refused({"joy": {}}, by=OUTCOMES, path="outcomes.joy") == "no such fact: it is not declared"
    assert refused([], by=OUTCOMES, path="outcomes") == "an object with food, child"


def test_a_fact_inside_an_object_goes_by_both_names() -> None:
    """As an object or by its dotted name; what is not declared is refused with the same path."""
    assert DECLARED.typed({"carer": {"alone": True}, "carer.hours": 3}).case == {
        "hours": None, "due": NONE, "carer.alone": True, "carer.hours": 3,
    }  # fmt: skip
    assert DECLARED.typed({"carer": None}).case["carer.alone"] is None
    assert refused({"carer": 3}, by=DECLARED, path="carer") == "an object"
    assert refused({"carer": {"name": 3}}, by=DECLARED, path="carer.name") == "no such fact: it is not declared"
    assert refused({"care": 3}, by=DECLARED, path="care") == "no such fact: it is not declared"
    assert refused([], by=DECLARED, path="facts") == "an object"
    assert refused({"a" * 300: 3}, by=DECLARED, path="a" * 200) == "no such fact: it is not declared"


def kept(given: Mapping[str, Json]) -> Mapping[str, Json]:
    return DECLARED.for_receipt(given, DECLARED.typed(given))


def test_a_receipt_keeps_what_is_known_as_it_was_given() -> None:
    """In the caller's shape, without what is unknown, none, or not given at all."""
    given: dict[str, Json] = {
        "hours": 0,
        "due": None,
        "carer": {"alone": False, "hours": 2},
        "lines": [{"id": "a", "weekly": "1.00", "alone": None}],
        "needs": ["home"],
        "outcomes": {"child": "not_applicable", "food": {"alone": True}},
    }
    assert kept(given) == {
        "hours": 0,
        "carer": {"alone": False, "hours": 2},
        "lines": [{"id": "a", "weekly": "1.00"}],
        "needs": ["home"],
        "outcomes": {"food": {"alone": True}, "child": "not_applicable"},
    }
    assert kept({"outcomes": {"food": None, "child": {}}}) == {"outcomes": {"child": {}}}
    assert kept({}) == {}
