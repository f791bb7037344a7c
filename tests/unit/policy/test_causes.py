"""The cause of a problem comes first and says what to do; what only follows from it is left out, and counted."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.authoring.check import check
from sevensteps.policy.packs.problems import Problems

TODAY = date(2026, 4, 1)
POLICIES = Path(__file__).parents[3] / "policies"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of both packs."""
    return Path(shutil.copytree(POLICIES, tmp_path / "policies"))


def checked(root: Path, file: str, old: str, new: str) -> Problems:
    """What is wrong with a pack after one slip in a file."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return check(root, file.partition("/")[0], TODAY)


CHOICES = "example-council/parameters/choices.yaml"


WORDS = "assistant_team_manager, approver, team_manager, service_manager, panel, risk_panel, head_of_service"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (CHOICES, "from: 2025-04-01, value: 1,", "from: 2025-04-01 value: 1,", ":8: YAML: "),
        (CHOICES, "deadlines.written_record_days", "deadlines.writen_record_days",
         "did you mean deadlines.written_record_days?"),
        (CHOICES, "approver: ", "aprover: ",
         f":38: authority.limits: words out of {WORDS}; aprover is not one; did you mean approver?"),
        (CHOICES, "value: 3,", "value: 6 or less,",
         ": reviews.direct_payment_local_months: a value of type whole number, such as 28; '6 or less' is not one"),
        (CHOICES, "value: 3,", "value: 9,",
         ":22: reviews.direct_payment_local_months: a value of 6 or less; 9 is too high"),
        (CHOICES, "title:", "titel:", "('titel' was unexpected); did you mean title?"),
        ("england/parameters/authority.yaml", "value: 3,", "value: 3", ":49: YAML: "),
        ("england/rules/authority.yaml", "$authority.limits", "$authority.limit",
         "authority.limit: a parameter that the pack declares; did you mean authority.limits?"),
        ("england/cases/authority.yaml", "on: 2026-04-01,", "on: 2026-04-01", "YAML: "),
    ],
)  # fmt: skip
def test_one_slip_is_one_problem(installed: Path, file: str, old: str, new: str, said: str) -> None:
    """A missing comma printed 22 problems with the cause last: now it is the cause, and nothing else of its kind."""
    found = checked(installed, file, old, new)
    assert said in str(found[0])
    assert {problem.file for problem in found} == {file}
    assert len({problem.expected for problem in found}) <= 2


def test_what_was_left_out_is_counted_and_the_rest_is_still_tried(installed: Path) -> None:
    """A value that could not be read leaves its decision's cases out; those of other decisions are still run."""
    found = checked(installed, CHOICES, "deadlines.written_record_days", "deadlines.writen_record_days")
    assert (len(found), found.left_out) == (1, 2)
    found = checked(installed, "example-council/cases/review-schedule.yaml", '"2026-06-20", rule', '"2026-06-21", rule')
    assert [problem.file for problem in found] == [CHOICES, "example-council/cases/review-schedule.yaml"]
    assert found.left_out == 2


def test_cases_like_one_that_is_refused_are_left_out(packs: Path) -> None:
    """Their facts are unknown; that they name it is no fault of theirs."""
    case = "  - {name: %s, like: %s, on: 2026-01-01, given: {}, expect: {verdict: met}}\n"
    file = packs / "small/cases/help.yaml"
    more = case % ("A", "Enough hour") + case % ("B", "A") + case % ("C", "B") + case % ("D", "Enough hours")
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = check(packs, "small", TODAY)
    assert [problem.where for problem in found] == ["A"]
    assert found.left_out == 2


def test_a_rule_is_not_called_without_a_case_where_a_case_differs(packs: Path) -> None:
    """Put right, that case is one for the rule. A rule that it does not name is still without."""
    file = packs / "small/cases/help.yaml"
    text = file.read_text(encoding="utf-8")
    nobody = re.sub(r"hours: \d+", "hours: 1", text)
    file.write_text(nobody.replace("verdict: met", "findings: {HOURS: met}"), encoding="utf-8")
    assert {problem.file for problem in check(packs, "small", TODAY)} == {"small/cases/help.yaml"}
    file.write_text(nobody, encoding="utf-8")
    assert "HOURS: a case in which it holds; there is none" in str(check(packs, "small", TODAY)[0])


def test_a_misspelt_parameter_is_reported_where_it_is_named(packs: Path) -> None:
    """Not also as unused where it is declared."""
    file = packs / "small/rules/help.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("$help.hours", "$help.hour"), encoding="utf-8")
    (problem,) = check(packs, "small", TODAY)
    assert str(problem) == (
        "small/rules/help.yaml:11: help.hour: a parameter that the pack declares; did you mean help.hours?"
    )


def test_values_come_before_rules_and_rules_before_cases(packs: Path) -> None:
    """Whatever their files are called."""
    limits, rules, cases = (packs / "small" / file for file in ("parameters/limits.yaml", "rules/help.yaml", "cases/"))
    text = limits.read_text(encoding="utf-8")
    limits.write_text(text + text.split("parameters:\n")[1].replace("help.hours", "help.unused"), encoding="utf-8")
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("rules:", "  unseen: {type: boolean, question: Q}\nrules:"), encoding="utf-8")
    (cases / "help.yaml").write_text((cases / "help.yaml").read_text().replace("hours: 7", "hours: 9"), "utf-8")
    folders = [problem.file.split("/")[1] for problem in check(packs, "small", TODAY)]
    assert folders == sorted(folders, key=["parameters", "rules", "cases"].index)
    assert set(folders) == {"parameters", "rules", "cases"}
