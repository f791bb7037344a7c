"""The time from a stored fact to the next open step, while the suite does nothing else."""

from collections.abc import Callable
from itertools import pairwise
from statistics import median, quantiles

from bench.figure import Figure
from bench.journeys import suite_in_a_folder
from bench.trip import Staff, trip
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.events import HEARD, OPENS

TRIPS = 20


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """One case after another. The times are from the events, as the services stored them."""
    async with suite_in_a_folder(say, database) as suite, Staff(suite.settings) as staff:
        say(f"{TRIPS} journeys, one after another ...")
        await trip(staff)
        waits: list[float] = []
        for _ in range(TRIPS):
            case_id = await trip(staff)
            request = feed_pb2.ListEventsRequest(
                page_size=1000, filter=feed_pb2.EventFilter(case_id=case_id, types=sorted(HEARD | OPENS.keys()))
            )
            events = (await staff.services.feed.ListEvents(request)).events
            waits += [
                (opened.occurred_at.ToNanoseconds() - fact.occurred_at.ToNanoseconds()) / 1e6
                for fact, opened in pairwise(events)
                if opened.type in OPENS
            ]
    return [
        Figure(
            "from a stored fact to the next open step",
            f"p50 {median(waits):.0f} ms, p99 {quantiles(waits, n=100)[98]:.0f} ms ({len(waits)} steps)",
        )
    ]
