"""A pack is checked with all that it extends, and no value may be missing on the day of the check."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.authoring import check as module
from sevensteps.policy.authoring.check import Found, check, check_pack
from sevensteps.policy.authoring.inputs import outcomes_of
from sevensteps.policy.packs.pack import read_pack

TODAY = date(2026, 4, 1)
OWN_VALUE = """
parameters:
  help.hours:
    title: From how many hours of help on somebody qualifies here
    type: whole number
    unit: hours a week
    set by: council
    values:
      - {from: 2026-02-01, value: 6, reference: A decision of the council}
"""
OLD_VALUE = "      - {from: 2018-01-01, until: 2018-12-31, value: 10, reference: A decision of 2017}\n"
OWN_CASES = """
decision: help
cases:
  - {name: Enough hours here, on: 2026-02-01, given: {hours: 6, alone: false}, expect: {verdict: met}}
  - {name: Too few here, on: 2026-02-01, given: {hours: 5, alone: false}, expect: {verdict: not_met}}
"""


@pytest.fixture
def overlay(packs: Path) -> Path:
    """A council's pack over the small one."""
    (packs / "council").mkdir()
    head = "pack: council\nformat: 2\ntitle: A council\nextends: small\n"
    (packs / "council" / "pack.yaml").write_text(head, encoding="utf-8")
    return packs


def set_own(packs: Path, text: str = OWN_VALUE) -> None:
    for file, content in (("parameters/own.yaml", text), ("cases/help.yaml", OWN_CASES)):
        path = packs / "council" / file
        path.parent.mkdir()
        path.write_text(content, encoding="utf-8")


def edit(packs: Path, file: str, old: str, new: str) -> None:
    path = packs / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def found(packs: Path, name: str = "council", on: date = TODAY) -> list[str]:
    return [str(problem) for problem in check(packs, name, on)]


def test_a_case_of_what_is_extended_that_fails_is_a_problem(overlay: Path) -> None:
    """The council's own files are as they were, and good."""
    assert found(overlay) == []
    edit(overlay, "small/parameters/limits.yaml", "value: 8", "value: 9")
    first, *_ = problems = found(overlay)
    assert first.startswith("small/cases/help.yaml:")
    assert "verdict: expected met, is not_met" in first
    assert problems == found(overlay, "small")


def test_a_problem_of_the_pack_itself_is_told_beside_those_of_what_it_extends(overlay: Path) -> None:
    """Everything at once, also when the council's own part cannot be read as a whole."""
    set_own(overlay, OWN_VALUE.replace("type: whole number", "type: word").replace("value: 6", "value: six"))
    edit(overlay, "small/parameters/limits.yaml", "value: 8", "value: 9")
    own, *others = found(overlay)
    assert own.startswith("council/parameters/own.yaml:")
    assert others == found(overlay, "small")


def test_cases_beside_its_own_numbers_are_asked_of_each_pack(overlay: Path) -> None:
    """Of the council's for the council's value, of the nation's for the nation's, whichever pack is checked."""
    set_own(overlay)
    edit(overlay, "small/cases/help.yaml", "given: {hours: 7,", "given: {hours: 6,")
    edit(overlay, "council/cases/help.yaml", "given: {hours: 5,", "given: {hours: 4,")
    own, nation = found(overlay)
    assert own.startswith("council/parameters/own.yaml:9: help.hours: a worked case from 2026-02-01 ")
    assert [nation] == found(overlay, "small")
    assert nation.startswith("small/parameters/limits.yaml:10: help.hours: a worked case from 2026-01-01 ")


def test_values_of_every_pack_come_before_cases_of_any(overlay: Path) -> None:
    """What fails by a value stands behind what is wrong with the values, whichever pack has them."""
    set_own(overlay)
    edit(overlay, "council/cases/help.yaml", "given: {hours: 5,", "given: {hours: 6,")
    edit(
        overlay, "small/parameters/limits.yaml", "      - {from: 2020-01-01,", f"{OLD_VALUE}      - {{from: 2020-01-01,"
    )
    assert [problem.partition(":")[0] for problem in found(overlay)] == [
        "council/parameters/own.yaml", "small/parameters/limits.yaml", "council/cases/help.yaml",
    ]  # fmt: skip


def test_cases_of_what_is_extended_that_are_left_out_are_counted(overlay: Path) -> None:
    """Beside those of the pack itself."""
    for pack in ("small", "council"):
        if pack == "council":
            set_own(overlay)
        file = overlay / pack / "cases/help.yaml"
        case = "  - {name: %s, like: %s, on: 2026-02-01, given: {}, expect: {verdict: met}}\n"
        file.write_text(file.read_text(encoding="utf-8") + case % ("A", "Nobody") + case % ("B", "A"), encoding="utf-8")
    assert check(overlay, "small", TODAY).left_out == 1
    assert check(overlay, "council", TODAY).left_out == 2


def test_what_was_found_before_is_not_looked_for_again(overlay: Path) -> None:
    """Whoever checks the nation's pack and the councils' has the nation's checked once."""
    before: Found = {}
    assert check(overlay, "small", TODAY, before) == []
    edit(overlay, "small/cases/help.yaml", "given: {hours: 7,", "given: {hours: 8,")
    assert check(overlay, "council", TODAY, before) == []
    assert len(found(overlay)) == 1


def test_a_value_that_neither_the_nation_nor_the_council_has_is_missed(overlay: Path) -> None:
    """Of today; on another day it is there. What the council has set is not missed."""
    edit(overlay, "small/parameters/limits.yaml", "from: 2026-01-01,", "from: 2026-01-01, until: 2026-03-31,")
    missing = "small/parameters/limits.yaml:3: help.hours: a value in force on 2026-04-01, here or in a pack that"
    for pack in ("small", "council"):
        [problem] = found(overlay, pack)
        assert problem.startswith(missing)
        assert found(overlay, pack, date(2026, 3, 31)) == []
    set_own(overlay)
    assert found(overlay) == []


def test_a_value_of_the_nation_may_be_awaited_from_a_day_on(overlay: Path) -> None:
    """A hole before that day is a problem still."""
    edit(overlay, "small/parameters/limits.yaml", "from: 2026-01-01,", "from: 2026-01-01, until: 2026-03-30,")
    edit(overlay, "small/parameters/limits.yaml", "    set by: council", "    set by: council\n    awaited: 2026-04-01")
    assert found(overlay) == []
    assert len(found(overlay, on=date(2026, 3, 31))) == 1


def test_a_value_is_missed_only_while_a_decision_needs_it(overlay: Path) -> None:
    """The decision ends before the day."""
    edit(overlay, "small/parameters/limits.yaml", "from: 2026-01-01,", "from: 2026-01-01, until: 2026-03-31,")
    edit(overlay, "small/rules/help.yaml", "until: 2029-12-31", "until: 2026-03-31")
    assert found(overlay) == []


def test_rules_are_tried_again_where_the_council_has_a_value_of_its_own(
    overlay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the nation's values they are tried when its own pack is checked."""
    tried: list[str] = []

    def noted(*given: object) -> tuple[bool, bool]:
        tried.append("rule")
        return outcomes_of(*given)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(module, "outcomes_of", noted)
    assert check_pack(overlay, read_pack(overlay, "council")) == []
    assert tried == []
    set_own(overlay)
    assert check_pack(overlay, read_pack(overlay, "council")) == []
    assert tried
