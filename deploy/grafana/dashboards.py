"""Write the dashboards of dashboards.yaml as Grafana reads them: `python deploy/grafana/dashboards.py [FOLDER]`."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import TypedDict

import yaml

PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
HERE = Path(__file__).parent
MOST_ACROSS, HIGH = 24, 7


class Panel(TypedDict, total=False):
    """A picture of one thing, and what is asked for it, by what each line is called."""

    title: str
    about: str
    kind: str
    unit: str
    across: int
    asks: Mapping[str, str]


class Choice(TypedDict):
    """What can be chosen at the top."""

    name: str
    values: str
    several: bool


class Dashboard(TypedDict, total=False):
    """A page of panels."""

    title: str
    about: str
    choices: Sequence[Choice]
    panels: Sequence[Panel]


def written(name: str, dashboard: Dashboard) -> Mapping[str, object]:
    """A dashboard as Grafana reads it."""
    return {
        "uid": f"sevensteps-{name}",
        "title": dashboard["title"],
        "description": dashboard["about"],
        "tags": ["seven-steps"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "links": [{"type": "dashboards", "title": "Seven Steps", "tags": ["seven-steps"], "asDropdown": True}],
        "templating": {"list": [_choice(each) for each in dashboard.get("choices", ())]},
        "panels": list(_panels(dashboard["panels"])),
    }


def _choice(choice: Choice) -> Mapping[str, object]:
    every = {"includeAll": True, "multi": True, "allValue": ".*", "current": {"text": "All", "value": "$__all"}}
    return {
        "type": "query",
        "name": choice["name"],
        "label": choice["name"],
        "datasource": PROMETHEUS,
        "query": choice["values"],
        "refresh": 2,
        "sort": 1,
        **(every if choice["several"] else {}),
    }


def _panels(panels: Sequence[Panel]) -> Iterator[Mapping[str, object]]:
    """Each where there is room: from left to right, row by row."""
    x = y = 0
    for number, panel in enumerate(panels, start=1):
        across = panel.get("across", 8)
        if x + across > MOST_ACROSS:
            x, y = 0, y + HIGH
        yield {
            "id": number,
            "type": panel.get("kind", "timeseries"),
            "title": panel["title"],
            "description": panel.get("about", ""),
            "datasource": PROMETHEUS,
            "gridPos": {"x": x, "y": y, "w": across, "h": HIGH},
            "fieldConfig": {"defaults": {"unit": panel.get("unit", "short")}, "overrides": []},
            "targets": list(_targets(panel)),
        }
        x += across


def _targets(panel: Panel) -> Iterator[Mapping[str, object]]:
    as_table = {"format": "table", "instant": True} if panel.get("kind") == "table" else {}
    for letter, (called, asked) in zip(ascii_uppercase, panel["asks"].items(), strict=False):
        yield {"refId": letter, "datasource": PROMETHEUS, "expr": asked, "legendFormat": called, **as_table}


def write(folder: Path) -> None:
    """Write every dashboard into a folder."""
    for name, dashboard in yaml.safe_load((HERE / "dashboards.yaml").read_text()).items():
        text = json.dumps(written(name, dashboard), indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "dashboards")
