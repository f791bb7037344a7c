"""`sevensteps policy`, as a policy officer types it."""

import json
import os
import pty
import shutil
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sevensteps.cli.commands import app
from sevensteps.policy import Library
from sevensteps.policy.packs.pack import read_pack

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "examples" / "facts"
DECISIONS = sorted(read_pack(ROOT / "policies", "england").decisions)
DATES = {"facs-eligibility": "2014-06-01", "contribution": "2025-06-01"}


def typed(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["policy", *words], input=given)


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


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_folder_without_a_pack_is_not_all_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Nothing was checked, so nothing is called free of problems."""
    monkeypatch.setenv("SEVENSTEPS_POLICIES", str(tmp_path))
    said = typed(command)
    assert said.exit_code == 2
    assert "expected a folder of packs, each with its pack.yaml; there is none" in said.output


def test_in_words_the_answer_says_what_would_turn_it() -> None:
    """The failed rule, its reason and law, and the smallest changes."""
    said = decided("plan-check", "--why-not").stdout
    assert "LEGAL-4/P1 l2: not met\n  Line l2 is for gambling." in said
    assert "needs met in another way: with community and l2, use: from gambling to general" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"points": NaN}', "fact points"),
        ('{"points": 1, "points": 2}', "given twice"),
        ('{"points": ', "line 1: expected JSON"),
        ("[" * 100_000, "expected a JSON file of facts: it is nested too deeply"),
        ("[]", "expected a JSON object"),
        ('{"points": ' + "9" * 5_000 + "}", "at most 1000 digits; one has 5,000"),
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


def test_check_looks_at_what_a_pack_extends_and_at_a_day(tmp_path: Path) -> None:
    """The council's own files are good; the nation's end with 2026, and one of its cases fails from the start."""
    root = Path(shutil.copytree(ROOT / "policies", tmp_path / "policies"))
    council = str(root / "example-council")
    parameters = root / "england" / "parameters" / "eligibility.yaml"
    text = parameters.read_text(encoding="utf-8")
    parameters.write_text(text.replace("value: 2,", "until: 2026-12-31, value: 2,"), encoding="utf-8")
    ending = typed("check", council, "--on", "2026-12-31", "--json")
    checked = json.loads(ending.stdout)["example-council"]
    [warning] = checked["warnings"]
    assert (ending.exit_code, warning["where"]) == (0, "eligibility.outcomes_needed")
    assert (checked["problems"], checked["left_out"]) == ([], 0)
    assert warning["expected"].startswith("a value after 2026-12-31")
    ended = typed("check", council, "--on", "2027-01-01")
    assert ended.exit_code == 1
    assert "eligibility.outcomes_needed: a value in force on 2027-01-01" in ended.stdout
    assert typed("check", council, "--on", "1 April").exit_code == 2
    parameters.write_text(text.replace("value: 2,", "value: 3,"), encoding="utf-8")
    broken = typed("check", council)
    assert broken.exit_code == 1
    assert "england/cases/eligibility.yaml" in broken.stdout


def test_check_tells_programs_how_many_cases_were_left_out(tmp_path: Path) -> None:
    """As it tells people: whoever mends the pack has more to see."""
    root = Path(shutil.copytree(ROOT / "policies", tmp_path / "policies"))
    rules = root / "england" / "rules" / "eligibility.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    to_read = typed("check", str(root / "england")).stdout
    to_parse = json.loads(typed("check", str(root / "england"), "--json").stdout)["england"]
    assert to_parse["left_out"] > 0
    assert f"{to_parse['left_out']} worked cases that need this were not run" in to_read
    assert f"{len(to_parse['problems'])} problem" in to_read


AS_OF = ("--on", "2026-04-01")


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, as the docs walk through it: the installed packs, and a draft of a council's beside them."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    shutil.copytree(ROOT / "policies/example-council", tmp_path / "drafts/example-council")
    monkeypatch.setenv("SEVENSTEPS_POLICIES", str(tmp_path / "policies"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "drafts"


def put(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_draft_elsewhere_is_read_with_the_installed_packs(drafts: Path) -> None:
    """Checked, tested, compared and decided by, where it lies; its own files and lines are named."""
    assert typed("diff", "example-council", "drafts/example-council").stdout == "Nothing differs.\n"
    put(drafts / "example-council/parameters/choices.yaml", 'approver: "52000.00"', 'approver: "3000.00"')
    assert typed("diff", "example-council", "drafts/example-council").stdout == (
        "parameter authority.limits: the value from 2025-04-01: approver 52,000 → 3,000, "
        "although values are never edited\n"
    )
    checked = typed("check", "drafts/example-council", *AS_OF)
    assert checked.stdout.splitlines() == [
        "example-council/cases/authority.yaml:9: Up to the limit of approver: AUTH-2: expected met, is not_met",
        "example-council: 1 problem",
    ]
    assert typed("test", "drafts/example-council").exit_code == 1
    asked = ("--facts", str(FACTS / "authority.json"), "--on", "2026-04-01", "--json")
    assert json.loads(typed("decide", "authority", "--pack", "./drafts/example-council", *asked).stdout)["hash"]
    again = typed("diff", "example-council", "drafts/example-council", "--receipts", "--from", os.devnull)
    assert again.stdout.splitlines()[-1] == "0 decisions made again, none changed"


def test_a_draft_of_a_councils_choices_names_an_installed_pack(drafts: Path) -> None:
    """A council without a pack of its own; and a pack beside the draft counts before an installed one."""
    (drafts / "new-council").mkdir()
    file = drafts / "new-council/council.yaml"
    shutil.copy(ROOT / "policies/example-council/council.yaml", file)
    put(file, "council: example-council", "council: new-council")
    assert typed("check", "drafts/new-council", *AS_OF).stdout == "new-council: no problems\n"
    put(drafts / "example-council/parameters/choices.yaml", "from: 2025-04-01, value: 1,", "from: 2025-04-01 value: 1,")
    said = typed("check", "drafts/example-council", *AS_OF).stdout.splitlines()
    assert said[0].startswith("example-council/parameters/choices.yaml:8: YAML: ")
    assert said[1].startswith("example-council: 1 problem; ")
    assert said[1].endswith(" worked cases that need this were not run")


def test_nothing_is_left_behind_by_a_draft(drafts: Path) -> None:
    """The copy in which it is read is gone when the command has ended, as people run it."""
    there = drafts.parent / "temporary"
    there.mkdir()
    command = [str(Path(sys.executable).with_name("sevensteps")), "policy", "rules", "drafts/example-council"]
    subprocess.run(command, env=os.environ | {"TMPDIR": str(there)}, check=True, capture_output=True)
    assert list(there.iterdir()) == []


def test_a_link_is_refused_by_the_name_that_was_typed(drafts: Path) -> None:
    """Not followed to a pack of another name."""
    (drafts / "linked").symlink_to(drafts / "example-council")
    said = typed("check", "drafts/linked").stdout
    assert said.startswith("linked: a folder in the pack itself; this is a link to ")


def test_hint_words_of_a_plan_are_dropped_or_said_to_be_new(tmp_path: Path) -> None:
    """A plan that mentions a beer is met where beer is no hint; the output says that cider was not looked for."""
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
    assert "plan-check: for a person to judge → passes every check" in said
    assert "LEGAL-4/WORDS l1: was needs judgement, is met." in said
    assert said.endswith("New hint words could not be looked for, because no text is stored: cider\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "expected a JSON file of facts: Is a directory"),
        (b"\xff\xfe{}", "expected a JSON file of facts in UTF-8"),
    ],
)
def test_what_is_no_file_of_facts_is_refused_by_its_name(tmp_path: Path, content: bytes | None, said: str) -> None:
    """A folder, and text in another encoding: exit code 2, and the path."""
    place = tmp_path
    if content is not None:
        place = tmp_path / "facts.json"
        place.write_bytes(content)
    result = typed("decide", "eligibility", "--pack", "england", "--facts", str(place))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{place}: {said}\n"


@pytest.mark.parametrize("on", ["20250601", "2025-W14-3", "2025-6-1", "2025-02-30", "٢٠٢٥-٠٦-٠١"])
def test_a_date_is_written_in_one_way(on: str) -> None:
    """Year, month and day with hyphens; anything else is refused, though Python might read it."""
    facts = str(FACTS / "contribution.json")
    for words in (("decide", "contribution", "--facts", facts), ("diff", "england", "example-council")):
        result = typed(*words, "--on", on)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"--on {on}: expected a date such as 2026-04-01\n"


def test_what_does_not_apply_is_said_not_to_apply() -> None:
    """A person without children was not assessed as caring for them well."""
    facts = json.loads((FACTS / "eligibility.json").read_text(encoding="utf-8"))
    facts["outcomes"]["child_caring"] = "not_applicable"
    said = typed("decide", "eligibility", "--pack", "england", "--facts", "-", given=json.dumps(facts)).stdout
    assert "child caring, cannot do it unaided: not applicable" in said
    assert "toilet, cannot do it unaided: no" in said


@pytest.mark.parametrize(("command", "shown"), [("test", "Running example-council"), ("check", "Checking example-")])
def test_progress_is_shown_on_a_terminal_and_nowhere_else(command: str, shown: str) -> None:
    """On a terminal, standard error shows the progress; a file has the answer and nothing else."""
    line = [str(Path(sys.executable).with_name("sevensteps")), "policy", command, "example-council"]
    reading, terminal = pty.openpty()
    on_terminal = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=terminal, cwd=ROOT, env=os.environ | {"TERM": "xterm"}
    )
    os.close(terminal)
    assert shown in _everything(reading)
    elsewhere = subprocess.run(line, capture_output=True, check=True, cwd=ROOT)
    assert (elsewhere.stdout, elsewhere.stderr) == (on_terminal.communicate(timeout=60)[0], b"")


def _everything(reading: int) -> str:
    """What is written to a terminal until its last writer has gone."""
    parts: list[bytes] = []
    with suppress(OSError):  # Linux's way of saying that nobody writes any more
        while part := os.read(reading, 10_000):
            parts.append(part)
    os.close(reading)
    return b"".join(parts).decode()
