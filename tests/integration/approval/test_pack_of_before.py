"""A plan is checked and signed by a pack of before, which calls a fact by its former name."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from integration.approval.desk import Desk, approving, line, plan
from servers.services import NOBODY, PACK, refusal_of, run_suite
from sevensteps.api.planning.v1 import planning_pb2 as planning
from sevensteps.config import Settings
from sevensteps.identity.actor import Role
from sevensteps.policy.model.known_facts import FORMER_NAMES

AUTHORITY = ("england/rules/authority.yaml", "england/cases/authority.yaml", "example-council/cases/authority.yaml")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder of packs as they were before facts were renamed."""
    packs = tmp_path / "packs"
    shutil.copytree(Settings().policies, packs)
    for file in AUTHORITY:
        text = (packs / file).read_text(encoding="utf-8")
        for name, former in FORMER_NAMES["authority"].items():
            assert name in text
            text = text.replace(name, former)
        (packs / file).write_text(text, encoding="utf-8")
    return replace(Settings(), data=tmp_path / "data", policies=packs, pack=PACK, feed=NOBODY)


async def test_a_pack_of_before_measures_the_cost_by_the_name_that_it_knows(settings: Settings) -> None:
    """Up to a role's limit the plan is signed, above it it is refused, as by the pack of today."""
    dear = plan(line("l1", planning.USE_GENERAL))
    dear.lines[0].weekly = dear.weekly = "100.01"
    async with run_suite("approval", settings) as running:
        cheap = Desk(running)
        signing = approving(await cheap.open())
        signed = (await cheap.by("ada", Role.ASSISTANT_TEAM_MANAGER).ApprovePlan(signing)).approval
        assert signed.signed_as == "assistant_team_manager"
        desk = Desk(running)
        fault = await refusal_of(
            desk.by("ada", Role.ASSISTANT_TEAM_MANAGER).ApprovePlan(approving(await desk.open(dear)))
        )
    assert fault.reason == "AUTHORITY_LACKING"
    assert "£5,200.52" in fault.detail
