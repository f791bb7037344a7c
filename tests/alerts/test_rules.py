"""The alerts of deploy/prometheus: each is right, on both sides of its limit, and tells who has to act on what."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from alerts.rules import CASES, DEPLOY, LABEL, OF_TARGETS, ROOT, RULES, Alert, alerts, cases, measured, series_of
from sevensteps.config import SERVICES
from sevensteps.telemetry.series import DEFINED

COMPOSED = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PERSONAL = {"case", "case_id", "person", "name", "reference", "actor", "subject"}


def _promtool(programs: Path, *arguments: str | Path) -> None:
    said = subprocess.run([programs / "promtool", *arguments], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_prometheus_takes_its_configuration(prometheus_programs: Path) -> None:
    """With every file that it names."""
    _promtool(prometheus_programs, "check", "config", DEPLOY / "prometheus.yml")


def test_prometheus_takes_the_alerts(prometheus_programs: Path) -> None:
    """Each expression can be read, each sentence be filled in, and none is there twice."""
    _promtool(prometheus_programs, "check", "rules", "--lint-fatal", *RULES)


def test_each_alert_fires_when_it_should_and_only_then(prometheus_programs: Path) -> None:
    """As the cases beside them say."""
    _promtool(prometheus_programs, "test", "rules", *CASES)


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert.name))
def test_an_alert_has_cases_on_both_sides(alert: Alert) -> None:
    """It fires in one, and stays silent in one."""
    outcomes = [outcome for case in cases() if case.alert == alert.name for outcome in case.outcomes]
    assert any(outcomes)
    assert not all(outcomes)


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert.name))
def test_the_sentences_of_an_alert_name_labels_that_it_has(alert: Alert) -> None:
    """A label that the expression has dropped would leave a gap in the sentence. No label is about a person."""
    fired = [fires for case in cases() if case.alert == alert.name for outcome in case.outcomes for fires in outcome]
    for fires in fired:
        assert alert.labels_told <= set(LABEL.findall(fires)), fires
    assert not alert.labels_told & PERSONAL


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert.name))
def test_an_alert_says_whom_it_is_for_and_what_is_wrong(alert: Alert) -> None:
    """In sentences, with the page that says what to do."""
    assert alert.severity in {"urgent", "morning"}
    assert alert.team in {"it", "practice"}
    assert alert.texts.keys() == {"summary", "description", "runbook_url"}
    assert all(alert.texts[text].endswith(".") for text in ("summary", "description"))
    assert alert.texts["runbook_url"] == f"docs/runbooks/{alert.page}"


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert.name))
def test_an_alert_asks_for_what_is_measured(alert: Alert) -> None:
    """Each series that it names is there."""
    assert series_of(alert.expression)
    assert series_of(alert.expression) <= measured().keys()


def test_the_cases_have_series_as_they_are_measured() -> None:
    """With labels that the real ones have, so that no case proves what never happens."""
    for case in cases():
        for series in case.series:
            name, _, labels = series.partition("{")
            assert set(LABEL.findall(labels)) <= measured()[name], series


def test_the_series_of_an_expression_are_found() -> None:
    """Functions, labels, times and text are none."""
    expression = (
        'max by (job) (rate(one_total{text="two_total"}[5m])) / on (job) sum without (x) (three) > 1 unless up == 0'
    )
    assert series_of(expression) == {"one_total", "three", "up"}


def test_prometheus_asks_every_process() -> None:
    """Each at its container, by a job of its own name."""
    jobs = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["scrape_configs"]
    targets = {job["job_name"]: [t for each in job.get("static_configs", ()) for t in each["targets"]] for job in jobs}
    assert targets.keys() >= {*SERVICES, "worker", "console", "temporal", "collector"}
    for job, addresses in targets.items():
        for address in addresses:
            host = re.sub(r":\d+$", "", address)
            assert host == "localhost" or (host in COMPOSED and job.startswith(host)), address


def test_the_example_of_a_page_has_what_processes_measure() -> None:
    """Every series of the suite's own, with its labels, and none that no process has."""
    suffixes = {"histogram": ("_bucket", "_sum", "_count")}
    defined = {each.name + end: {*each.labels} for each in DEFINED for end in suffixes.get(each.kind, ("",))}
    own = {name: labels - {"le", *OF_TARGETS} for name, labels in measured().items() if name.startswith("sevensteps_")}
    assert own == defined
