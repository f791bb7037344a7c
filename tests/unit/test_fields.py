"""Fields of requests: what is read, and what is refused by path."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.characters import is_blank
from sevensteps.errors import MOST_VIOLATIONS, Fault, Kind
from sevensteps.fields import Fields, number_of, short_name
from sevensteps.money import pounds
from sevensteps.policy.model.declared_facts import Collection
from sevensteps.policy.model.facts import Fact
from sevensteps.steps import OUTCOMES

AMOUNTS = st.integers(0, 10**11 - 1).map(lambda pence: Decimal(pence) / 100)


def violations(fields: Fields) -> list[str]:
    """The paths that are wrong."""
    try:
        fields.check()
    except Fault as fault:
        return [violation.field for violation in fault.violations]
    return []


@given(AMOUNTS)
def test_an_amount_is_read_as_it_was_written(amount: Decimal) -> None:
    """Pounds and pence go through text to the penny, up to hundreds of millions."""
    fields = Fields()
    assert fields.money("weekly", pounds(amount)) == amount
    assert violations(fields) == []


@given(st.text())
def test_whatever_is_read_as_an_amount_is_one(text: str) -> None:
    """Any text is either refused, or an amount that is not negative, in whole pence, of ASCII digits."""
    fields = Fields()
    amount = fields.money("weekly", text)
    if not violations(fields):
        assert text.isascii()
        assert amount >= 0
        assert amount == amount.quantize(Decimal("0.01")) == Decimal(text)


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_a_number_is_an_amount_or_refused(number: Decimal) -> None:
    """NaN, infinities, exponents, signs and fractions of pence are refused; nothing is rounded."""
    fields = Fields()
    amount = fields.money("weekly", str(number))
    in_pounds_and_pence = number.is_finite() and not number.is_signed() and number.as_tuple().exponent in {0, -1, -2}
    assert bool(violations(fields)) is not (in_pounds_and_pence and number < 10**9)
    if not violations(fields):
        assert amount == number


@pytest.mark.parametrize(("text", "wrong"), [("0", True), ("0.00", True), ("0.01", False)])
def test_some_amounts_are_more_than_nothing(text: str, *, wrong: bool) -> None:
    """Where an amount must be above zero, 0.00 is refused."""
    fields = Fields()
    fields.money("amount", text, above_zero=True)
    assert bool(violations(fields)) is wrong


@given(st.dates())
def test_a_date_is_read_as_it_was_written(day: date) -> None:
    """Every day there is."""
    fields = Fields()
    assert fields.day("on", day.isoformat()) == day
    assert violations(fields) == []


@given(st.one_of(st.text(), st.from_regex(r"\d{1,5}-\d{1,3}-\d{1,3}", fullmatch=True)))
def test_whatever_is_read_as_a_date_is_one(text: str) -> None:
    """Any text is either refused or the one way of writing that day."""
    fields = Fields()
    day = fields.day("on", text)
    if not violations(fields):
        assert day.isoformat() == text


@given(st.uuids())
def test_a_uuid_is_a_request_id(request_id: UUID) -> None:
    """In the form with hyphens, in small letters or large."""
    fields = Fields()
    fields.request_id(str(request_id))
    fields.request_id(str(request_id).upper())
    assert violations(fields) == []


@given(st.text())
def test_nothing_else_is_a_request_id(text: str) -> None:
    """Text around a UUID is refused."""
    fields = Fields()
    fields.request_id(text)
    fields.request_id(f"urn:uuid:{UUID(int=1)}")
    with pytest.raises(Fault) as refused:
        fields.check()
    assert (refused.value.kind, refused.value.reason) == (Kind.INVALID, "FIELD_INVALID")
    assert [violation.field for violation in refused.value.violations] == ["request_id", "request_id"]


@given(st.text())
def test_text_is_kept_as_it_is_or_refused(text: str) -> None:
    """Nothing is trimmed or changed; blank, too long, or with NUL it is refused."""
    fields = Fields()
    assert fields.text("words", text, limit=5) == text
    assert bool(violations(fields)) is (is_blank(text) or len(text) > 5 or "\0" in text)


@given(st.text())
def test_an_id_is_what_the_rules_take_for_one(text: str) -> None:
    """A spend line goes to the policy pack under its id, so both accept the same ids."""
    fields = Fields()
    assert fields.id("line_id", text) == text
    lines = Collection("lines", {})
    taken = True
    try:
        lines.typed([{"id": text}])
    except Fault:
        taken = False
    assert bool(violations(fields)) is not taken


@pytest.mark.parametrize(
    ("weekly", "wrong"), [("1000000.00", []), ("1000000.01", ["weekly"]), ("999999999.99", ["weekly"])]
)
def test_a_year_of_what_is_paid_a_week_is_money_to_the_rules(weekly: str, wrong: list[str]) -> None:
    """A year of 52 weeks at the highest weekly amount is still a valid amount."""
    fields = Fields()
    amount = fields.weekly("weekly", weekly)
    assert violations(fields) == wrong
    if not wrong:
        assert Fact("annual_cost", "money").typed(pounds(amount * 52)) == 5_200_000_000


def test_what_is_wrong_is_told_up_to_a_limit() -> None:
    """A refusal has to reach the caller, whose gRPC takes a trailer of 8 kB."""
    fields = Fields()
    for number in range(10_000):
        fields.wrong(f"lines[{number}]", "must be something else")
    assert len(violations(fields)) == MOST_VIOLATIONS


@given(st.lists(st.sampled_from([*sorted(OUTCOMES), "swimming"])))
def test_needs_are_outcomes_once_each(names: list[str]) -> None:
    """At least one, none twice, only outcomes; each wrong one is named by its place."""
    fields = Fields()
    assert fields.needs("needs", names) == tuple(names)
    wrong = violations(fields)
    assert ("needs" in wrong) is (not names or len(set(names)) < len(names))
    assert [path for path in wrong if path != "needs"] == [
        f"needs[{place}]" for place, name in enumerate(names) if name == "swimming"
    ]


@given(st.integers(-(2**31), 2**31 - 1))
def test_an_enum_is_one_of_its_names(number: int) -> None:
    """The unspecified value and unknown numbers are refused, with what is allowed."""
    fields = Fields()
    name = fields.choice("ending", number, pb.Ending)
    if number in pb.Ending.values() and number:
        assert violations(fields) == []
        assert number_of(pb.Ending, name) == number
    else:
        with pytest.raises(Fault, match="ENDING_DIED"):
            fields.check()


def test_names_go_to_the_wire_and_back() -> None:
    """Empty is the unspecified value, both ways."""
    assert short_name(pb.Ending, pb.ENDING_UNSPECIFIED) == ""
    assert number_of(pb.Ending, "") == pb.ENDING_UNSPECIFIED
    assert short_name(pb.SelfAssessmentHelp, pb.SELF_ASSESSMENT_HELP_FAMILY_OR_FRIEND) == "family_or_friend"


@pytest.mark.parametrize(("asked", "given_"), [(0, 50), (1, 1), (1000, 1000), (1001, 1000), (2**31 - 1, 1000)])
def test_a_page_is_as_large_as_asked_within_limits(asked: int, given_: int) -> None:
    """0 gives the default, and too many gives the most allowed (AIP-158)."""
    assert Fields().page_size(asked, default=50, largest=1000) == given_
