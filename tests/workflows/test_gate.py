"""`sevensteps gate`: the histories of open journeys are replayed with this code, and it is told which would break."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from fakes.services import Records, Services
from fakes.trip import Trip, to_plan
from replay.history_paths import HISTORIES
from replay.test_changes import EDITS
from sevensteps.temporal import WaitingFor
from workflows.worker import journey_worker

ROOT = Path(__file__).parents[2]
COMMAND = "from sevensteps.cli.main import main; main()"


async def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Installation:
    """The suite in a folder, with a change of what journeys do or without one."""

    folder: Path
    temporal: str
    task_queue: str

    async def gate(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the gate of this installation, in two processes."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SEVENSTEPS_")}
        settings = {"SEVENSTEPS_TEMPORAL": self.temporal, "SEVENSTEPS_TASK_QUEUE": self.task_queue}
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", COMMAND, "gate", "--processes", "2", *arguments],
            env=environment | settings | {"PYTHONPATH": f"{self.folder}:{ROOT}"},
            cwd=self.folder, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip


@pytest.fixture
def installed(tmp_path: Path, temporal_server: str) -> Installation:
    """As the suite is."""
    shutil.copytree(ROOT / "workflows", tmp_path / "workflows", ignore=shutil.ignore_patterns("__pycache__"))
    return Installation(tmp_path, temporal_server, str(uuid4()))


@pytest.fixture
def changed(installed: Installation) -> Installation:
    """With one request more at the beginning of step 2, and no patch."""
    edit = EDITS["asks twice"]
    file = installed.folder / "workflows" / "journey" / edit.file
    file.write_text(edit.apply(file.read_text(), ""))
    return installed


@pytest.fixture
async def trips(installed: Installation) -> AsyncIterator[list[Trip]]:
    """Journeys in step 1 and in step 2, and one that has heard of something that no worker has looked at yet."""
    client = await Client.connect(installed.temporal)
    services = Services(Records())
    trips = [Trip(client, installed.task_queue, services, now) for _ in range(3)]
    async with journey_worker(client, installed.task_queue, services.activities()):
        for trip in trips:
            await trip.begin()
            await trip.reaches(WaitingFor.DETERMINATION)
        await trips[1].happens(*to_plan())
    await trips[2].happens_at_once(*to_plan())
    yield trips
    for trip in trips:
        await trip.lose()


async def test_the_same_code_breaks_nothing(installed: Installation, trips: list[Trip]) -> None:
    """Every open journey is replayed, wherever it stands."""
    passed = await installed.gate("--json")
    assert (passed.returncode, passed.stderr) == (0, "")
    told = json.loads(passed.stdout)
    assert (told["replayed"], told["broken"]) == (len(trips), [])


async def test_a_change_without_a_patch_is_told(changed: Installation, trips: list[Trip]) -> None:
    """The case in the step that has changed, where in its history, and what to do; the others go on."""
    told = await changed.gate()
    first, broken, *to_do = told.stdout.splitlines()
    assert told.returncode == 1
    assert first.startswith("3 open journeys replayed with release ")
    assert first.endswith(": 1 would break.")
    assert broken.startswith(f"{trips[1].case_id}: Step 2: making your plan, event ")
    assert "[TMPRL1100]" in broken
    assert to_do[0].startswith("Let no journeys go to this release.")


async def test_histories_in_a_folder(changed: Installation) -> None:
    """Those of an earlier release, one run a line, and what Temporal's own command exports, one in a file."""
    folder = changed.folder / "histories"
    shutil.copytree(HISTORIES / "0.1.0", folder)
    line = (folder / "plain.jsonl").read_text().splitlines()[0]
    (folder / "case-exported.json").write_text(line)
    told = json.loads((await changed.gate("--histories", str(folder), "--json")).stdout)
    runs = sum(len(file.read_text().splitlines()) for file in folder.glob("*.jsonl")) + 1
    assert told["replayed"] == runs
    assert {each["step"] for each in told["broken"]} == {"Step 2: making your plan"}
    assert all(0 < each["event"] <= each["events"] for each in told["broken"])


async def test_what_cannot_be_read_is_told_in_a_sentence(installed: Installation) -> None:
    """A file that is no history, and a Temporal that does not answer: no stack trace, and not that all is well."""
    folder = installed.folder / "histories"
    folder.mkdir()
    (folder / "other.json").write_text('{"events": []}')
    refused = await installed.gate("--histories", str(folder))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"{folder}/other.json is not the history of a journey.\n"
    installed.temporal = "127.0.0.1:1"
    silent = await installed.gate()
    assert (silent.returncode, silent.stdout, silent.stderr.count("\n")) == (1, "", 1)
    assert silent.stderr.startswith("Temporal ")


async def test_nothing_is_open(installed: Installation) -> None:
    """As on the first day: nothing can break."""
    passed = await installed.gate()
    assert (passed.returncode, passed.stdout.partition(" replayed")[0]) == (0, "0 open journeys")
