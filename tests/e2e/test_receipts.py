"""`sevensteps verify`, `case explain` and `receipts export`, with a running suite that has one case."""

import asyncio
import importlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from servers.command_line import run_command
from sevensteps import clock
from sevensteps.cli.checking.everything import Check
from sevensteps.cli.checking.of_case import check_case
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.runner import play_all
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.service.decided_records import DecidedRecords

FORGED = {"assessed_on": "2026-04-06", "review_due": "2031-01-01", "law_due": "2031-01-01", "points": 59}
"""What stands in a column instead, where it cannot be any text."""


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
            load([FOLDER / "direct-payment.yaml"], clock.today()), settings, lambda event: None, lambda *how: None
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


async def test_everything_is_verified_against_heads_noted_before(running: RunningSuite, tmp_path: Path) -> None:
    """All four services, as text or JSON; what was printed can be given again, and a head that never was is found."""
    result = await running.run("verify", "--all")
    assert result.returncode == 0, result.stderr + result.stdout
    assert result.stderr == "", "no progress bar where nobody watches"
    assert "nothing wrong" in result.stdout
    answered = json.loads((await running.run("verify", "--all", "--json")).stdout)
    assert (answered["findings"], answered["erased"], answered["records"]) == ([], [], 12)
    assert [head["service"] for head in answered["heads"]] == ["assessment", "planning", "approval", "review"]
    noted = tmp_path / "verified.txt"
    noted.write_text(result.stdout, encoding="utf-8")
    again = await running.run("verify", "--all", "--against", str(noted))
    assert again.returncode == 0, again.stderr + again.stdout
    assert "the head of review was compared" in again.stdout
    noted.write_text(f"approval 1 {'0' * 64}\n", encoding="utf-8")
    changed = await running.run("verify", "--all", "--against", str(noted))
    assert changed.returncode == 1
    assert "It has another link at position 1 than was noted." in changed.stdout


async def test_what_cannot_be_verified_is_said_at_once(running: RunningSuite, tmp_path: Path) -> None:
    """A case or everything; heads that are heads."""
    no_heads = tmp_path / "no-heads"
    no_heads.write_text("assessment 12 of them\n", encoding="utf-8")
    for arguments, said in (
        ((), "Name a case, or say --all."),
        ((running.case_id, "--all"), "Name a case, or say --all."),
        ((running.case_id, "--against", str(no_heads)), "--against goes with --all."),
        (("--all", "--against", str(no_heads)), "expected lines such as"),
        (("--all", "--against", str(tmp_path / "none")), "cannot be read: No such file"),
    ):
        refused = await running.run("verify", *arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert said in refused.stderr


@pytest.mark.parametrize("service", ["assessment", "planning", "approval", "review"])
async def test_whatever_a_record_says_is_held_to_its_receipt(running: RunningSuite, service: str) -> None:
    """Every claim of every kind of record: changed in the database, it is found in the case and in everything."""
    decided: Sequence[DecidedRecords] = importlib.import_module(f"services.{service}.tables").DECIDED
    forged = [(records, claim) for records in decided for claim in records.claims if not claim.always]
    for records, claim in forged:
        name, table = claim.name, records.table.name
        if claim.where:  # of a departure, and nobody departed here: tests/integration/receipts has one
            continue
        with sqlite3.connect(running.settings.data / f"{service}.db") as database:
            query = f"SELECT rowid, {name} FROM {table} WHERE {records.receipt_id} <> ''"  # noqa: S608 - names of tables.py
            found = database.execute(query).fetchone()
            if not found:  # of a complaint, and nobody complained: tests/integration/receipts holds its dates
                assert table == "matter_clocks"
                continue
            row, was = found
            put = f"UPDATE {table} SET {name} = ? WHERE rowid = ?"  # noqa: S608
            database.execute("DROP TRIGGER IF EXISTS decided_for_good_update")  # as whoever forges would
            database.execute(put, (FORGED.get(name, "forged"), row))
            database.commit()
            try:
                check = Check(running.settings, {}, lambda *_: None)
                everything = [finding.wrong async for finding in check.findings()]
                of_case = [
                    said for each in await check_case(running.settings, running.case_id) for said in each.differences
                ]
            finally:
                database.execute(put, (was, row))
                database.commit()
        assert everything == of_case
        assert len(everything) == 1, (records.kind, name, everything)
        assert f"says {name.replace('_', ' ')}: " in everything[0]


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
