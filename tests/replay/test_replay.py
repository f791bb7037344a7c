"""Today's code would do again what the journeys of every released version did: no case under way is stranded."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from replay.history_paths import HISTORY_FILES, runs_of
from workflows.journey.journey import Journey
from workflows.tracing import Tracing
from workflows.worker import RESTRICTIONS

RUNNER = SandboxedWorkflowRunner(restrictions=RESTRICTIONS)
REPLAYER = Replayer(workflows=[Journey], workflow_runner=RUNNER, interceptors=[Tracing()])
"""Histories have no traces in their headers where nobody recorded any."""


@pytest.mark.parametrize("file", HISTORY_FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_recorded_history(file: Path) -> None:
    """Every run of a recorded history replays, without a server."""
    for history in runs_of(file):
        await REPLAYER.replay_workflow(history)


def test_stories_are_recorded() -> None:
    """Each version has a plain journey, one whose plan changed, one that was parked, and ten years in many runs."""
    versions = {file.parent for file in HISTORY_FILES}
    assert versions
    for version in versions:
        assert {"plain", "changed_plan", "parked", "ten_years"} <= {file.stem for file in version.iterdir()}
        assert len(runs_of(version / "ten_years.jsonl")) > 10
        assert len(runs_of(version / "plain.jsonl")) == 1


async def test_other_commands_are_noticed() -> None:
    """A history that today's code would not make again is refused: the replay can fail."""
    history = runs_of(HISTORY_FILES[-1].parent / "plain.jsonl")[0]
    events = list(history.events)
    wrong = next(event for event in events if event.HasField("upsert_workflow_search_attributes_event_attributes"))
    events.remove(wrong)
    for number, event in enumerate(events, start=1):
        event.event_id = number
    with pytest.raises(Exception, match=r"(?i)nondeterminism"):
        await REPLAYER.replay_workflow(WorkflowHistory("other-commands", events))
