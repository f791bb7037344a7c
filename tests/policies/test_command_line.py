"""`sevensteps policy`, as a policy officer types it."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sevensteps.cli.policy import app
from sevensteps.policy import Library
from sevensteps.policy.pack import read_pack

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "examples" / "facts"
DECISIONS = sorted(read_pack(ROOT / "policies", "england").decisions)
DATES = {"facs-eligibility": "2014-06-01", "contribution": "2025-06-01"}


def typed(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=given)


def decided(decision: str, *more: str) -> Result:
    on = DATES.get(decision, "2026-04-01")
    return typed("decide", decision, "--pack", "england", "--on", on, "--facts", str(FACTS / f"{decision}.json"), *more)


@pytest.mark.parametrize("decision", DECISIONS)
def test_every_decision_has_a_worked_file_of_facts(decision: str) -> None:
    """Its answer in JSON names the pack, its hash and every finding with its law."""
    answer = json.loads(decided(decision, "--json").stdout)
    assert {"decision", "pack", "hash", "on", "verdict", "findings", "missing"} <= set(answer)
    assert answer["verdict"] in {"met", "not_met"}
    assert all(finding["because"] and finding["reference"] for finding in answer["findings"])


def test_sixteen_points_are_82_pounds_91() -> None:
    """The published anchor of the table comes out."""
    assert json.loads(decided("indicative-budget", "--json").stdout)["weekly"] == "82.91"
    assert json.loads(decided("contribution", "--json").stdout)["weekly_charge"] == "131.85"


def test_in_words_the_answer_says_what_would_turn_it() -> None:
    """The failed rule, its reason and law, and the smallest changes."""
    said = decided("plan-check", "--why-not").stdout
    assert "LEGAL-4/P1: not met\n  Line l2 is for gambling." in said
    assert "met_otherwise with community and lines.l2.use from gambling to general" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"points": NaN}', "fact points"),
        ('{"points": 1, "points": 2}', "given twice"),
        ('{"points": ', "line 1: expected JSON"),
        ("[" * 100_000, "expected a JSON file of facts"),
        ("[]", "expected a JSON object"),
    ],
)
def test_wrong_facts_are_refused_in_a_sentence(given: str, said: str) -> None:
    """Exit code 2, no verdict, no trace."""
    result = typed("decide", "indicative-budget", "--pack", "england", "--facts", "-", given=given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_check_ends_with_1_and_everything_that_is_wrong(tmp_path: Path) -> None:
    """A number changed in a copy of the national pack breaks cases, and check and test both say so."""
    copy = Path(shutil.copytree(ROOT / "policies" / "england", tmp_path / "england"))
    assert typed("check", str(copy)).exit_code == 0
    parameters = copy / "parameters" / "eligibility.yaml"
    text = parameters.read_text(encoding="utf-8")
    parameters.write_text(text.replace("value: 2,", "value: 3,"), encoding="utf-8")
    checked, tested = typed("check", str(copy)), typed("test", str(copy))
    assert (checked.exit_code, tested.exit_code) == (1, 1)
    assert "expected met, is not_met" in checked.stdout
    assert "not as expected" in tested.stdout
    compared = typed("diff", str(ROOT / "policies" / "england"), str(copy)).stdout
    assert "was 2, is 3, although values are never edited" in compared


def test_hint_words_of_a_plan_are_dropped_or_said_to_be_new(tmp_path: Path) -> None:
    """A plan that mentions a beer comes out met where beer is no hint; cider could not be looked for, which is said."""
    copy = Path(shutil.copytree(ROOT / "policies" / "england", tmp_path / "england"))
    plan = copy / "parameters" / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace(" beer,", " cider,"), encoding="utf-8")
    facts = json.loads((FACTS / "plan-check.json").read_text(encoding="utf-8"))
    facts["lines"][0]["text"], facts["lines"][1]["use"], facts["met_otherwise"] = "A beer", "general", ["community"]
    receipt = (
        Library(ROOT / "policies").decide("plan-check", pack="england", on=date(2026, 4, 1), facts=facts).receipt()
    )
    file = tmp_path / "receipts.jsonl"
    file.write_text(json.dumps({"case_id": "c", "receipt_id": "r", "receipt": receipt}), encoding="utf-8")
    said = typed("diff", str(ROOT / "policies/england"), str(copy), "--receipts", "--from", str(file)).stdout
    assert "plan-check: needs judgement → met" in said
    assert "LEGAL-4/WORDS l1: was needs judgement, is met." in said
    assert said.endswith("New hint words could not be looked for, as no text is kept: cider\n")
