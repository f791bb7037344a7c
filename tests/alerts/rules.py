"""The alerts, their cases for promtool, and the dashboards, as the tests compare them with what processes measure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy" / "prometheus"
RULES = sorted((DEPLOY / "alerts").glob("*.yaml"))
CASES = sorted((DEPLOY / "tests").glob("*.yaml"))
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
RUNBOOKS = ROOT / "docs" / "runbooks"
INDEX = RUNBOOKS / "README.md"
MEASURED = Path(__file__).with_name("page.prom")
"""What processes measure: an example of each series, with its labels."""

OF_PROMETHEUS = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate"}}
OF_TARGETS = {"job", "instance"}
"""Labels that Prometheus gives to whatever it reads from a page."""
SERIES = re.compile(r"^([a-z]\w*)(?:\{(.*)\})? \S+$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="')
NO_SERIES = {"and", "or", "unless", "bool", "offset"}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it is written."""

    name: str
    expression: str
    severity: str
    team: str
    texts: Mapping[str, str]
    """Its annotations."""

    @property
    def page(self) -> str:
        """What its runbook is called."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", self.name).lower() + ".md"

    @property
    def labels_told(self) -> set[str]:
        """The labels that its sentences name."""
        return {label for text in self.texts.values() for label in re.findall(r"\$labels\.(\w+)", text)}


@dataclass(frozen=True, slots=True)
class Case:
    """A case of an alert for promtool."""

    alert: str
    series: Sequence[str]
    outcomes: Sequence[Sequence[str]]
    """What fires, at each time that it looks."""


@cache
def alerts() -> tuple[Alert, ...]:
    """Every alert."""
    groups = (group for file in RULES for group in yaml.safe_load(file.read_text())["groups"])
    return tuple(
        Alert(rule["alert"], rule["expr"], rule["labels"]["severity"], rule["labels"]["team"], rule["annotations"])
        for group in groups
        for rule in group["rules"]
    )


@cache
def cases() -> tuple[Case, ...]:
    """Every case of every alert."""
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    for file in CASES:
        for test in yaml.safe_load(file.read_text())["tests"]:
            looks = test["promql_expr_test"]
            assert {look["expr"] for look in looks} == {f'ALERTS{{alertname="{test["name"]}",alertstate="firing"}}'}
            outcomes = [[sample["labels"] for sample in look["exp_samples"]] for look in looks]
            yield Case(test["name"], [each["series"] for each in test["input_series"]], outcomes)


@cache
def measured() -> Mapping[str, set[str]]:
    """Every series that there is, with its labels, as a query may name it."""
    found = dict(OF_PROMETHEUS)
    for name, labels in SERIES.findall(MEASURED.read_text()):
        found[name] = set(LABEL.findall(labels)) | OF_TARGETS
    return found


def series_of(expression: str) -> set[str]:
    """The series that an expression names."""
    rest = re.sub(r'"[^"]*"', "", expression)
    rest = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)|\{[^}]*\}|\[[^\]]*\]", "", rest)
    return {name for name in re.findall(r"\b([a-zA-Z_]\w*)\b(?!\s*\()", rest) if name not in NO_SERIES}


def panels(file: Path) -> Iterator[tuple[str, str]]:
    """What each panel of a dashboard asks, beside its title, with something chosen for each of its choices."""
    chosen = {"$__rate_interval": "5m", "$job": "assessment", "$council": "example-council"}
    for panel in json.loads(file.read_text())["panels"]:
        for target in panel["targets"]:
            asked = target["expr"]
            for name, value in chosen.items():
                asked = asked.replace(name, value)
            yield panel["title"], asked
