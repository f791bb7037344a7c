"""A small pack on disk that tests may change."""

from pathlib import Path

import pytest

from sevensteps import marked_yaml

PACK = {
    "pack.yaml": """
pack: small
format: 2
title: A pack to try things with
""",
    "parameters/limits.yaml": """
parameters:
  help.hours:
    title: From how many hours of help on somebody qualifies
    type: whole number
    unit: hours a week
    set by: council
    values:
      - {from: 2020-01-01, value: 10, reference: A decision of 2019}
      - {from: 2026-01-01, value: 8, reference: A decision of 2025}
""",
    "rules/help.yaml": """
decision: help
title: Whether somebody qualifies for help
from: 2020-01-01
until: 2029-12-31
reference: An Act
facts:
  hours: {type: whole number, unit: hours a week, question: "How many hours?"}
  alone: {type: boolean, question: "Does the person live alone?"}
rules:
  - rule: HOURS
    when: {any: [{hours: {at least: $help.hours}}, alone]}
    because: "Help is for those who need {hours} hours, or live alone."
    reference: An Act, s.1
""",
    "cases/help.yaml": """
decision: help
cases:
  - {name: Enough hours, on: 2026-01-01, given: {hours: 8, alone: false}, expect: {verdict: met}}
  - {name: Too few, on: 2026-01-01, given: {hours: 7, alone: false}, expect: {verdict: not_met}}
  - {name: Enough hours before, on: 2025-12-31, given: {hours: 10, alone: false}, expect: {verdict: met}}
  - {name: Too few before, on: 2025-12-31, given: {hours: 9, alone: false}, expect: {verdict: not_met}}
""",
}


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder of packs with the small one in it."""
    for name, text in PACK.items():
        file = tmp_path / "small" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture(params=[[marked_yaml.PurePython], marked_yaml.READERS], ids=["as without LibYAML", "as it is here"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """YAML is read as where PyYAML was built without LibYAML, and then as it is."""
    monkeypatch.setattr(marked_yaml, "READERS", request.param)
