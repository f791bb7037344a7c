"""Two councils in one suite: each case is decided for by the pack of its council, all the way round."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from servers.command_line import run_command
from sevensteps.config import POLICIES, Settings
from sevensteps.local.suite import Suite, on_free_ports

COUNCILS = {"example-council": "example-council", "barset": "england"}
"""The councils, and the pack of each."""


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A suite of the example council, and of Barset, which uses the national pack as it is."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    (policies / "barset").mkdir()
    choices = (policies / "example-council" / "council.yaml").read_text()
    barset = choices.replace("council: example-council", "council: barset").replace("Example Council", "Barset")
    (policies / "barset" / "council.yaml").write_text(barset.replace("pack: example-council", "pack: england"))
    suite = Suite(on_free_ports(replace(Settings(), data=tmp_path / "data", policies=policies)), print)
    await suite.start()
    try:
        yield suite.settings
    finally:
        await suite.stop()


async def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command beside the suite."""
    return await asyncio.to_thread(run_command, settings.as_environment(), *arguments, seconds=120)


async def test_a_case_goes_all_the_way_by_the_pack_of_its_council(settings: Settings, tmp_path: Path) -> None:
    """The journeys ask for each by its council, the receipts name its pack, and each decision can be made again."""
    cases: dict[str, str] = {}
    for council in COUNCILS:
        played = await run(settings, "play", "examples/direct-payment.yaml", "--council", council)
        assert played.returncode == 0, played.stdout + played.stderr
        cases[council] = played.stdout.split()[0]
        verified = await run(settings, "verify", cases[council])
        assert (verified.returncode, "none differing" in verified.stdout) == (0, True), verified.stdout

    exported = tmp_path / "receipts.jsonl"
    assert (await run(settings, "receipts", "export", str(exported))).returncode == 0
    receipts = [json.loads(line) for line in exported.read_text().splitlines()]
    packs = {(receipt["case_id"], receipt["council"], receipt["receipt"]["pack"]) for receipt in receipts}
    assert packs == {(cases[council], council, pack) for council, pack in COUNCILS.items()}
    assert {receipt["service"] for receipt in receipts} == {"assessment", "planning", "approval", "review"}


async def test_a_council_is_shown_with_its_choices(settings: Settings) -> None:
    """On one page; a name that nobody has is a sentence, with what to do."""
    shown = await run(settings, "council", "barset")
    assert shown.returncode == 0, shown.stderr
    lines = dict(line.strip().split("  ", 1) for line in shown.stdout.splitlines() if "  " in line.strip())
    assert (lines["council"].strip(), lines["policy pack"].strip()) == ("Barset (barset)", "england")
    assert "01632 960000" in lines["social services"]
    refused = await run(settings, "council", "nowhere")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "COUNCIL_UNKNOWN: There is no council nowhere" in refused.stderr
    stranger = await run(settings, "play", "examples/carer.yaml", "--council", "nowhere")
    assert stranger.returncode == 1
    assert "nowhere/council.yaml" in stranger.stderr
