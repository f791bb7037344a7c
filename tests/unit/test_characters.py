"""References: what looks the same is the same, and what nobody sees is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.characters import is_blank, normalised, trouble_with
from sevensteps.errors import Fault
from sevensteps.fields import Fields

ZERO_WIDTH, TO_THE_LEFT, ACCENT = "\u200b", "\u202e", "\u0301"
NOT_SEEN = (
    *("\0", "\t", "\x7f", "\x85", "\xa0", "\xad", "\u034f", "\u061c", "\u115f", "\u180e", ZERO_WIDTH, "\u200d"),
    *("\u200f", "\u2028", TO_THE_LEFT, "\u2060", "\u2066", "\u2800", "\u3000", "\u3164", "\ufe0f", "\ufeff", "\uffa0"),
    *("\ufff0", "\U000e0041", "\U000e0100", "\U000e0fff"),
)
UNKNOWN = ("\ue000", "\u0378", "\U0010ffff")


def refused(reference: str) -> str:
    """What a request is told of a reference; empty where it is taken."""
    fields = Fields()
    fields.reference("person_reference", reference)
    try:
        fields.check()
    except Fault as fault:
        [violation] = fault.violations
        assert violation.field == "person_reference"
        return violation.detail
    return ""


@pytest.mark.parametrize("character", NOT_SEEN, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_that_nobody_sees_is_refused(character: str) -> None:
    """Alone the reference is empty; inside it the field is told why."""
    assert refused(character) == "must not be empty"
    assert "invisible" in refused(f"P{character}1")


@pytest.mark.parametrize("character", UNKNOWN, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_without_a_meaning_is_refused(character: str) -> None:
    """They all look the same."""
    assert "unknown" in refused(f"P{character}1")
    assert "unknown" in refused(character)


@pytest.mark.parametrize("reference", ["", " ", "\n \t", ACCENT, f" {ACCENT}", f"{ZERO_WIDTH}{ACCENT}", "\u0300\u0301"])
def test_what_shows_nothing_is_empty(reference: str) -> None:
    """Spaces, and marks without a letter."""
    assert refused(reference) == "must not be empty"


@pytest.mark.parametrize("reference", [f"{ACCENT}P-1", f"P {ACCENT}1"])
def test_an_accent_belongs_to_a_letter(reference: str) -> None:
    """One at the beginning or after a space stands on nothing."""
    assert "accent" in refused(reference)


@pytest.mark.parametrize("reference", ["P-1001", "12/345 B", "É-7", "ਕੇਸ-1", "人-12", "ع-3", "#1", "P_1.2", "x" * 64])
def test_what_councils_write_is_taken_as_it_is(reference: str) -> None:
    """Letters of any script, digits and signs."""
    assert not refused(reference)
    assert normalised(reference) == reference


def test_a_reference_is_not_too_long() -> None:
    """64 characters, counted as they are stored."""
    assert "at most 64" in refused("x" * 65)
    assert not refused(f"  {'x' * 64}  ")
    assert not refused(f"E{ACCENT}" * 64)


@pytest.mark.parametrize("other", [" P-É ", "P-É\n", f"P-E{ACCENT}", f"\u3000P-E{ACCENT}\xa0"])
def test_what_looks_the_same_is_the_same(other: str) -> None:
    """Spaces around it, and how an accent is encoded, make no other person of it."""
    fields = Fields()
    assert fields.reference("person_reference", other) == "P-É"
    fields.check()


@given(st.text(max_size=64))
def test_whatever_is_taken_is_visible_and_stays_as_it_is(text: str) -> None:
    """Read again, what was read is the same; it has no character that shows nothing, and none that only combines."""
    if refused(text):
        return
    reference = normalised(text)
    assert normalised(reference) == reference == reference.strip()
    assert not refused(reference)
    kinds = [unicodedata.category(character) for character in reference]
    assert not set(kinds) & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not kinds[0].startswith("M")
    assert all(character == " " for character, kind in zip(reference, kinds, strict=True) if kind == "Zs")


@given(st.text(st.characters(categories=["Cc", "Cf", "Zs", "Mn"])))
def test_a_reason_of_nothing_but_what_nobody_sees_is_empty(text: str) -> None:
    """Not references alone: no text that must be given is made up of it."""
    assert is_blank(text)
    assert trouble_with(normalised(text)) == "must not be empty"
    fields = Fields()
    fields.text("because", text)
    with pytest.raises(Fault, match="because: must not be empty"):
        fields.check()
