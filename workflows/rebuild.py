"""Every open case's journey, made again from the feed: what to do when Temporal's data is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

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
