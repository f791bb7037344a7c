"""Workflow code can be replayed: the sandbox sees to it at run time, and its source is checked here."""

import ast
import re
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from workflows import journey
from workflows.journey.patches import PATCHES
from workflows.worker import RESTRICTIONS

FILES = sorted(Path(journey.__file__).parent.rglob("*.py"))
CLOCKS_AND_RANDOMNESS = {"now", "utcnow", "today", "time", "monotonic", "random", "uuid1", "uuid4", "environ", "getenv"}

STRAY = """
from temporalio import workflow
{imports}

@workflow.defn(failure_exception_types=[Exception])
class Stray:
    @workflow.run
    async def run(self) -> str:
        return str({returns})
"""


def worker_for(source: str, folder: Path, skipping: WorkflowEnvironment) -> Worker:
    """A worker for a workflow written for the test, in the sandbox of journeys."""
    name = f"stray_{uuid4().hex}"
    (folder / f"{name}.py").write_text(source)
    stray = __import__(name).Stray
    runner = SandboxedWorkflowRunner(restrictions=RESTRICTIONS)
    return Worker(skipping.client, task_queue=name, workflows=[stray], workflow_runner=runner)


@pytest.mark.parametrize("module", ["structlog", "grpc", "sqlalchemy", "sevensteps.events"])
async def test_imports_that_are_not_passed_through(
    module: str, tmp_path: Path, skipping: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workflow file cannot import anything by accident."""
    monkeypatch.syspath_prepend(tmp_path)
    source = STRAY.format(imports=f"import {module}", returns="1")
    with pytest.raises(RuntimeError, match="Failed validating workflow Stray"):
        worker_for(source, tmp_path, skipping)


@pytest.mark.parametrize(
    ("imports", "returns"),
    [
        ("import os", "os.environ"),
        ("import os", "os.getenv('HOME')"),
        ("", "open('/etc/hostname')"),
        ("import datetime", "datetime.datetime.now()"),
        ("import random", "random.random()"),
        ("import uuid", "uuid.uuid4()"),
    ],
)
async def test_what_replay_cannot_repeat(
    imports: str, returns: str, tmp_path: Path, skipping: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workflow cannot read the environment, a file or the clock, and cannot draw random numbers."""
    monkeypatch.syspath_prepend(tmp_path)
    worker = worker_for(STRAY.format(imports=imports, returns=returns), tmp_path, skipping)
    async with worker:
        with pytest.raises(WorkflowFailureError) as failed:
            await skipping.client.execute_workflow("Stray", id=worker.task_queue, task_queue=worker.task_queue)
    assert "Cannot access" in str(failed.value.cause)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_clock_and_no_randomness(file: Path) -> None:
    """The sandbox does not watch what is passed through, so its source may take the time from Temporal only."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS_AND_RANDOMNESS:
            assert isinstance(node.value, ast.Name), f"{file.name}:{node.lineno}"
            assert node.value.id == "workflow", f"{file.name}:{node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert not CLOCKS_AND_RANDOMNESS & {alias.name for alias in node.names}, f"{file.name}:{node.lineno}"


def test_live_patches_are_registered() -> None:
    """Every patch id in the code is listed in workflows/journey/patches.py, and every one listed is in the code."""
    asked = re.compile(r"workflow\.(?:patched|deprecate_patch)\(\"([^\"]+)\"\)")
    used = {name for file in FILES if file.stem != "patches" for name in asked.findall(file.read_text())}
    assert used == set(PATCHES)
