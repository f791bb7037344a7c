"""The table of every rule in docs/policies.md is the one that the packs give."""

from pathlib import Path

from sevensteps.policy.pack import read_pack
from sevensteps.policy.table import rule_table

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- rules: made from policies/england by `sevensteps policy rules england` -->\n"
END = "<!-- end of rules -->"


def test_the_table_of_rules_is_made_from_the_packs() -> None:
    """Every rule with its law stands in the page as `sevensteps policy rules england` prints it."""
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    table = page.split(BEGIN)[1].split(END)[0]
    assert table.strip() == rule_table(read_pack(ROOT / "policies", "england")).strip()
