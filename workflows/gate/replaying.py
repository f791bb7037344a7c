"""`python -m workflows.gate.replaying`: one of the processes that replay. Runs come in, and a line for each goes out.

A line is `null` for a run that can go on, and else says what would break.
"""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict

from temporalio.client import WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError

from sevensteps import program
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.journeys import connect
from workflows.gate.broken import Broken, broken
from workflows.gate.runs import Run, histories
from workflows.worker import journey_replayer

SILENT = "Temporal stopped answering. Run this again."


async def outcomes(settings: Settings, runs: Sequence[Run]) -> AsyncIterator[Broken | None]:
    """What would break in each run. One that is gone by now cannot. Raises RPCError, and a Fault."""
    client = None if any(run.file for run in runs) else await connect(settings)
    gone = 0

    async def found() -> AsyncIterator[WorkflowHistory]:
        nonlocal gone
        async for _, history in histories(client, runs):
            if history is None:
                gone += 1
            else:
                yield history

    async with journey_replayer().workflow_replay_iterator(found()) as replayed:
        async for result in replayed:
            failure = result.replay_failure
            yield broken(result.history, failure) if failure else None
    for _ in range(gone):
        yield None


async def replay(settings: Settings, runs: Sequence[Run]) -> None:
    """Replay all of them, and say of each what has come of it."""
    async for outcome in outcomes(settings, runs):
        sys.stdout.write(json.dumps(asdict(outcome) if outcome else None) + "\n")
        sys.stdout.flush()


def _run() -> None:
    logging.disable()  # what fails is told as an outcome
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))
    try:
        asyncio.run(replay(Settings.from_environment(), [Run.of(said) for said in json.load(sys.stdin)]))
    except RPCError:
        sys.exit(SILENT)
    except Fault as fault:
        sys.exit(fault.detail)
    except KeyboardInterrupt:
        sys.exit(1)


if __name__ == "__main__":
    program.run(_run)
