"""`sevensteps verify`, `case explain` and `receipts export`, with a running suite that has one case."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from servers.command_line import run_command
from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.runner import play_all
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports


@dataclass(frozen=True)
class RunningSuite:
    """A running suite with one case that has gone through the seven steps."""

    settings: Settings
    case_id: str

    async def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        return await asyncio.to_thread(run_command, self.settings.as_environment(), *arguments)


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSuite]:
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("suite")))
    suite = Suite(settings, print)
    await suite.start()
    try:
        (played,) = await play_all(
            load([FOLDER / "direct-payment.yaml"], clock.now().date()), settings, lambda event: None, lambda *how: None
        )
        yield RunningSuite(settings, played.history.case_id)
    finally:
        await suite.stop()


async def test_every_decision_of_a_case_comes_out_the_same(running: RunningSuite) -> None:
    """The decisions of all four services are made again; the results are printed as lines or as JSON."""
    result = await running.run("verify", running.case_id)
    assert result.returncode == 0, result.stderr
    assert "none differing" in result.stdout
    answered = json.loads((await running.run("verify", running.case_id, "--json")).stdout)
    assert {checked["service"] for checked in answered} == {"assessment", "planning", "approval", "review"}
    assert all(checked["same"] for checked in answered)


async def test_a_case_is_explained_on_a_page(running: RunningSuite) -> None:
    """The page has each decision with its law, rules and facts, and says who confirmed and signed."""
    result = await running.run("case", "explain", running.case_id)
    assert "authority: signing takes level L" in result.stdout
    assert "nobody," not in result.stdout, "a plan that nobody has asked to sign yet must not read as refused"
    assert result.returncode == 0, result.stderr
    print(result.stdout)
    for wanted in (
        "eligible",
        "plan-check: ",
        "confirmed by ",
        "signed by ",
        "Care Act 2014",
        "pack example-council",
        "16 points: the table has £82.91 for them",
        "less 0 per cent that the council withholds: £82.91",
    ):
        assert wanted in result.stdout
    assert "no longer in the feed" not in result.stdout


async def test_the_page_has_the_reasons_that_people_gave_and_json_has_all_of_it(running: RunningSuite) -> None:
    """Of the determination, the signature, the review and its request; the person's own words are not among them."""
    result = await running.run("case", "explain", running.case_id, "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told.keys() == {"case_id", "events", "receipts", "records", "reasons", "workings"}
    answered = json.loads((await running.run("verify", running.case_id, "--json")).stdout)
    assert {receipt["receipt_id"] for receipt in told["receipts"]} == {checked["receipt_id"] for checked in answered}
    records = told["records"]
    confirmed = [each for each in records["determinations"] if each["state"] == "DETERMINATION_STATE_CONFIRMED"]
    assert [each["points"] for each in records["indicative_budgets"]] == [16]
    assert [each["plan_version"] for each in records["spending"]] == [1]
    given = [
        *(each["reasons"] for each in confirmed),
        *(each["because"] for each in (*records["approvals"], *records["review_calls"])),
        *(each["how_it_worked"] for each in records["reviews"]),
    ]
    assert len(given) == 4
    page = (await running.run("case", "explain", running.case_id, "-v")).stdout
    in_lines = " ".join(page.split())
    assert [reason for reason in given if " ".join(reason.split()) not in in_lines] == []
    assert "own_words" not in result.stdout


async def test_every_receipt_can_be_exported(running: RunningSuite, tmp_path: Path) -> None:
    """One JSON object a line, with what the decision was based on."""
    file = tmp_path / "receipts.jsonl"
    result = await running.run("receipts", "export", str(file))
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    answered = json.loads((await running.run("verify", running.case_id, "--json")).stdout)
    assert {row["receipt_id"] for row in rows} == {checked["receipt_id"] for checked in answered}
    assert all(row["verdict"] == row["receipt"]["verdict"] for row in rows)


async def test_a_candidate_pack_lists_the_cases_that_would_change(running: RunningSuite, tmp_path: Path) -> None:
    """When the table of points changes, cases with that many points are listed with both amounts, and no others."""
    candidate = tmp_path / "packs/example-council"
    shutil.copytree(running.settings.policies, tmp_path / "packs")
    table = tmp_path / "packs/england/parameters/budget.yaml"
    was = table.read_text(encoding="utf-8")
    table.write_text(was.replace('pounds: "82.91"', 'pounds: "84.57"'), encoding="utf-8")
    asked = ("policy", "diff", "example-council", str(candidate), "--receipts")
    result = await running.run(*asked)
    assert result.returncode == 0, result.stderr
    assert "points_to_pounds" in result.stdout
    assert f"{running.case_id}  indicative-budget: budget worked out from the table, with other values" in result.stdout
    assert "weekly: was 82.91, is 84.57" in result.stdout
    file = tmp_path / "receipts.jsonl"
    assert (await running.run("receipts", "export", str(file))).returncode == 0
    assert (await running.run(*asked, "--from", str(file))).stdout == result.stdout
    refused = await running.run(*asked, "--from", str(table))
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)


@pytest.mark.parametrize(
    ("columns", "difference"),
    [("verdict", "verdict: "), ("receipt, verdict", "The verdict was not met, and is now met.")],
)
async def test_a_tampered_verdict_is_found(running: RunningSuite, columns: str, difference: str) -> None:
    """A verdict changed in the database, beside the receipt or in it too, differs when the decision is made again."""
    with sqlite3.connect(running.settings.data / "assessment.db") as records:
        query = "SELECT receipt_id, receipt FROM receipts WHERE decision = 'eligibility' AND verdict = 'met'"
        receipt_id, receipt = records.execute(query).fetchone()

        def write(receipt: str, verdict: str) -> None:
            records.execute("UPDATE receipts SET verdict = ? WHERE receipt_id = ?", (verdict, receipt_id))
            records.execute("UPDATE receipts SET receipt = ? WHERE receipt_id = ?", (receipt, receipt_id))
            records.commit()

        forged = json.dumps(json.loads(receipt) | {"verdict": "not_met"})
        write(forged if "receipt" in columns else receipt, "not_met")
        result = await running.run("verify", running.case_id)
        write(receipt, "met")
    assert result.returncode == 1
    assert "1 differing" in result.stdout
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("differs")]
    assert receipt_id in line
    assert difference in result.stdout


async def test_a_case_that_does_not_exist_is_refused(running: RunningSuite) -> None:
    """A sentence, no stack trace, and nothing that could be taken for a verified case."""
    result = await running.run("verify", "case-000000000000")
    assert result.returncode == 1
    assert "CASE_NOT_FOUND" in result.stderr
    assert "Traceback" not in result.stderr
