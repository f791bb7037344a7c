"""What journeys of every released version did, today's code would do again: no case under way is stranded."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from workflows.journey.journey import Journey
from workflows.worker import RESTRICTIONS

HISTORIES = Path(__file__).parent / "histories"
KEPT = sorted(HISTORIES.glob("*/*.jsonl"))
REPLAYER = Replayer(workflows=[Journey], workflow_runner=SandboxedWorkflowRunner(restrictions=RESTRICTIONS))


def runs_of(file: Path) -> list[WorkflowHistory]:
    lines = file.read_text().splitlines()
    return [WorkflowHistory.from_json(f"{file.stem}-{number}", line) for number, line in enumerate(lines, start=1)]


@pytest.mark.parametrize("file", KEPT, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_kept_history(file: Path) -> None:
    """Every run of a kept history replays without a server."""
    for history in runs_of(file):
        await REPLAYER.replay_workflow(history)


def test_stories_are_kept() -> None:
    """Each version has a plain trip, a plan that changed, a parked journey, and ten years in many runs."""
    versions = {file.parent for file in KEPT}
    assert versions
    for version in versions:
        assert {"plain", "changed_plan", "parked", "ten_years"} <= {file.stem for file in version.iterdir()}
        assert len(runs_of(version / "ten_years.jsonl")) > 10
        assert len(runs_of(version / "plain.jsonl")) == 1


async def test_another_way_is_noticed() -> None:
    """A history that today's code would not make again is refused: the replay can fail."""
    history = runs_of(KEPT[-1].parent / "plain.jsonl")[0]
    events = list(history.events)
    wrong = next(event for event in events if event.HasField("upsert_workflow_search_attributes_event_attributes"))
    events.remove(wrong)
    for number, event in enumerate(events, start=1):
        event.event_id = number
    with pytest.raises(Exception, match=r"(?i)nondeterminism"):
        await REPLAYER.replay_workflow(WorkflowHistory("another-way", events))
