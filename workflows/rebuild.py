"""Every open case's journey, made again from the feed: what to do when Temporal's data is lost.

`python -m workflows.rebuild` does it.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
from rich.progress import Progress as Bar
from temporalio.service import RPCError

from sevensteps import log
from sevensteps.config import Settings, SettingsError
from sevensteps.errors import Fault
from sevensteps.identity import Keys, Role
from sevensteps.rpc import channel, fault_of, machine_token
from sevensteps.temporal import connect
from workflows.delivery import Delivery, Revival
from workflows.feed import Feed

AT_ONCE = 8
"""How many journeys are made again at once."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One more journey looked at: `done` of `total`."""

    done: int
    total: int
    case_id: str
    outcome: Revival


async def rebuild(feed: Feed, delivery: Delivery) -> AsyncIterator[Progress]:
    """Start the journey of every open case that Temporal does not have: same step, same waiting, same date.

    It may run beside the worker, as often as wanted: a journey that runs is left alone, and nothing is opened twice.
    Raises RPCError when Temporal, grpc.aio.AioRpcError when the feed does not answer; running it again goes on.
    """
    cases = await feed.open_cases()
    hands = asyncio.Semaphore(AT_ONCE)

    async def revive(case_id: str) -> tuple[str, Revival]:
        async with hands:
            return case_id, await delivery.revive(case_id)

    revivals = [asyncio.create_task(revive(case_id)) for case_id in cases]
    try:
        for done, revival in enumerate(asyncio.as_completed(revivals), start=1):
            case_id, outcome = await revival
            yield Progress(done, len(cases), case_id, outcome)
    finally:
        for task in revivals:
            task.cancel()


async def main() -> str:
    """Make the journeys of every open case again, showing how far it is; answers in a sentence what came of it.

    Raises a Fault when Temporal or the feed does not answer.
    """
    settings = Settings.from_environment()
    log.configure(settings.log, "rebuild")
    token = machine_token(Keys.open(settings.data), "journey", Role.JOURNEY)
    outcomes: Counter[Revival] = Counter()
    async with channel(settings.feed, token) as called:
        feed = Feed(called)
        delivery = Delivery(await connect(settings), feed, settings.task_queue)
        with Bar(transient=True) as bar:
            task = bar.add_task("Journeys", total=None)
            try:
                async for progress in rebuild(feed, delivery):
                    outcomes[progress.outcome] += 1
                    bar.update(task, completed=progress.done, total=progress.total)
            except grpc.aio.AioRpcError as error:
                raise fault_of(error) from error
    return (
        f"{outcomes[Revival.STARTED]} of {outcomes.total()} open cases had their journey started again, "
        f"{outcomes[Revival.RUNNING]} had one that runs, {outcomes[Revival.ENDED]} ended meanwhile."
    )


if __name__ == "__main__":
    try:
        sys.stdout.write(asyncio.run(main()) + "\n")
    except (Fault, RPCError, SettingsError) as trouble:
        sys.exit(f"{trouble} Nothing is lost: run it again, and it goes on.")
