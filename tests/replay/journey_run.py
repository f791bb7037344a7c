"""A run of a journey without a server: what happens to it goes in, and its commands come out.

It is driven by the SDK's own machinery, as in a worker; only the activations are made here and not by a server.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType

from temporalio import workflow
from temporalio.api.common.v1 import ActivityType, Payloads
from temporalio.api.failure.v1 import ActivityFailureInfo, ApplicationFailureInfo, CanceledFailureInfo, Failure
from temporalio.bridge.proto.activity_result import activity_result_pb2 as results
from temporalio.bridge.proto.workflow_activation import workflow_activation_pb2 as activations
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.common import Priority, TypedSearchAttributes
from temporalio.converter import DataConverter, DefaultFailureConverter, DefaultPayloadConverter
from temporalio.worker._workflow_instance import (
    WorkflowInstanceDetails,
    _WorkflowInstanceImpl,
)

from sevensteps.events import Fact
from sevensteps.temporal import HEAR, JOURNEY, Standing, workflow_id
from workflows.journey.state import JourneyState

BEGINNING = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
CONVERTER = DataConverter.default.payload_converter
Job = activations.WorkflowActivationJob
KINDS = {
    "start_timer": "start a timer",
    "cancel_timer": "cancel the timer",
    "continue_as_new_workflow_execution": "continue as new",
    "complete_workflow_execution": "complete",
    "fail_workflow_execution": "fail",
}
"""The rest goes by the name that the SDK has for it."""


@dataclass(frozen=True)
class Program:
    """The code of the journey, as the product has it or as a test has changed it."""

    journey: type
    patches: tuple[str, ...]

    @classmethod
    def of(cls, journey: ModuleType, patches: ModuleType) -> "Program":
        """The program in these two modules."""
        return cls(journey.Journey, tuple(patches.PATCHES))


@dataclass
class Activity:
    """An activity that has been asked for and not answered."""

    operation: str
    is_local: bool
    is_cancelled: bool = False


class JourneyRun:
    """One run, from its start. `patches` are those of the program that it began with, the oldest first."""

    def __init__(
        self,
        program: Program,
        state: JourneyState,
        shown: TypedSearchAttributes,
        patches: Sequence[str],
        begins: datetime = BEGINNING,
    ) -> None:
        """`shown` are the search attributes that the run inherits; `begins` is when it starts."""
        self.now = begins
        self.activities: dict[int, Activity] = {}
        self.timers: dict[int, datetime] = {}
        self.is_over = False
        self._patches = patches
        self._is_replaying = len(patches) < len(program.patches)
        self._instance = _instance(program.journey, _info(state.case_id, shown, begins))
        self._start = Job(
            initialize_workflow=activations.InitializeWorkflow(
                workflow_type=JOURNEY,
                workflow_id=workflow_id(state.case_id),
                arguments=[CONVERTER.to_payload(state)],
            )
        )

    def start(self) -> Sequence[str]:
        """The first commands."""
        notices = [Job(notify_has_patch=activations.NotifyHasPatch(patch_id=patch)) for patch in self._patches]
        return self.activate([*notices, self._start])

    def activate(self, jobs: Sequence[Job], *, history_is_full: bool = False) -> Sequence[str]:
        """Let these things happen in one workflow task, and return the commands that follow."""
        completion = self._activate(jobs, history_is_full=history_is_full)
        if completion.HasField("failed"):
            self.is_over = True
            return [f"the workflow task fails: {completion.failed.failure.message}"]
        for job in jobs:
            self.activities.pop(job.resolve_activity.seq, None)
            self.timers.pop(job.fire_timer.seq, None)
        for command in completion.successful.commands:
            self._follow(command)
        return [_in_words(command) for command in completion.successful.commands]

    def standing(self) -> Standing:
        """Where the journey says that it stands."""
        standing: Standing = self._instance.workflow_instance().stands()
        return standing

    def evict(self) -> None:
        """End the run's tasks, as a worker does when it drops a run from its cache."""
        self._activate([Job(remove_from_cache=activations.RemoveFromCache())])

    def _activate(self, jobs: Sequence[Job], *, history_is_full: bool = False) -> WorkflowActivationCompletion:
        activation = activations.WorkflowActivation(
            jobs=jobs, is_replaying=self._is_replaying, continue_as_new_suggested=history_is_full
        )
        activation.timestamp.FromDatetime(self.now)
        return self._instance.activate(activation)

    def _follow(self, command: WorkflowCommand) -> None:
        """Keep track of what the run waits for."""
        match command.WhichOneof("variant"):
            case "schedule_local_activity":
                local = command.schedule_local_activity
                self.activities[local.seq] = Activity(local.activity_type, is_local=True)
            case "schedule_activity":
                activity = command.schedule_activity
                self.activities[activity.seq] = Activity(activity.activity_type, is_local=False)
            case "request_cancel_activity":
                self.activities[command.request_cancel_activity.seq].is_cancelled = True
            case "start_timer":
                self.timers[command.start_timer.seq] = (
                    self.now + command.start_timer.start_to_fire_timeout.ToTimedelta()
                )
            case "cancel_timer":
                self.timers.pop(command.cancel_timer.seq, None)
            case "complete_workflow_execution" | "continue_as_new_workflow_execution" | "fail_workflow_execution":
                self.is_over = True


def hears(fact: Fact) -> Job:
    """The journey hears a fact."""
    signal = activations.SignalWorkflow(
        signal_name=HEAR, input=[CONVERTER.to_payload(fact)], originating_event_id=fact.position
    )
    return Job(signal_workflow=signal)


def timer_fires(seq: int) -> Job:
    """A date has come."""
    return Job(fire_timer=activations.FireTimer(seq=seq))


def is_answered(seq: int, answer: object) -> Job:
    """A service answers."""
    success = results.Success(result=CONVERTER.to_payload(answer))
    return _resolves(seq, results.ActivityResolution(completed=success))


def fails(seq: int, activity: Activity, *, for_good: bool) -> Job:
    """A service refuses `for_good`, or is in trouble that may pass."""
    refusal = Failure(
        message="A plan must come first." if for_good else "No connection.",
        application_failure_info=ApplicationFailureInfo(
            type="STAGE_ORDER" if for_good else "UNAVAILABLE", non_retryable=for_good
        ),
    )
    failure = refusal if activity.is_local else _activity_failure(activity, refusal)
    return _resolves(seq, results.ActivityResolution(failed=results.Failure(failure=failure)))


def is_given_up(seq: int, activity: Activity) -> Job:
    """An activity that was cancelled has ended without an answer."""
    failure = _activity_failure(activity, Failure(canceled_failure_info=CanceledFailureInfo()))
    return _resolves(seq, results.ActivityResolution(cancelled=results.Cancellation(failure=failure)))


def _resolves(seq: int, resolution: results.ActivityResolution) -> Job:
    return Job(resolve_activity=activations.ResolveActivity(seq=seq, result=resolution))


def _activity_failure(activity: Activity, cause: Failure) -> Failure:
    info = ActivityFailureInfo(activity_type=ActivityType(name=activity.operation), activity_id="1")
    return Failure(message="Activity task failed", cause=cause, activity_failure_info=info)


def _instance(journey: type, info: workflow.Info) -> _WorkflowInstanceImpl:
    definition = workflow._Definition.must_from_class(journey)  # noqa: SLF001  as the worker finds it
    details = WorkflowInstanceDetails(
        payload_converter_factory=DefaultPayloadConverter,
        failure_converter_class=DefaultFailureConverter,
        interceptor_classes=[],
        defn=definition,
        info=info,
        randomness_seed=1,
        extern_functions={"__temporal_assert_local_activity_valid": lambda _operation: None},
        disable_eager_activity_execution=False,
        worker_level_failure_exception_types=[],
        patch_activation_callback=None,
        last_completion_result=Payloads(),
        last_failure=None,
    )

    async def create() -> _WorkflowInstanceImpl:  # the SDK wants a running loop when it creates an instance
        return _WorkflowInstanceImpl(details)  # type: ignore[abstract]  # as the SDK's own runner does

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(create())
    finally:
        loop.close()


def _info(case_id: str, shown: TypedSearchAttributes, begins: datetime) -> workflow.Info:
    return workflow.Info(
        attempt=1,
        continued_run_id=None,
        cron_schedule=None,
        execution_timeout=None,
        first_execution_run_id="run-1",
        headers={},
        namespace="default",
        original_execution_run_id="run-1",
        parent=None,
        root=None,
        priority=Priority.default,
        raw_memo={},
        retry_policy=None,
        run_id="run-1",
        run_timeout=None,
        search_attributes={},
        start_time=begins,
        task_queue="journeys",
        task_timeout=timedelta(seconds=10),
        typed_search_attributes=TypedSearchAttributes(list(shown)),  # the run changes them in place
        workflow_id=workflow_id(case_id),
        workflow_start_time=begins,
        workflow_type=JOURNEY,
    )


def _in_words(command: WorkflowCommand) -> str:
    """The command by its kind and what it is about: no times, ids or values."""
    match kind := str(command.WhichOneof("variant")):
        case "schedule_local_activity":
            return f"ask {command.schedule_local_activity.activity_type} (local)"
        case "schedule_activity":
            return f"ask {command.schedule_activity.activity_type} (activity)"
        case "request_cancel_activity":
            return "cancel the activity"
        case "upsert_workflow_search_attributes":
            names = command.upsert_workflow_search_attributes.search_attributes.indexed_fields
            return f"show {' '.join(sorted(names))}"
        case "set_patch_marker":
            marker = command.set_patch_marker
            return f"patch {marker.patch_id}{' (deprecated)' if marker.deprecated else ''}"
        case _:
            return KINDS.get(kind, kind)
