"""No case is stuck unseen: each is found within a minute, with its cause, and forgotten when it is mended."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client

from bench.trip import agree_plan, find_money, make_plan, open_case
from e2e.stuck import SOON, Scene, is_given_up, rename_in_planning, scene_in
from servers.command_line import run_command
from servers.waiting import until
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.events import MoneyOpened, PlanChecked, PlanOpened
from sevensteps.journeys import connect
from sevensteps.temporal import workflow_id


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A suite in which nothing is stuck, as was looked at more than once."""
    async with scene_in(tmp_path_factory.mktemp("suite")) as scene:
        await scene.looking.looks(2)
        assert await scene.looking.causes() == []
        yield scene


async def run(settings: Settings, *arguments: str) -> None:
    """Run a command to its end; it succeeds."""
    done = await asyncio.to_thread(run_command, settings.as_environment(), *arguments)
    assert done.returncode == 0, done.stderr


async def test_a_worker_that_has_stopped(scene: Scene) -> None:
    """No worker runs: one cause says so, how many cases wait, and how many it holds up already."""
    case_id = await open_case(scene.staff)
    async with scene.suite.without("worker"):
        await find_money(scene.impatient, case_id)
        found = await scene.looking.found(case_id, pb.STUCK_KIND_WORKER_MISSING)
        assert found.what.startswith("No worker runs journeys since ")
        cause = await scene.looking.cause(found.cause_id)
        assert (cause.kind, cause.cases, cause.what) == (found.kind, 1, found.what)
        assert len(await scene.looking.causes()) == 1
    await scene.staff.wait_for(case_id, PlanOpened.TYPE)
    await scene.looking.nothing_left()


async def test_a_service_that_has_stopped(scene: Scene) -> None:
    """The service does not answer: one cause, with the case that waits for it. It goes on when the service does."""
    case_id = await open_case(scene.staff)
    await find_money(scene.staff, case_id)
    async with scene.suite.without("approval"):
        await make_plan(scene.impatient, case_id)
        found = await scene.looking.found(case_id, pb.STUCK_KIND_PART_NOT_ANSWERING)
        assert found.what == "The approval service does not answer."
        assert (await scene.looking.cause(found.cause_id)).cases == 1
        assert len(await scene.looking.causes()) == 1
    await scene.staff.wait_for(case_id, PlanChecked.TYPE)
    await scene.looking.nothing_left()


async def test_a_service_that_answers_and_cannot_do_its_work(scene: Scene) -> None:
    """Somebody keeps its records locked: what the journey asks for again and again is named, and how it fails."""
    case_id = await open_case(scene.staff)
    await find_money(scene.staff, case_id)
    with closing(sqlite3.connect(scene.settings.data / "approval.db", isolation_level=None)) as records:
        records.execute("BEGIN IMMEDIATE")
        await make_plan(scene.impatient, case_id)
        found = await scene.looking.found(case_id, pb.STUCK_KIND_ACTIVITY_RETRYING)
        assert found.what.startswith("The approval service has been asked ")
        assert "times to check the plan. It has not done so (" in found.what
        records.execute("ROLLBACK")
    await scene.staff.wait_for(case_id, PlanChecked.TYPE)
    await scene.looking.nothing_left()


async def test_temporal_that_has_stopped(scene: Scene) -> None:
    """Temporal does not answer: that is told, and by whom the look was not answered."""
    async with scene.suite.without("temporal"):

        async def is_told() -> bool:
            return [cause.what for cause in await scene.looking.causes()] == ["Temporal does not answer."]

        await until(is_told, "Temporal to be told", SOON)
        assert (await scene.looking.view()).silent == ["temporal"]
    await scene.looking.nothing_left()


async def has_begun(client: Client, case_id: str) -> bool:
    """Whether the journey of a case runs: the relay starts it soon after the case is opened."""
    return not await is_given_up(client, case_id)


async def test_journeys_that_are_gone_in_the_first_minute_of_their_cases(scene: Scene) -> None:
    """One was terminated by hand, which is told with its reason; Temporal knows nothing of another any more."""
    stopped, missing = await open_case(scene.staff), await open_case(scene.staff)
    client = await connect(scene.settings)
    for case_id in (stopped, missing):
        await until(partial(has_begun, client, case_id), f"the journey of {case_id}")
    await client.get_workflow_handle(workflow_id(stopped)).terminate(reason="By mistake")
    execution = WorkflowExecution(workflow_id=workflow_id(missing))
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    )
    found = await scene.looking.found(stopped, pb.STUCK_KIND_JOURNEY_STOPPED)
    assert found.what.startswith("The journey was terminated on ")
    assert "(By mistake)" in found.what
    lost = await scene.looking.found(missing, pb.STUCK_KIND_JOURNEY_MISSING)
    assert missing in lost.remedy
    for case_id in (stopped, missing):
        await run(scene.settings, "journeys", "rebuild", case_id)
    await scene.looking.nothing_left()


@pytest.mark.item(81)
async def test_a_journey_that_is_parked(scene: Scene) -> None:
    """A service refuses what the journey asks: the finding names the operation, the reason and what it said."""
    case_id = await open_case(scene.staff)
    for step in (find_money, make_plan):
        await step(scene.staff, case_id)
    rename_in_planning(scene.settings, case_id, f"{case_id}-lost")
    await agree_plan(scene.impatient, case_id)
    found = await scene.looking.found(case_id, pb.STUCK_KIND_PARKED)
    assert found.what.startswith("OpenMoney was refused (STAGE_ORDER): Step 1 must come first")
    rename_in_planning(scene.settings, f"{case_id}-lost", case_id)
    await run(scene.settings, "case", "resume", case_id, "--because", "It is there again.", "--by", "olu")
    await scene.staff.wait_for(case_id, MoneyOpened.TYPE)
    await scene.looking.nothing_left()
