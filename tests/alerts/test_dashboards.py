"""The dashboards of deploy/grafana: Grafana can read them, and each panel shows something on a real Prometheus."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from alerts.rules import DASHBOARDS, MEASURED, ROOT, measured, panels, series_of
from servers.prometheus import Prometheus, looking, page, running

GRAFANA = ROOT / "deploy" / "grafana"


@pytest.fixture(scope="module")
async def prometheus(prometheus_programs: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prometheus]:
    """It has read an example of each series from each process, and evaluates the alerts."""
    folder = tmp_path_factory.mktemp("prometheus")
    with page(MEASURED.read_text()) as asked, running(prometheus_programs, folder, asked) as port:
        server = await looking(port)
        yield server
        await server.close()


def test_the_dashboards_are_as_their_source_says(tmp_path: Path) -> None:
    """`python deploy/grafana/dashboards.py` writes them; nobody edits them by hand."""
    subprocess.run([sys.executable, GRAFANA / "dashboards.py", tmp_path], check=True)
    written = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert {file.name: file.read_text() for file in DASHBOARDS} == written


def test_no_two_dashboards_or_panels_have_one_id() -> None:
    """Grafana would show one of them."""
    read = [json.loads(file.read_text()) for file in DASHBOARDS]
    assert len({each["uid"] for each in read}) == len(read)
    for each in read:
        ids = Counter(panel["id"] for panel in each["panels"])
        assert max(ids.values()) == 1
        letters = [Counter(target["refId"] for target in panel["targets"]) for panel in each["panels"]]
        assert max(count for counter in letters for count in counter.values()) == 1


def test_no_panel_lies_over_another_one() -> None:
    """Each has its own place, within the width."""
    for file in DASHBOARDS:
        places: Counter[tuple[int, int]] = Counter()
        for panel in json.loads(file.read_text())["panels"]:
            at = panel["gridPos"]
            places.update((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"]))
        assert max(places.values()) == 1
        assert max(x for x, _ in places) < 24


def test_every_source_that_a_panel_asks_is_provided() -> None:
    """By the id in Grafana's provisioning, under which the container reaches it."""
    provided = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "sources.yaml").read_text())["datasources"]
    for file in DASHBOARDS:
        asked = {panel["datasource"]["uid"] for panel in json.loads(file.read_text())["panels"]}
        assert asked <= {each["uid"] for each in provided}
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {each["url"].split("//")[1].split(":")[0] for each in provided} <= composed.keys()


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: str(file.stem))
def test_a_dashboard_asks_for_what_is_measured(file: Path) -> None:
    """Each series that a panel names is there."""
    for title, asked in panels(file):
        assert series_of(asked), title
        assert series_of(asked) <= measured().keys(), title


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: str(file.stem))
async def test_each_panel_shows_something(file: Path, prometheus: Prometheus) -> None:
    """A real Prometheus understands what it asks, and has an answer: no label is misspelt."""
    silent = [title for title, asked in panels(file) if not await prometheus.query(asked)]
    assert silent == []


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: str(file.stem))
def test_a_line_is_called_by_labels_that_it_has(file: Path) -> None:
    """Where lines are summed up by some labels, their names use no other ones."""
    for panel in json.loads(file.read_text())["panels"]:
        for target in panel["targets"]:
            kept = target["expr"].split(" by (")[1].split(")")[0] if " by (" in target["expr"] else ""
            named = {part.split("}}")[0] for part in target["legendFormat"].split("{{")[1:]}
            labels = {label.strip() for label in kept.split(",")} - {"le"} if kept else {"job", "instance"}
            assert named <= labels, panel["title"]


async def test_prometheus_can_evaluate_every_alert(prometheus: Prometheus) -> None:
    """Also those that match one series with another one."""
    wrong = {rule["name"]: rule["lastError"] for rule in await prometheus.alerts() if rule["health"] != "ok"}
    assert wrong == {}
