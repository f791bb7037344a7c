"""The runs of journeys whose histories are replayed: open ones in Temporal, or those in files."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from google.protobuf.json_format import ParseError
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from sevensteps.errors import Fault, Kind
from sevensteps.temporal import RUNNING

AT_ONCE = 8
"""How many histories one process has in memory."""
OF_FILES = (".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a journey: in Temporal, or in a line of a file, from 1 (0 for the whole file)."""

    journey: str
    run_id: str = ""
    file: str = ""
    line: int = 0

    @classmethod
    def of(cls, said: Mapping[str, str | int]) -> Self:
        """As `as_json` has written it."""
        return cls(str(said["journey"]), str(said["run_id"]), str(said["file"]), int(said["line"]))

    def as_json(self) -> Mapping[str, str | int]:
        """For another process."""
        return asdict(self)


async def open_runs(client: Client, task_queue: str) -> Sequence[Run]:
    """Those of all open journeys. Raises RPCError."""
    found = client.list_workflows(f"{RUNNING} AND TaskQueue = '{task_queue}'")
    return [Run(journey.id, journey.run_id) async for journey in found]


def runs_in(folder: Path) -> Sequence[Run]:
    """Those in the files of a folder and the folders in it: one in a .json, one in each line of a .jsonl."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in OF_FILES)
    return [run for file in files for run in _runs_of(file)]


def _runs_of(file: Path) -> Iterator[Run]:
    if file.suffix == ".json":
        yield Run(file.stem, file=str(file))
        return
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            yield Run(file.stem, file=str(file), line=number)


async def histories(client: Client | None, runs: Sequence[Run]) -> AsyncIterator[tuple[Run, WorkflowHistory | None]]:
    """Their histories; None of a run that Temporal no longer has. Raises RPCError, and a Fault for a file."""
    for first in range(0, len(runs), AT_ONCE):
        some = runs[first : first + AT_ONCE]
        read = await asyncio.gather(*(_history(client, run) for run in some))
        for run, history in zip(some, read, strict=True):
            yield run, history


async def _history(client: Client | None, run: Run) -> WorkflowHistory | None:
    if client is None:
        return _read(run)
    try:
        return await client.get_workflow_handle(run.journey, run_id=run.run_id).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def _read(run: Run) -> WorkflowHistory:
    text = Path(run.file).read_text(encoding="utf-8")
    where = f"{run.file}, line {run.line}" if run.line else run.file
    try:
        history = WorkflowHistory.from_json(run.journey, text.splitlines()[run.line - 1] if run.line else text)
        begun = history.events[0].workflow_execution_started_event_attributes
    except (ParseError, ValueError, LookupError, AttributeError) as error:
        raise Fault(Kind.INVALID, "HISTORY_UNREADABLE", f"{where} is not the history of a journey.") from error
    return WorkflowHistory(begun.workflow_id or run.journey, history.events)
