"""Record the histories of journeys: `PYTHONPATH=tests .venv/bin/python -m replay.record`.

It writes histories/<version>/<story>.jsonl, one line a run. Record when a story is added, and once for every release;
never touch what an earlier release has recorded.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from fakes.search_attributes import register
from fakes.services import Records, Services
from fakes.trip import Trip
from replay.stories import STORIES
from servers.programs import find_test_server
from workflows.worker import journey_worker

HISTORIES = Path(__file__).parent / "histories"
OF_THIS_MACHINE = {"identity", "stackTrace"}
"""Parts of a history that replay does not need and that say something about this machine."""


async def runs(client: Client, workflow_id: str) -> AsyncIterator[WorkflowHistory]:
    """Every run of a journey, the last one first."""
    run_id: str | None = None
    while run_id != "":
        history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        yield history
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id


def without_machine(part: object) -> object:
    """The same JSON without the parts that say something about this machine."""
    if isinstance(part, dict):
        return {key: without_machine(value) for key, value in part.items() if key not in OF_THIS_MACHINE}
    if isinstance(part, list):
        return [without_machine(item) for item in part]
    return part


async def record(environment: WorkflowEnvironment, name: str, folder: Path) -> None:
    """Play one story and record its runs."""
    services = Services(Records())
    task_queue = str(uuid4())
    async with journey_worker(environment.client, task_queue, services.activities()):
        trip = Trip(environment.client, task_queue, services, environment.get_current_time)
        await trip.begin()
        await STORIES[name](trip, environment.sleep)
        lines = [
            json.dumps(without_machine(json.loads(run.to_json())), separators=(",", ":"), sort_keys=True)
            async for run in runs(environment.client, trip.handle.id)
        ]
    (folder / f"{name}.jsonl").write_text("\n".join(reversed(lines)) + "\n")
    print(f"{name}: {len(lines)} runs")


async def main() -> None:
    """Record every story."""
    folder = HISTORIES / version("seven-steps")
    folder.mkdir(parents=True, exist_ok=True)
    program = find_test_server()
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(program)) as environment:
        await register(environment.client)
        for name in STORIES:
            await record(environment, name, folder)


if __name__ == "__main__":
    asyncio.run(main())
