"""How many journeys there are, in which step, parked, and past their date: asked of Temporal once a minute."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.service import RPCError

from sevensteps import clock
from sevensteps.errors import ID
from sevensteps.steps import DueKind, Stage
from sevensteps.telemetry import series
from sevensteps.temporal import COUNCIL, DUE_AT, DUE_KIND, RUNNING, STAGE, WAITING_FOR, WaitingFor

COUNT_SECONDS = 60.0
ANSWER = timedelta(seconds=10)
SOON = timedelta(days=7)
"""Five working days, or a little more."""
DAY = timedelta(days=1)
OTHERS = "others"
"""All councils without a file of their own together."""
GAUGES = (series.JOURNEYS_RUNNING, series.JOURNEYS_PARKED, series.JOURNEYS_PAST_DUE, series.JOURNEYS_DUE_SOON)

Connected = Callable[[], Client | None]


async def keep_counting(client: Connected, councils: Callable[[], Sequence[str]]) -> NoReturn:
    """Count again and again, until cancelled. While Temporal does not answer, what was counted before stays."""
    while True:
        connected = client()
        if connected is not None:
            with suppress(RPCError):  # the check of Temporal tells it
                await count(connected, councils())
        await asyncio.sleep(COUNT_SECONDS if connected else 1.0)


async def count(client: Client, councils: Sequence[str]) -> None:
    """Tell how many there are now, of each council. Raises RPCError.

    Temporal counts by groups of one kind alone, whether they run: so each number is asked for.
    """
    found = [
        (wanted, (await client.count_workflows(wanted.query, rpc_timeout=ANSWER)).count)
        for wanted in _wanted([name for name in councils if ID.fullmatch(name)])
    ]
    for gauge in GAUGES:
        gauge.clear()
    for wanted, number in found:
        wanted.gauge.labels(*wanted.labels).set(number)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A number that is asked for, and the series that tells it."""

    gauge: Gauge
    labels: tuple[str, ...]
    query: str


def _wanted(councils: Sequence[str]) -> Iterator[_Wanted]:
    day = clock.today()
    past = f"{DUE_AT.name} < '{day}T00:00:00Z'"
    soon = f"{DUE_AT.name} >= '{day}T00:00:00Z' AND {DUE_AT.name} < '{day + SOON + DAY}T00:00:00Z'"
    listed = ", ".join(f"'{name}'" for name in councils)
    others = f"{COUNCIL.name} NOT IN ({listed})" if listed else f"{COUNCIL.name} IS NOT NULL"
    for council, of in [*((name, f"{COUNCIL.name} = '{name}'") for name in councils), (OTHERS, others)]:
        theirs = f"{RUNNING} AND {of}"
        for stage in Stage:
            yield _Wanted(series.JOURNEYS_RUNNING, (council, stage), f"{theirs} AND {STAGE.name} = '{stage}'")
        parked = f"{theirs} AND {WAITING_FOR.name} = '{WaitingFor.MEND}'"
        yield _Wanted(series.JOURNEYS_PARKED, (council,), parked)
        for kind in DueKind:
            hard = str(kind is DueKind.HARD).lower()
            dated = f"{theirs} AND {DUE_KIND.name} = '{kind}'"
            yield _Wanted(series.JOURNEYS_PAST_DUE, (council, hard), f"{dated} AND {past}")
            yield _Wanted(series.JOURNEYS_DUE_SOON, (council, hard), f"{dated} AND {soon}")
