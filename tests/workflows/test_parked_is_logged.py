"""A parked case is one line of the worker's log, at level error, with the case's id."""

import json
import subprocess
import sys
from pathlib import Path

import workflows

PROGRAM = """
from sevensteps import log
from sevensteps.temporal import Parked
from temporalio import workflow
import workflows.worker
from workflows.journey.asking import log_parked

workflow.logger.log_during_replay = True  # outside of a workflow
log.configure("json", "worker")
log_parked("case-a", Parked("OpenPlan", "STAGE_ORDER", "A plan must come first."))
"""


def test_line() -> None:
    """The line has what was asked, and why it was refused, in fields of their own."""
    environment = {"PYTHONPATH": str(Path(workflows.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    [line] = done.stderr.splitlines()
    fields = json.loads(line)
    del fields["timestamp"]
    assert fields == {
        "event": "case is parked",
        "level": "error",
        "service": "worker",
        "logger": "temporalio.workflow",
        "case_id": "case-a",
        "operation": "OpenPlan",
        "reason": "STAGE_ORDER",
        "detail": "A plan must come first.",
    }
