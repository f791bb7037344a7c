"""`python -m workflows.gate`: replays the histories of all open journeys, and says which would break."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import cast

from temporalio.service import RPCError

from sevensteps import program
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.progress import progress
from sevensteps.config import Settings, SettingsError
from sevensteps.errors import Fault, Kind
from sevensteps.journeys import connect
from sevensteps.release_names import own_release
from workflows.gate.broken import Broken
from workflows.gate.replaying import SILENT
from workflows.gate.runs import Run, open_runs, runs_in

TO_DO = """\
Let no journeys go to this release. Guard what has changed by a patch (CONTRIBUTING.md, "Changing a journey"), and run
this again. With the release that has them now, these journeys go on.
"""


async def gate(settings: Settings, folder: Path | None, processes: int) -> tuple[int, Sequence[Broken]]:
    """How many histories were replayed, and what would break. Raises a Fault where one cannot be read."""
    runs = await _open_runs(settings) if folder is None else runs_in(folder)
    found: list[Broken] = []
    with progress() as bars:
        bar = bars.add_task("Journeys", total=len(runs))

        def hear(outcome: Broken | None) -> None:
            bars.advance(bar)
            if outcome:
                found.append(outcome)

        try:
            async with asyncio.TaskGroup() as tasks:
                for number in range(min(processes, len(runs))):
                    tasks.create_task(_replay(settings, runs[number::processes], hear))
        except* Fault as faults:
            raise _first(faults) from faults
    return len(runs), sorted(found, key=lambda each: each.case_id)


async def _open_runs(settings: Settings) -> Sequence[Run]:
    try:
        return await open_runs(await connect(settings), settings.task_queue)
    except RPCError as error:
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", SILENT) from error


def _first(faults: BaseExceptionGroup[Fault]) -> Fault:
    first = faults.exceptions[0]
    return first if isinstance(first, Fault) else _first(first)


async def _replay(settings: Settings, runs: Sequence[Run], hear: Callable[[Broken | None], None]) -> None:
    """Have a process replay some runs, and hear what it says of each. Raises a Fault where it ends before."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workflows.gate.replaying"),
        env=os.environ | settings.as_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        outcomes, complaint, _ = await asyncio.gather(
            _hear(_piped(process.stdout), hear), _piped(process.stderr).read(), _send(process, runs)
        )
        if await process.wait() != 0 or outcomes != len(runs):
            last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise Fault(Kind.UNAVAILABLE, "REPLAY_ENDED", last or "A process that replays was ended. Run this again.")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _piped(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
    return cast("asyncio.StreamReader", stream)  # each was asked for


async def _send(process: asyncio.subprocess.Process, runs: Sequence[Run]) -> None:
    said = json.dumps([run.as_json() for run in runs]).encode()
    with suppress(ConnectionError):  # it has ended, and what it complains of is told
        if process.stdin:
            process.stdin.write(said)
            await process.stdin.drain()
            process.stdin.close()
            await process.stdin.wait_closed()


async def _hear(lines: asyncio.StreamReader, hear: Callable[[Broken | None], None]) -> int:
    number = 0
    async for line in lines:
        said = json.loads(line)
        hear(Broken(**said) if said else None)
        number += 1
    return number


def _in_words(replayed: int, found: Sequence[Broken], what: str) -> str:
    first = f"{replayed:,} {what} replayed with release {own_release()}: {len(found) or 'none'} would break.\n"
    return first + "".join(f"{each.sentence}\n" for each in found) + (TO_DO if found else "")


def _as_json(replayed: int, found: Sequence[Broken]) -> str:
    told = [asdict(each) | {"sentence": each.sentence} for each in found]
    return json.dumps({"release": own_release(), "replayed": replayed, "broken": told}, indent=2) + "\n"


def _run() -> None:
    arguments = argparse.ArgumentParser(prog="sevensteps gate")
    arguments.add_argument("--histories", type=Path)
    arguments.add_argument("--processes", type=int, required=True)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    try:
        replayed, found = asyncio.run(gate(Settings.from_environment(), given.histories, given.processes))
    except (Fault, SettingsError) as error:
        sys.exit(getattr(error, "detail", str(error)))
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    what = "histories" if given.histories else "open journeys"
    sys.stdout.write(_as_json(replayed, found) if given.json else _in_words(replayed, found, what))
    sys.exit(ExitCode.FAILED if found else ExitCode.DONE)


if __name__ == "__main__":
    program.run(_run)
