"""A value that ends within 60 days, with nothing after it, is warned of."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.authoring.check import check, values_ending
from sevensteps.policy.packs.pack import read_pack

ENDS = date(2026, 6, 30)
LIMITS = "small/parameters/limits.yaml"


@pytest.fixture
def ending(packs: Path) -> Path:
    """The small pack, whose limit ends on a day, and a council's pack over it."""
    write(packs, "value: 8,", "until: 2026-06-30, value: 8,")
    (packs / "council" / "parameters").mkdir(parents=True)
    head = "pack: council\nformat: 2\ntitle: A council\nextends: small\n"
    (packs / "council" / "pack.yaml").write_text(head, encoding="utf-8")
    return packs


def write(packs: Path, was: str, becomes: str) -> None:
    text = (packs / LIMITS).read_text(encoding="utf-8")
    assert was in text
    (packs / LIMITS).write_text(text.replace(was, becomes), encoding="utf-8")


def warned(packs: Path, name: str, on: date) -> list[str]:
    return [str(problem) for problem in values_ending(read_pack(packs, name), on)]


@pytest.mark.parametrize("name", ["small", "council"])
def test_it_is_warned_of_from_sixty_days_before_the_end(ending: Path, name: str) -> None:
    """For the national pack and for a council's that sets nothing itself; it is no problem while the value lasts."""
    expected = f"{LIMITS}:3: help.hours: a value after 2026-06-30, here or in a pack that extends this one; "
    assert warned(ending, name, date(2026, 4, 30)) == []
    assert warned(ending, name, date(2026, 5, 1)) == [f"{expected}there is none yet"]
    assert warned(ending, name, ENDS) == [f"{expected}there is none yet"]
    assert not check(ending, "small", ENDS)


def test_a_value_that_follows_at_once_ends_the_warning(ending: Path) -> None:
    """Unless it ends itself within the sixty days, or a day is left out between the two."""
    before = "      - {from: 2026-01-01"
    write(ending, before, f"      - {{from: 2026-07-01, until: 2026-07-20, value: 9, reference: Another}}\n{before}")
    assert ["after 2026-07-20" in line for line in warned(ending, "small", ENDS)] == [True]
    write(ending, ", until: 2026-07-20", "")
    assert warned(ending, "small", ENDS) == []
    write(ending, "2026-07-01", "2026-07-02")
    assert ["after 2026-06-30" in line for line in warned(ending, "small", ENDS)] == [True]


def test_a_councils_own_value_ends_the_warning_for_that_council(ending: Path) -> None:
    """The nation is still warned."""
    text = (ending / LIMITS).read_text(encoding="utf-8").replace(", until: 2026-06-30", "")
    own = text.replace("      - {from: 2020-01-01, value: 10, reference: A decision of 2019}\n", "")
    (ending / "council/parameters/own.yaml").write_text(own, encoding="utf-8")
    assert warned(ending, "council", ENDS) == []
    assert len(warned(ending, "small", ENDS)) == 1
