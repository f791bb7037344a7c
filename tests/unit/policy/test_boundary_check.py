"""A number that a pack sets has worked cases on both sides: whoever mistypes it is told by one of them."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.authoring.check import check

TODAY = date(2026, 4, 1)
CASES = """decision: help
cases:
"""
CASE = "  - {name: %s hours on %s, on: %s, given: {hours: %s, alone: false}, expect: {verdict: %s}}\n"


def case(day: str, hours: int, verdict: str) -> str:
    return CASE % (hours, day, day, hours, verdict)


def said(packs: Path, pack: str, *cases: str) -> list[str]:
    """What is wrong with a pack that has these cases."""
    (packs / pack / "cases/help.yaml").write_text(CASES + "".join(cases), encoding="utf-8")
    return [str(problem).removeprefix(f"{pack}/parameters/limits.yaml:") for problem in check(packs, pack, TODAY)]


BEFORE = (case("2025-12-31", 10, "met"), case("2025-12-31", 9, "not_met"))
SINCE = (case("2026-01-01", 8, "met"), case("2026-01-01", 7, "not_met"))
TRIED = "help.hours: a worked case from {} that comes out otherwise if {} were a notch {}; there is none"


@pytest.mark.parametrize(
    ("cases", "problems"),
    [
        ((*BEFORE, *SINCE), []),
        ((*BEFORE, SINCE[0], case("2026-01-01", 6, "not_met")), [f"10: {TRIED.format('2026-01-01', 8, 'less')}"]),
        ((*BEFORE, SINCE[1], case("2026-01-01", 9, "met")), [f"10: {TRIED.format('2026-01-01', 8, 'more')}"]),
        (SINCE, [f"9: {TRIED.format('2020-01-01', 10, way)}" for way in ("less", "more")]),
    ],
)  # fmt: skip
def test_a_number_without_a_case_on_one_side_is_found(packs: Path, cases: tuple[str, ...], problems: list[str]) -> None:
    """In each of its periods, with the line of the value: a case far from it says nothing about it."""
    assert said(packs, "small", *cases) == problems


COUNCIL = """parameters:
  help.hours:
    title: From how many hours of help on somebody qualifies
    type: whole number
    unit: hours a week
    set by: council
    values:
      - {from: 2027-01-01, value: %d, reference: A decision}
"""


@pytest.fixture
def council(packs: Path) -> Path:
    """A council's pack that sets six hours from 2027, where eight would be needed otherwise."""
    for folder in ("parameters", "cases"):
        (packs / "council" / folder).mkdir(parents=True)
    head = "pack: council\nformat: 2\ntitle: C\nextends: small\n"
    (packs / "council/pack.yaml").write_text(head, encoding="utf-8")
    (packs / "council/parameters/limits.yaml").write_text(COUNCIL % 6, encoding="utf-8")
    return packs


def test_a_councils_own_value_needs_cases_of_its_own(council: Path) -> None:
    """Those of the pack that it extends are about other days and values; nothing is asked for those."""
    six = [f"8: {TRIED.format('2027-01-01', 6, way)}" for way in ("less", "more")]
    assert said(council, "council", case("2026-12-31", 8, "met")) == six
    assert said(council, "council", case("2027-01-01", 6, "met"), case("2027-01-01", 5, "not_met")) == []


def test_a_value_that_stays_the_same_is_not_new(council: Path) -> None:
    """Eight hours stay eight."""
    (council / "council/parameters/limits.yaml").write_text(COUNCIL % 8, encoding="utf-8")
    assert said(council, "council", case("2027-01-01", 8, "met")) == []


def test_cases_are_asked_for_only_once_all_else_is_right(packs: Path) -> None:
    """A case that fails already would be another matter."""
    (problem,) = said(packs, "small", *BEFORE, case("2026-01-01", 8, "not_met"), case("2026-01-01", 7, "not_met"))
    assert "expected not_met, is met" in problem


def test_a_notch_that_the_bounds_refuse_needs_no_case(packs: Path) -> None:
    """Nobody can write it."""
    file = packs / "small/parameters/limits.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("    values:", "    lowest: 8\n    values:"), "utf-8")
    cases = (*BEFORE, SINCE[0], case("2026-01-01", 6, "not_met"))
    assert said(packs, "small", *cases) == []


def test_a_role_without_a_case_on_one_side_of_its_limit_is_named(tmp_path: Path) -> None:
    """A scheme of delegation has a limit for each role, and each is tried by itself."""
    shutil.copytree(Path(__file__).parents[3] / "policies", tmp_path, dirs_exist_ok=True)
    choices = tmp_path / "example-council/parameters/choices.yaml"
    choices.write_text(choices.read_text(encoding="utf-8").replace('approver: "52000.00"', 'approver: "3000.00"'))
    cases = tmp_path / "example-council/cases/authority.yaml"
    lines = cases.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [line for line in lines if "limit of" not in line]
    cases.write_text("".join(left), encoding="utf-8")
    found = [str(problem).partition(": authority.limits: ")[2] for problem in check(tmp_path, "example-council", TODAY)]
    assert found == [  # and not the other limits, which are those of the national pack
        f"a worked case from 2025-04-01 that comes out otherwise if approver: 3000.00 were a notch {way}; there is none"
        for way in ("less", "more")
    ]
