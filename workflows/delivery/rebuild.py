"""`python -m workflows.delivery.rebuild [CASE | --all]`: start journeys again from the feed."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import grpc
from rich.console import Console
from rich.progress import Progress
from temporalio.service import RPCError

from sevensteps import clock, log, program
from sevensteps.config import Settings, SettingsError
from sevensteps.encryption.certificates import WORKER
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.errors import Fault, Kind, not_found
from sevensteps.identity.actor import Role
from sevensteps.identity.own_tokens import tokens_of_process
from sevensteps.journeys import connect_prepared
from sevensteps.rpc.client import channel
from sevensteps.rpc.faults import fault_of
from workflows.delivery.delivery import Delivery, Restart
from workflows.delivery.feed import Feed

CONCURRENCY = 8
"""How many journeys are started at once."""
CLOSING_PERIOD = timedelta(days=31)
"""How long after its end a case may still wait for a service to close what is open."""
EVERY = "--all"


@dataclass(frozen=True, slots=True)
class Restarted:
    """Progress: one more journey has been looked at, `done` of `total`."""

    done: int
    total: int
    case_id: str
    outcome: Restart


async def rebuild(feed: Feed, delivery: Delivery, *, running_too: bool = False) -> AsyncIterator[Restarted]:
    """Start the journey of every open case that Temporal has lost: same step, same wait, same date.

    The journeys of cases that ended recently are started too, to have closed what may still be open. Those of older
    ones are not: they are many, and were closed long ago.

    It may run beside the worker, and as often as you like: nothing opens twice. A running journey is left alone unless
    it is `running_too`: then all of them are made again, and those of cases that the feed does not know are ended.
    Raises RPCError if Temporal does not answer, grpc.aio.AioRpcError if the feed does not; run it again to go on.
    """
    cases = await feed.cases(ended_since=clock.now() - CLOSING_PERIOD)
    if running_too:
        await delivery.end_those_without(set(cases))
    slots = asyncio.Semaphore(CONCURRENCY)

    async def start(case_id: str) -> tuple[str, Restart]:
        async with slots:
            return case_id, await (delivery.make_again(case_id) if running_too else delivery.restart(case_id))

    restarts = [asyncio.create_task(start(case_id)) for case_id in cases]
    try:
        for done, restart in enumerate(asyncio.as_completed(restarts), start=1):
            case_id, outcome = await restart
            yield Restarted(done, len(cases), case_id, outcome)
    finally:
        for task in restarts:
            task.cancel()


async def rebuild_one(feed: Feed, delivery: Delivery, case_id: str) -> AsyncIterator[Restarted]:
    """End the journey of a case if it runs, and start it again. Raises as `rebuild`, and a Fault (NOT_FOUND)."""
    if not await feed.of_case(case_id):
        raise not_found(case_id)
    yield Restarted(1, 1, case_id, await delivery.make_again(case_id))


async def main(settings: Settings, arguments: Sequence[str] = ()) -> None:
    """Rebuild, with progress on stderr and the outcome on stdout. Raises a Fault if Temporal or the feed is silent."""
    tokens = tokens_of_process(settings, "journey", Role.JOURNEY)
    client = await connect_prepared(settings)
    certificates = certificates_for_calls(settings, WORKER)
    async with channel(settings.internal_address("feed"), tokens, certificates) as calls:
        feed = Feed(calls)
        delivery = Delivery(client, feed, settings.task_queue)
        if arguments and arguments[0] != EVERY:
            progress = rebuild_one(feed, delivery, arguments[0])
        else:
            progress = rebuild(feed, delivery, running_too=bool(arguments))
        try:
            sys.stdout.write(_in_words(await _outcomes(progress)))
        except grpc.aio.AioRpcError as error:
            raise fault_of(error) from error
        except RPCError as error:
            detail = "Temporal stopped answering. Run this again: it goes on from here."
            raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", detail) from error


async def _outcomes(restarts: AsyncIterator[Restarted]) -> Counter[Restart]:
    outcomes: Counter[Restart] = Counter()
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Journeys", total=None)
        async for restarted in restarts:
            outcomes[restarted.outcome] += 1
            progress.update(task, completed=restarted.done, total=restarted.total)
    return outcomes


def _in_words(outcomes: Counter[Restart]) -> str:
    words = (
        f"{outcomes[Restart.STARTED]} journeys started again; {outcomes[Restart.RUNNING]} were running and "
        f"{outcomes[Restart.ENDED]} had come to their end.\n"
    )
    if parked := outcomes[Restart.PARKED]:
        words += (
            f"{parked} cannot be started and are parked: `sevensteps case list` shows them, and the log says why.\n"
        )
    return words


def _run() -> None:
    try:
        settings = Settings.from_environment()
        log.configure(settings.log, "rebuild")
        asyncio.run(main(settings, sys.argv[1:]))
    except (Fault, SettingsError) as error:
        sys.exit(getattr(error, "detail", str(error)))


if __name__ == "__main__":
    program.run(_run)
