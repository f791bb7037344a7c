"""The Temporal worker: runs journeys and their activities."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxMatcher, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

from sevensteps.release_names import NONE
from workflows.journey.journey import Journey
from workflows.release import deployment_config

GRACE = timedelta(seconds=10)
"""How long activities may still take when the worker stops."""

PATIENCE = timedelta(seconds=3)
"""How long a case waits for the worker that has it in memory, before any other one may go on with it."""

_default = SandboxRestrictions.default
RESTRICTIONS = replace(
    _default,
    passthrough_modules=_default.passthrough_modules - {"grpc"},
    invalid_module_members=_default.invalid_module_members
    | SandboxMatcher(children={"os": SandboxMatcher(access={"environ"}, only_runtime=True)}),
    import_notification_policy=SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH,
)
"""What a workflow file may import: the standard library, Temporal, and what it passes through explicitly."""


workflow.logger.workflow_info_on_message = False  # a line has fields of its own


def journey_worker(
    client: Client, task_queue: str, activities: Sequence[Callable[..., object]], release: str = NONE
) -> Worker:
    """A worker for journeys and these activities, of a release or without one."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[Journey],
        activities=activities,
        workflow_runner=SandboxedWorkflowRunner(restrictions=RESTRICTIONS),
        max_concurrent_workflow_tasks=50,
        max_concurrent_local_activities=50,
        max_concurrent_activities=50,
        graceful_shutdown_timeout=GRACE,
        sticky_queue_schedule_to_start_timeout=PATIENCE,
        deployment_config=deployment_config(task_queue, release),
    )


def journey_replayer() -> Replayer:
    """What does again what journeys did, as a worker would."""
    return Replayer(workflows=[Journey], workflow_runner=SandboxedWorkflowRunner(restrictions=RESTRICTIONS))
