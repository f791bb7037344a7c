"""The order of a journey's commands, on every path: as it is recorded, or guarded by a patch. No server is needed."""

import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from replay.beginnings import SECTIONS
from replay.commands import RECORDED, as_text, changes, commands_of, explain, read, recorded
from replay.history_paths import HISTORY_FILES, Trail, histories_by_path, patched, runs_of
from replay.journey_run import Program
from replay.paths import explore
from workflows.journey import journey, patches

PROGRAM = Program.of(journey, patches)
SOURCE = Path(journey.__file__).parent
RUNS = [
    (f"{file.parent.name}-{run.workflow_id}", run)
    for file in HISTORY_FILES
    for run in runs_of(file)
    if not patched(run)
]
"""The recorded runs that began before any patch. The others are replayed by test_replay.py."""


@pytest.mark.parametrize("section", SECTIONS)
def test_every_path_is_as_recorded(section: str) -> None:
    """A change that alters what a run does that has begun fails here, unless a patch guards it."""
    changed = changes(PROGRAM, [section])
    assert not changed, explain(changed, histories_by_path())


def test_the_record_is_what_the_script_writes() -> None:
    """The files can be read back, and there are none of patches that are gone."""
    trees = explore(PROGRAM, "plan_made", PROGRAM.patches)
    assert read(as_text(trees)) == commands_of(trees)
    files = {file.relative_to(RECORDED) for file in RECORDED.rglob("*.txt")}
    allowed = {Path(folder, f"{section}.txt") for folder in ("", *PROGRAM.patches) for section in SECTIONS}
    assert files <= allowed


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_in_every_process(seed: str) -> None:
    """What is computed does not depend on the hash seed or on anything else of the process."""
    compute = "from replay.test_commands import *\nprint(as_text(explore(PROGRAM, 'support_organised', ())), end='')"
    paths = {"PYTHONPATH": f"{SOURCE.parents[1]}:{Path(__file__).parents[1]}", "PYTHONHASHSEED": seed}
    computed = subprocess.run([sys.executable, "-c", compute], env=paths, capture_output=True, text=True, check=True)
    assert computed.stdout == (RECORDED / "support_organised.txt").read_text()


@pytest.mark.parametrize("run", [run for _, run in RUNS], ids=[name for name, _ in RUNS])
def test_a_server_saw_the_same_commands(run: WorkflowHistory) -> None:
    """The events of a recorded history are the commands that are recorded for its path."""
    commands = {section: recorded(section, ()) for section in SECTIONS}
    expected: list[str] = []
    for number, (section, path) in enumerate(Trail(run, commands).places()):
        if number == 0 or len(path) > 1:  # a step that begins within a run begins with the commands before it
            words = commands[section][path].partition(" -> ")[0].split("; ")
            expected += [word.partition(" ")[0] if word.startswith("show") else word for word in words if word != "-"]
    assert expected == [word for event in run.events if (word := in_words(event))]


def in_words(event: HistoryEvent) -> str:
    """The command that led to an event, in the words of the record."""
    match event.WhichOneof("attributes"):
        case "marker_recorded_event_attributes":
            data = event.marker_recorded_event_attributes.details["data"].payloads[0].data.decode()
            return f"ask {data.partition('activity_type')[2].split(chr(34))[2]} (local)"
        case "upsert_workflow_search_attributes_event_attributes":
            return "show"
        case "timer_started_event_attributes":
            return "start a timer"
        case "timer_canceled_event_attributes":
            return "cancel the timer"
        case "workflow_execution_continued_as_new_event_attributes":
            return "continue as new"
        case "workflow_execution_completed_event_attributes":
            return "complete"
        case _:
            return ""
