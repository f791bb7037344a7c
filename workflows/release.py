"""The release that a worker is: what it tells Temporal of it, and who has the journeys at a first start."""

import asyncio
from collections.abc import Callable

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from sevensteps import log
from sevensteps.errors import Fault
from sevensteps.release_names import NONE
from sevensteps.releases import Releases, deployment_of, give_all, read_releases

LOOK_SECONDS = 1.0
"""Between looks for who has the journeys, at a first start."""


def deployment_config(task_queue: str, release: str) -> WorkerDeploymentConfig | None:
    """What a worker of a release tells Temporal: its journeys go on with whichever release has them by then."""
    if release == NONE:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_of(task_queue), release),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def take_journeys_at_first(client: Callable[[], Client], task_queue: str, release: str) -> None:
    """Take the journeys where nobody has them, as at a first start; else say in the log who has them.

    A worker without a release that runs keeps them until somebody decides otherwise: where it stops, they are taken.
    `client` is asked for each time: new certificates make a new one.
    """
    told = ""
    while True:
        try:
            found = await read_releases(client(), task_queue)
            if found.current != NONE or found.ramping or release == NONE:
                _say_who_has_them(found, release)
                return
            if _nobody_has_them(found, release):
                await give_all(client(), task_queue, release, found)
                log.get().info("this release has the journeys now", release=release)
                return
            waits = "" if found.silent else "a worker without a release has the journeys"
        except Fault as fault:
            waits = fault.detail
        if waits and waits != told:
            log.get().warning("this release has no journeys yet", release=release, detail=waits)
            told = waits
        await asyncio.sleep(LOOK_SECONDS)


def _nobody_has_them(found: Releases, release: str) -> bool:
    """Whether no worker runs but those of this release, which has begun to ask for work."""
    own = found.named(release)
    return bool(found.silent) and own is not None and own.runs


def _say_who_has_them(found: Releases, release: str) -> None:
    own = found.named(release)
    if own is None or not own.share:
        log.get().warning(
            "this release has no journeys; `sevensteps temporal release` gives it some",
            release=release,
            journeys_go_to=found.current,
        )
    elif release != NONE:
        log.get().info("this release has journeys", release=release, percentage=own.share)
