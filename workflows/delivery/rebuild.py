"""`python -m workflows.delivery.rebuild`: every open journey made again, when Temporal's data are lost."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import grpc
from rich.console import Console
from rich.progress import Progress
from temporalio.service import RPCError

from sevensteps import clock, log
from sevensteps.config import Settings, SettingsError
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.client import channel, machine_token
from sevensteps.rpc.faults import fault_of
from sevensteps.temporal import connect
from workflows.delivery.delivery import Delivery, Revival
from workflows.delivery.feed import Feed

AT_ONCE = 8
"""How many journeys are made again at once."""
LATELY = timedelta(days=31)
"""So long after its end a case may wait for a service to close what is open."""


@dataclass(frozen=True, slots=True)
class Revived:
    """One more journey was looked at: `done` of `total`."""

    done: int
    total: int
    case_id: str
    outcome: Revival


async def rebuild(feed: Feed, delivery: Delivery) -> AsyncIterator[Revived]:
    """Start the journey of every open case that Temporal does not have: same step, same waiting, same date.

    That of a case that has ended lately is started too, to have closed what may still be open; not those of all that
    ever ended, which are many and were closed long ago.

    It may run beside the worker, as often as wanted: a journey that runs is left alone, and nothing is opened twice.
    Raises RPCError when Temporal, grpc.aio.AioRpcError when the feed does not answer; running it again goes on.
    """
    cases = await feed.cases(ended_since=clock.now() - LATELY)
    hands = asyncio.Semaphore(AT_ONCE)

    async def revive(case_id: str) -> tuple[str, Revival]:
        async with hands:
            return case_id, await delivery.revive(case_id)

    revivals = [asyncio.create_task(revive(case_id)) for case_id in cases]
    try:
        for done, revival in enumerate(asyncio.as_completed(revivals), start=1):
            case_id, outcome = await revival
            yield Revived(done, len(cases), case_id, outcome)
    finally:
        for task in revivals:
            task.cancel()


async def main(settings: Settings) -> None:
    """Rebuild, with progress on stderr and the outcome on stdout. Raises a Fault when a side does not answer."""
    token = machine_token(Keys.open(settings.data), "journey", Role.JOURNEY)
    outcomes: Counter[Revival] = Counter()
    client = await connect(settings)
    async with channel(settings.feed, token) as calls:
        feed = Feed(calls)
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Journeys", total=None)
            try:
                async for revived in rebuild(feed, Delivery(client, feed, settings.task_queue)):
                    outcomes[revived.outcome] += 1
                    progress.update(task, completed=revived.done, total=revived.total)
            except grpc.aio.AioRpcError as error:
                raise fault_of(error) from error
            except RPCError as error:
                said = "Temporal stopped answering. Run this again: it goes on from here."
                raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", said) from error
    sys.stdout.write(
        f"{outcomes[Revival.STARTED]} journeys started again; {outcomes[Revival.RUNNING]} were running and "
        f"{outcomes[Revival.ENDED]} had come to their end.\n"
    )


if __name__ == "__main__":
    try:
        settings = Settings.from_environment()
        log.configure(settings.log, "rebuild")
        asyncio.run(main(settings))
    except (Fault, SettingsError) as error:
        sys.exit(getattr(error, "detail", str(error)))
