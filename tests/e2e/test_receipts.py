"""`sevensteps verify`, `case explain` and `receipts export`, beside a suite in which a case has been played."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.side_by_side import play_all
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports

COMMAND = [sys.executable, "-c", "from sevensteps.cli.main import main; main()"]
LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Town:
    """A running suite with one case that has gone through the steps."""

    settings: Settings
    case_id: str

    async def say(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        return await asyncio.to_thread(
            subprocess.run,
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            env=os.environ | self.settings.as_environment() | {"TERM": "dumb"},
            check=False,
        )


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("town")))
    suite = Suite(settings, print)
    await suite.start()
    try:
        (played,) = await play_all(
            load([FOLDER / "direct-payment.yaml"], clock.now().date()), settings, lambda event: None, lambda *how: None
        )
        yield Town(settings, played.chronicle.case_id)
    finally:
        await suite.stop()


async def test_every_decision_of_a_case_comes_out_the_same(town: Town) -> None:
    """All four services' decisions are made again; said in lines and in JSON."""
    said = await town.say("verify", town.case_id)
    assert said.returncode == 0, said.stderr
    assert "none differing" in said.stdout
    answered = json.loads((await town.say("verify", town.case_id, "--json")).stdout)
    assert {checked["service"] for checked in answered} == {"assessment", "planning", "approval", "review"}
    assert all(checked["same"] for checked in answered)


async def test_a_case_is_explained_on_a_page(town: Town) -> None:
    """The page names each decision with its law, its rule, its facts, and whoever confirmed and signed."""
    said = await town.say("case", "explain", town.case_id)
    assert "authority: which level signing takes: L" in said.stdout
    assert "nobody," not in said.stdout, "that a plan has no signer yet reads as no refusal"
    assert said.returncode == 0, said.stderr
    print(said.stdout)
    for wanted in (
        "eligibility: met",
        "plan-check: ",
        "confirmed by ",
        "signed by ",
        "Care Act 2014",
        "pack example-council",
    ):
        assert wanted in said.stdout
    assert "no longer tells" not in said.stdout


async def test_every_receipt_can_be_taken_out(town: Town, tmp_path: Path) -> None:
    """One JSON object a line, with what the decision was made of."""
    file = tmp_path / "receipts.jsonl"
    said = await town.say("receipts", "export", str(file))
    assert said.returncode == 0, said.stderr
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    answered = json.loads((await town.say("verify", town.case_id, "--json")).stdout)
    assert {row["receipt_id"] for row in rows} == {checked["receipt_id"] for checked in answered}
    assert all(row["verdict"] == row["receipt"]["verdict"] for row in rows)


async def test_a_candidate_pack_says_who_would_change(town: Town, tmp_path: Path) -> None:
    """The council's table changes: whoever has that many points is listed with both amounts; nobody else is."""
    candidate = tmp_path / "packs/example-council"
    shutil.copytree(town.settings.policies, tmp_path / "packs")
    table = tmp_path / "packs/england/parameters/budget.yaml"
    was = table.read_text(encoding="utf-8")
    table.write_text(was.replace('pounds: "82.91"', 'pounds: "84.57"'), encoding="utf-8")
    asked = ("policy", "diff", "example-council", str(candidate), "--receipts")
    said = await town.say(*asked)
    assert said.returncode == 0, said.stderr
    assert "points_to_pounds" in said.stdout
    assert f"{town.case_id}  indicative-budget: met, with other values" in said.stdout
    assert "weekly: was 82.91, is 84.57" in said.stdout
    file = tmp_path / "receipts.jsonl"
    assert (await town.say("receipts", "export", str(file))).returncode == 0
    assert (await town.say(*asked, "--from", str(file))).stdout == said.stdout
    refused = await town.say(*asked, "--from", str(table))
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)


@pytest.mark.parametrize(
    ("columns", "told"), [("verdict", "verdict: "), ("receipt, verdict", "The verdict was not met, and is now met.")]
)
async def test_a_tampered_verdict_is_found(town: Town, columns: str, told: str) -> None:
    """Whoever changes a verdict in the database, beside the receipt or in it too, is found out by making it again."""
    with sqlite3.connect(town.settings.data / "assessment.db") as records:
        query = "SELECT receipt_id, receipt FROM receipts WHERE decision = 'eligibility' LIMIT 1"
        receipt_id, receipt = records.execute(query).fetchone()

        def write(receipt: str, verdict: str) -> None:
            records.execute("UPDATE receipts SET verdict = ? WHERE receipt_id = ?", (verdict, receipt_id))
            records.execute("UPDATE receipts SET receipt = ? WHERE receipt_id = ?", (receipt, receipt_id))
            records.commit()

        forged = json.dumps(json.loads(receipt) | {"verdict": "not_met"})
        write(forged if "receipt" in columns else receipt, "not_met")
        said = await town.say("verify", town.case_id)
        write(receipt, "met")
    assert said.returncode == 1
    assert "1 differing" in said.stdout
    (line,) = [line for line in said.stdout.splitlines() if line.startswith("differs")]
    assert receipt_id in line
    assert told in said.stdout


async def test_a_case_that_is_not_there_is_said_so(town: Town) -> None:
    """No stack trace, and nothing that could be taken for a verified case."""
    said = await town.say("verify", "case-000000000000")
    assert said.returncode == 1
    assert "CASE_NOT_FOUND" in said.stderr
    assert "Traceback" not in said.stderr
