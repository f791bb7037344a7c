"""A pack of before is told what it asks for, by the names that it has; decisions of before can be made again."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.errors import Fault
from sevensteps.policy import Library
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.declared_facts import DeclaredFacts
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.known_facts import FORMER_NAMES, by_known_names, names_of, only_known
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import read_pack

ON = date(2026, 4, 1)
POLICIES = Path(__file__).parents[3] / "policies"
DECLARED = {"annual_net": Fact("annual_net", "money"), "said.why": Fact("said.why", "boolean")}
BEFORE = names_of(DeclaredFacts(DECLARED, {}))


def test_a_renamed_fact_has_the_name_that_the_pack_knows() -> None:
    """Either way: today's fact for a pack of before, and a stored one for a pack of today."""
    assert by_known_names("authority", {"annual_cost": "1.00", "role": "panel"}, BEFORE) == {
        "annual_net": "1.00",
        "role": "panel",
    }
    today = CompiledPack(read_pack(POLICIES, "england")).decider("authority", ON).asked
    assert by_known_names("authority", {"annual_net": "1.00"}, today) == {"annual_cost": "1.00"}
    assert by_known_names("deadlines", {"annual_net": "1.00"}, today) == {"annual_net": "1.00"}


def test_what_a_pack_of_before_does_not_ask_is_not_told() -> None:
    """So a stage that began with it goes on after an upgrade, in which services learned to say more."""
    facts: dict[str, Json] = {"annual_cost": "1.00", "said": {"why": True}, "settings": ["care_home"]}
    assert only_known("authority", facts, BEFORE) == {"annual_net": "1.00", "said": {"why": True}}


@pytest.mark.parametrize("decision", FORMER_NAMES)
def test_the_name_of_today_is_that_of_the_pack(decision: str) -> None:
    """The national pack declares every new name, and no former one."""
    asked = CompiledPack(read_pack(POLICIES, "england")).decider(decision, ON).asked
    assert asked >= FORMER_NAMES[decision].keys()
    assert asked.isdisjoint(FORMER_NAMES[decision].values())


def test_whoever_asks_by_themselves_is_told_of_a_fact_that_the_pack_does_not_know(packs: Path) -> None:
    """It may be a slip. Only services, which say the same to packs of every age, leave it out."""
    library = Library(packs)
    facts: dict[str, Json] = {"hours": 8, "alone": True, "days": 1}
    with pytest.raises(Fault, match="days: expected no such fact"):
        library.decide("help", pack="small", on=ON, facts=facts)
    decided = library.decide("help", pack="small", on=ON, facts=facts, only_known_facts=True)
    assert decided.facts == {"hours": 8, "alone": True}
