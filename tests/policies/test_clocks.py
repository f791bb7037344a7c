"""All clocks that the national pack has are opened by somebody, and the docs say by whom."""

import re
from pathlib import Path

from services.assessment.contacts.handlers import CLOCK
from services.assessment.domain.matter import ClockKind
from services.assessment.domain.written import WrittenKind
from services.assessment.matters import MADE_IN_TIME
from services.planning.handlers import CLOCKS
from sevensteps.policy.packs.pack import read_pack

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r'"clock": "([a-z_]+)"')
"""A clock that a service opens by its name in the code."""


def clocks_of_the_pack() -> list[str]:
    """The clocks among which the decision `deadlines` distinguishes."""
    pack = read_pack(ROOT / "policies", "england")
    facts = pack.decisions["deadlines"]["facts"]
    return [str(name) for name in facts["clock"]["options"]]  # type: ignore[index]


def test_every_clock_is_opened_by_a_service() -> None:
    """One that nobody opens would be a promise of the law that nobody keeps; one that the pack lacks, a refusal."""
    code = "".join(file.read_text() for file in (ROOT / "services").rglob("*.py"))
    opened = {*NAMED.findall(code), *CLOCKS.values(), *WrittenKind, *ClockKind, MADE_IN_TIME, CLOCK}
    assert set(clocks_of_the_pack()) == opened


def test_the_docs_say_who_opens_each_clock() -> None:
    """The table of clocks has every one, and no other."""
    section = (ROOT / "docs" / "policies.md").read_text().split("\n## Clocks\n")[1].split("\n## ")[0]
    first_cells = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`([a-z_]+)`", " ".join(first_cells))) == sorted(clocks_of_the_pack())
