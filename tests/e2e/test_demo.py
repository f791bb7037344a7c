"""`sevensteps demo`, as a newcomer runs it: every part is real, and nothing is left behind."""

import json
import os
import signal
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from servers.command_line import COMMAND, run_command
from sevensteps.cli.story.examples import FOLDER
from sevensteps.events import OPENS

LIMIT_SECONDS = 240

ENDINGS = {
    "attorney": ("living", 6),
    "carer": ("living", 6),
    "carer-and-cared-for": ("living", 6),
    "changed-plan": ("living", 14),
    "direct-payment": ("living", 8),
    "disagreement": ("living", 6),
    "information-only": ("ended", 1),
    "not-eligible": ("ended", 1),
    "personal-health-budget": ("living", 6),
    "self-funder": ("living", 6),
    "urgent": ("living", 6),
}
"""How each example ends, and how many steps it enters."""


OWN = {
    "SEVENSTEPS_CERTIFICATES": "/nowhere",
    "SEVENSTEPS_TEMPORAL_CERTIFICATES": "/nowhere",
    "SEVENSTEPS_DATABASE": "postgresql+asyncpg://localhost:1/nowhere",
}
"""Settings of the council's own suite, which a demonstration has nothing to do with."""


def _demo(*arguments: str, scratch: Path) -> subprocess.CompletedProcess[str]:
    return run_command(OWN | {"TMPDIR": str(scratch)}, "demo", *arguments, seconds=LIMIT_SECONDS)


def _running_in(scratch: Path) -> list[str]:
    """The processes that were started with this scratch folder."""
    mark = f"TMPDIR={scratch}".encode()
    running = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                running.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended meanwhile, or is not ours to read
    return running


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The events and the endings that `demo --json` prints for every example."""
    scratch = tmp_path_factory.mktemp("demo")
    demo = _demo("--json", scratch=scratch)
    assert demo.returncode == 0, demo.stderr
    assert list(scratch.iterdir()) == [], "the data are removed"
    assert _running_in(scratch) == [], "everything that was started is stopped"
    lines = [json.loads(line) for line in demo.stdout.splitlines()]
    endings = [line for line in lines if "ending" in line]
    events = lines[: -len(endings)]
    assert all("position" in event for event in events), "the endings come last"
    return events, endings


@pytest.mark.item(1, 9)
def test_every_example_ends_as_its_file_says(
    played: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    """Each of the cases ends where it should, after as many steps as it should."""
    _, endings = played
    assert {each["example"]: (each["ending"], len(each["stages"])) for each in endings} == ENDINGS
    assert {"case", "example", "ending", "stages"} == set(endings[0])


def test_the_feed_has_no_gap_and_nothing_twice(played: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    """Positions run from 1 without a gap, and no event comes twice."""
    events, _ = played
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["event_id"] for event in events}) == len(events)


def test_the_steps_of_each_case_are_those_that_its_events_open(
    played: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    """The last lines agree with the events above them."""
    events, endings = played
    opened = defaultdict(list)
    for event in events:
        if event["type"] in OPENS:
            opened[event["case_id"]].append(OPENS[event["type"]].value)
    assert {each["case"]: each["stages"] for each in endings} == opened


def test_an_event_carries_what_a_reader_needs_and_no_narrative(
    played: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    """Every field is there, and nothing that people wrote in their own words."""
    events, _ = played
    expected = {"position", "event_id", "type", "case_id", "council", "source", "occurred_at", "actor", "payload"}
    assert all(set(event) == expected for event in events)
    printed = json.dumps(events)
    assert not any(words in printed for words in ("football", "bingo", "EXAMPLE-000", "bipolar"))


def _line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_an_example_that_ends_differently_fails_the_demo(tmp_path: Path) -> None:
    """The message has file and line, what happened instead, and where the logs are."""
    text = (
        (FOLDER / "not-eligible.yaml").read_text().replace("points: 5\n    expect: {refused: STAGE_ORDER}", "points: 5")
    )
    changed = tmp_path / "changed.yaml"
    changed.write_text(text)
    demo = _demo(str(changed), scratch=tmp_path)
    assert demo.returncode == 1
    place = f"{changed}:{_line_of(text, 'gives the indicative budget')}"
    assert f"{place}: amy gives the indicative budget: it was refused with STAGE_ORDER" in demo.stderr
    [logs] = tmp_path.glob("sevensteps-*/logs")
    assert str(logs) in demo.stderr


def test_an_invalid_file_starts_nothing(tmp_path: Path) -> None:
    """The message has file, line and what was expected; no folder is made and no process started."""
    text = (FOLDER / "carer.yaml").read_text().replace("kind: carer", "kind: neighbour")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text)
    demo = _demo(str(broken), scratch=tmp_path)
    assert demo.returncode == 2
    place = f"{broken}:{_line_of(text, 'kind: neighbour')}"
    assert demo.stderr == f"{place}: expected kind: one of adult, carer, not neighbour\n"
    assert demo.stdout == ""
    assert list(tmp_path.iterdir()) == [broken]


def test_ctrl_c_in_the_middle_stops_everything(tmp_path: Path) -> None:
    """No process goes on, nothing is left on disk, and the exit code says that it was interrupted."""
    with subprocess.Popen(
        [*COMMAND, "demo"], stderr=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    ) as demo:
        assert demo.stderr
        while "Playing" not in (line := demo.stderr.readline()):
            assert line, "it ended before it played"
        demo.send_signal(signal.SIGINT)
        printed = demo.stderr.read()
    assert demo.returncode == 130
    assert "Interrupted; everything is stopped." in printed
    assert _running_in(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
