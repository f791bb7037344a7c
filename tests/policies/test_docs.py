"""The table of every rule in docs/policies.md is the one that the packs give."""

from pathlib import Path

from sevensteps.policy.authoring.rule_table import rule_table
from sevensteps.policy.packs.pack import read_pack

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- rules: made from policies/england by `sevensteps policy rules england` -->\n"
END = "<!-- end of rules -->"


def test_the_table_of_rules_is_made_from_the_packs() -> None:
    """Every rule with its law stands in the page as `sevensteps policy rules england` prints it."""
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    table = page.split(BEGIN)[1].split(END)[0]
    assert table.strip() == rule_table(read_pack(ROOT / "policies", "england")).strip()


UNCHECKED = {
    "AUTH-1", "AUTH-3", "AUTH-4", "AUTH-5", "AUTH-6", "AUTH-7", "AUTH-8", "AUTH-9", "LEVEL/R",
    "LEVEL/L3", "LEVEL/L2", "LEVEL/L1", "LEVEL/L0",
    "CLOCK/T2", "CLOCK/T3", "CLOCK/T4", "CLOCK/T5/L0", "CLOCK/T5/L1", "CLOCK/T5/L2", "CLOCK/T5/L3",
    "CLOCK/T5/R", "CLOCK/T6", "CLOCK/T10/acknowledge", "CLOCK/T10/answer", "CLOCK/T11", "CLOCK/SUPPORT", "CLOCK/ADVICE",
    "LEGAL-3", "LEGAL-3/P8", "LEGAL-4/WORDS", "LEGAL-4/P10", "LEGAL-4/P11", "LEGAL-4/P13", "LEGAL-5", "LEGAL-5/P9",
    "LEGAL-5/P9/administration", "MEET-2/eligible", "REG-8/managed", "SECTION/reg8", "CAPACITY", "CAPACITY/reg8", "USE",
    "USE/close-family", "USE/administration", "CLOCK/T10/extended", "CLOCK/T10/made", "CLOCK/T11/extended",
    "SUFF-1", "SUFF-1/on-costs", "SUFF-2", "VALUE-1", "SAFE-1", "MEET-1/carer",
}  # fmt: skip
"""Rules that rest on what nobody has held against the text of the law yet, or on a local default."""


def test_what_nobody_has_checked_is_not_called_checked() -> None:
    """Each of those rules says `not yet`."""
    rows = [line.split(" | ") for line in rule_table(read_pack(ROOT / "policies", "england")).splitlines()]
    checked = {row[0].removeprefix("| ") for row in rows if row[-1] == "yes |"}
    assert not checked & UNCHECKED
    assert {row[0].removeprefix("| ") for row in rows} >= UNCHECKED


def test_a_demonstration_value_is_not_called_checked() -> None:
    """A value that a council has to replace by its own carries the mark."""
    values = [value for each in read_pack(ROOT / "policies", "england").parameters.values() for value in each.values]
    demonstrated = [value for value in values if "demonstration" in value.reference]
    assert demonstrated
    assert all(value.unverified for value in demonstrated)
