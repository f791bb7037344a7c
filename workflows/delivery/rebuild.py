"""`python -m workflows.delivery.rebuild`: start every open journey again when Temporal's data are lost."""

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
from workflows.delivery.delivery import Delivery, Restart
from workflows.delivery.feed import Feed

CONCURRENCY = 8
"""How many journeys are started at once."""
CLOSING_PERIOD = timedelta(days=31)
"""How long after its end a case may still wait for a service to close what is open."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """Progress: one more journey has been looked at, `done` of `total`."""

    done: int
    total: int
    case_id: str
    outcome: Restart


async def rebuild(feed: Feed, delivery: Delivery) -> AsyncIterator[Restarted]:
    """Start the journey of every open case that Temporal has lost: same step, same wait, same date.

    The journeys of cases that ended recently are started too, to have closed what may still be open. Those of older
    ones are not: they are many, and were closed long ago.

    It may run beside the worker, and as often as you like: a running journey is left alone, and nothing opens twice.
    Raises RPCError if Temporal does not answer, grpc.aio.AioRpcError if the feed does not; run it again to go on.
    """
    cases = await feed.cases(ended_since=clock.now() - CLOSING_PERIOD)
    slots = asyncio.Semaphore(CONCURRENCY)

    async def start(case_id: str) -> tuple[str, Restart]:
        async with slots:
            return case_id, await delivery.restart(case_id)

    restarts = [asyncio.create_task(start(case_id)) for case_id in cases]
    try:
        for done, restart in enumerate(asyncio.as_completed(restarts), start=1):
            case_id, outcome = await restart
            yield Restarted(done, len(cases), case_id, outcome)
    finally:
        for task in restarts:
            task.cancel()


async def main(settings: Settings) -> None:
    """Rebuild, with progress on stderr and the outcome on stdout. Raises a Fault if Temporal or the feed is silent."""
    token = machine_token(Keys.open(settings.data), "journey", Role.JOURNEY)
    outcomes: Counter[Restart] = Counter()
    client = await connect(settings)
    async with channel(settings.feed, token) as calls:
        feed = Feed(calls)
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Journeys", total=None)
            try:
                async for restarted in rebuild(feed, Delivery(client, feed, settings.task_queue)):
                    outcomes[restarted.outcome] += 1
                    progress.update(task, completed=restarted.done, total=restarted.total)
            except grpc.aio.AioRpcError as error:
                raise fault_of(error) from error
            except RPCError as error:
                detail = "Temporal stopped answering. Run this again: it goes on from here."
                raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", detail) from error
    sys.stdout.write(
        f"{outcomes[Restart.STARTED]} journeys started again; {outcomes[Restart.RUNNING]} were running and "
        f"{outcomes[Restart.ENDED]} had come to their end.\n"
    )


if __name__ == "__main__":
    try:
        settings = Settings.from_environment()
        log.configure(settings.log, "rebuild")
        asyncio.run(main(settings))
    except (Fault, SettingsError) as error:
        sys.exit(getattr(error, "detail", str(error)))
