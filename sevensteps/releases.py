"""Which release of the worker has the journeys: in Temporal, the versions of one worker deployment.

A journey always goes on with the release that has the journeys now, whichever has run it before. A worker without a
release is one of NONE: it has the journeys until a release is given them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from sevensteps import clock
from sevensteps.errors import Fault, Kind
from sevensteps.release_names import NONE
from sevensteps.temporal import RUNNING

LONGEST_POLL = timedelta(seconds=75)
"""A worker that runs asks Temporal for work at least this often."""
NO_RELEASES = (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNIMPLEMENTED)
"""No worker of a release was ever started; or the server is too old to know of any."""
TIMEOUT = timedelta(seconds=10)
WHOLE = 100.0
OF_RELEASE = "TemporalWorkerDeploymentVersion = '{deployment}:{release}'"


@dataclass(frozen=True, slots=True)
class Release:
    """A release of the worker, or NONE.

    `share` is the percentage of the journeys that it has; `journeys` how many open ones it has run last; `asked_at`
    when a worker of it last asked for work, None where that is not within the last minutes.
    """

    name: str
    share: float
    journeys: int
    asked_at: datetime | None

    @property
    def runs(self) -> bool:
        """Whether a worker of it asks for work."""
        return self.asked_at is not None and clock.now() - self.asked_at < LONGEST_POLL


@dataclass(frozen=True, slots=True)
class Releases:
    """All releases that Temporal knows of, and how the journeys are shared among them."""

    current: str
    ramping: str
    """The one that takes journeys over; empty where none does."""
    each: tuple[Release, ...]
    token: bytes
    """By which a change is refused if somebody else has changed it meanwhile."""

    def named(self, name: str) -> Release | None:
        """The release of this name."""
        return next((release for release in self.each if release.name == name), None)

    @property
    def silent(self) -> tuple[Release, ...]:
        """Those that have journeys, and no worker that runs."""
        return tuple(release for release in self.each if release.share and not release.runs)


def deployment_of(task_queue: str) -> str:
    """What Temporal knows the releases of an installation by. Its names have no dots."""
    return task_queue.replace(".", "-")


async def task_queue_of_journeys(client: Client, task_queue: str) -> DescribeTaskQueueResponse:
    """Who asks Temporal for work. Raises RPCError."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return await client.workflow_service.describe_task_queue(request, retry=True, timeout=TIMEOUT)


def current_of(queue: DescribeTaskQueueResponse) -> str:
    """The release that has the journeys."""
    return queue.versioning_info.current_deployment_version.build_id or NONE


def worker_asked_at(queue: DescribeTaskQueueResponse) -> datetime | None:
    """When a worker of a release that has journeys last asked for work, as far as Temporal remembers (minutes)."""
    with_journeys = {current_of(queue)}
    if queue.versioning_info.ramping_version_percentage:
        with_journeys.add(queue.versioning_info.ramping_deployment_version.build_id or NONE)
    asked = _asked_at(queue.pollers)
    return max((at for release, at in asked.items() if release in with_journeys), default=None)


def _asked_at(pollers: Iterable[PollerInfo]) -> Mapping[str, datetime]:
    """When workers of each release last asked for work."""
    asked: dict[str, datetime] = {}
    for poller in pollers:
        at = poller.last_access_time.ToDatetime(tzinfo=UTC)
        release = _release_of(poller)
        asked[release] = max(at, asked.get(release, at))
    return asked


def _release_of(poller: PollerInfo) -> str:
    options = poller.deployment_options
    versioned = options.worker_versioning_mode == WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
    return options.build_id if versioned else NONE


async def read_releases(client: Client, task_queue: str) -> Releases:
    """How the journeys are shared now. Raises a Fault (UNAVAILABLE) where Temporal does not say."""
    try:
        described = await _described(client, task_queue)
        asked = _asked_at((await task_queue_of_journeys(client, task_queue)).pollers)
        info = described.worker_deployment_info
        names = [summary.deployment_version.build_id for summary in info.version_summaries]
        counts = await _journeys_of(client, task_queue, names)
    except RPCError as error:
        detail = f"Temporal does not say which releases of the worker it has: {error.message}"
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", detail) from error
    routing = info.routing_config
    current = routing.current_deployment_version.build_id or NONE
    percentage = routing.ramping_version_percentage
    ramping = (routing.ramping_deployment_version.build_id or NONE) if percentage else ""
    shares = {current: WHOLE - percentage, ramping: percentage} if ramping else {current: WHOLE}
    each = (Release(name, shares.get(name, 0.0), counts[name], asked.get(name)) for name in (*names, NONE))
    return Releases(current, ramping, tuple(each), described.conflict_token)


async def _described(client: Client, task_queue: str) -> DescribeWorkerDeploymentResponse:
    """The deployment; an empty one where no release was ever started."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment_of(task_queue))
    try:
        return await client.workflow_service.describe_worker_deployment(request, retry=True, timeout=TIMEOUT)
    except RPCError as error:
        if error.status in NO_RELEASES:
            return DescribeWorkerDeploymentResponse()
        raise


async def _journeys_of(client: Client, task_queue: str, names: Iterable[str]) -> Mapping[str, int]:
    """How many open journeys each release has run last; the rest have been run without one."""
    of_queue = f"{RUNNING} AND TaskQueue = '{task_queue}'"
    deployment = deployment_of(task_queue)
    counts = {
        name: (
            await client.count_workflows(
                f"{of_queue} AND {OF_RELEASE.format(deployment=deployment, release=name)}", rpc_timeout=TIMEOUT
            )
        ).count
        for name in names
    }
    everything = (await client.count_workflows(of_queue, rpc_timeout=TIMEOUT)).count
    return {**counts, NONE: max(everything - sum(counts.values()), 0)}


async def give_all(client: Client, task_queue: str, name: str, found: Releases) -> None:
    """Let a release have all journeys: those that wait go there with what they hear next. Raises a Fault.

    `found` is what was read before: the change is refused if something has changed since.
    """
    _ensure_runs(name, found)
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=deployment_of(task_queue),
        build_id="" if name == NONE else name,
        conflict_token=found.token,
        ignore_missing_task_queues=name == NONE,
    )
    try:
        await client.workflow_service.set_worker_deployment_current_version(request, timeout=TIMEOUT)
    except RPCError as error:
        raise _not_changed(error) from error


async def give_share(client: Client, task_queue: str, name: str, percentage: float, found: Releases) -> None:
    """Let a release have a share of the journeys, beside the one that has them; 0 takes it back. Raises a Fault."""
    if percentage:
        _ensure_runs(name, found)
    elif found.ramping != name:
        return
    request = SetWorkerDeploymentRampingVersionRequest(
        namespace=client.namespace,
        deployment_name=deployment_of(task_queue),
        build_id="" if name == NONE or not percentage else name,
        percentage=percentage,
        conflict_token=found.token,
        ignore_missing_task_queues=name == NONE,
    )
    try:
        await client.workflow_service.set_worker_deployment_ramping_version(request, timeout=TIMEOUT)
    except RPCError as error:
        raise _not_changed(error) from error


def _ensure_runs(name: str, found: Releases) -> None:
    """Raise a Fault where journeys would wait for a worker that is not there."""
    release = found.named(name)
    if release is None or not release.runs:
        how = "sevensteps worker" if name == NONE else f"sevensteps worker --release {name}"
        raise Fault(
            Kind.PRECONDITION,
            "RELEASE_SILENT",
            f"No worker of the release {name} asks for work, so its journeys would wait. Start `{how}` first.",
        )


def _not_changed(error: RPCError) -> Fault:
    if error.status is RPCStatusCode.FAILED_PRECONDITION:
        look = "`sevensteps temporal release` shows how it is."
        detail = f"Temporal does not share the journeys so: {error.message.rstrip('.')}. {look}"
        return Fault(Kind.PRECONDITION, "RELEASE_REFUSED", detail)
    detail = f"Temporal does not share the journeys now: {error.message}"
    return Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", detail)
