"""Operations over many cases: how fast rows are made of events, and how long each kind of list takes.

Feed and operations are processes of their own, called over loopback by this one. The feed is filled by its own
statements, without gRPC in between.
"""

from __future__ import annotations  # the stubs' types exist for the type checker alone

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID

from bench.call import start
from bench.figure import Figure
from services.feed import handlers
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import Settings
from sevensteps.events import (
    CaseEnded,
    CaseOpened,
    DeterminationConfirmed,
    HoldPlaced,
    IndicativeBudgetGiven,
    LifeOpened,
    MoneyOpened,
    MoneyOrganised,
    Payload,
    PlanApproved,
    PlanChecked,
    PlanOpened,
    PlanSubmitted,
    SupportOpened,
    SupportOrganised,
)
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.client import channel
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store
from sevensteps.steps import DueKind, Ending, HoldReason

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub

CASES = 100_000
AT_ONCE = 1000
LOOK_UPS = 60
SEED = 1
OPENED = date(2026, 1, 5)
FIRST_SECOND = 1_767_600_000
"""The first of January 2026, in seconds since 1970."""
COUNCILS = ("large-council",) * 9 + ("small-council",)
AIM = "p95 under 100 ms"


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Fill a feed with the events of many cases, let operations make rows of them, and look them up."""
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder), database=database))
        say(f"{CASES:,} cases ...")
        for service in ("feed", "operations"):
            await asyncio.to_thread(upgrade, service, settings.database, settings.data)
        events = await fill(settings)
        say(f"{events:,} events; making rows of them ...")
        async with running(settings) as (operations, memory):
            made = await speed(operations, events)
            figures = [Figure("rows made", f"{made:,.0f} events/s", "at least 10,000")]
            figures += [await _looked_up(operations, name, asked) for name, asked in _lists().items()]
            figures.append(await _looked_up(operations, "counts", pb.CountCasesRequest()))
            return [*figures, Figure("memory of the service", f"{memory() / 1_000_000:.0f} MB")]


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[OperationsServiceAsyncStub, Callable[[], int]]]:
    """A feed, and operations that follow it; and how many bytes of memory they hold."""
    keys = Keys.open(settings.data)
    suite = Suite(settings, lambda _: None)
    processes = [process for process in suite.services if process.name in {"feed", "operations"}]
    try:
        await start(suite, processes)
        token = keys.issue("bench", [Role.OPERATIONS], EVERY_COUNCIL)
        async with channel(settings.operations, lambda: token) as called:
            yield OperationsServiceStub(called), lambda: _memory_of(processes[-1].pid or 0)
    finally:
        for process in processes:
            await process.stop()


def _memory_of(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


async def fill(settings: Settings) -> int:
    """Fill the feed with the events of all cases. Answers its last position."""
    records = open_store(settings.database, settings.data, "feed")
    chance, last = random.Random(SEED), 0  # noqa: S311 - every run has the same cases
    events = (event for number in range(CASES) for event in _events(number, chance))
    try:
        while some := list(islice(events, AT_ONCE)):
            last, _ = await records.write(partial(handlers.append_events, events=some))
    finally:
        await records.close()
    return last


def _events(number: int, chance: random.Random) -> Iterator[feed_pb2.Event]:
    """A case that has come to any step; one in five has ended, one in twenty is on hold."""
    opened = OPENED + timedelta(days=number * 300 // CASES)
    story = list(_story(opened))
    told = story[: chance.randrange(1, len(story) + 1)]
    if chance.randrange(5) == 0:
        told.append(CaseEnded(Ending.MOVED))
    elif chance.randrange(20) == 0:
        told.append(HoldPlaced(HoldReason.AWAY))
    for place, payload in enumerate(told):
        event = feed_pb2.Event(
            event_id=str(UUID(int=chance.getrandbits(128))),
            type=payload.TYPE,
            case_id=f"case-{number:012d}",
            council=COUNCILS[number % len(COUNCILS)],
            source="assessment",
            actor="amy",
            payload=payload.as_json(),
        )
        event.occurred_at.FromSeconds(FIRST_SECOND + (number * 300 // CASES + place) * 86_400)
        yield event


def _story(opened: date) -> Iterator[Payload]:
    """What happens to a case until it is in step 6."""

    def due(days: int) -> str:
        return (opened + timedelta(days=days)).isoformat()

    yield CaseOpened("adult", due(28))
    yield DeterminationConfirmed(1, "d", True, ["hygiene"], ["amy"], record_due=due(30))
    yield IndicativeBudgetGiven(1, "82.91", "amy")
    yield PlanOpened(1, due(60))
    yield PlanSubmitted(1, "82.50", "")
    yield PlanChecked(1, "met", "met", "met", "met", "met", "L1", due(70))
    yield PlanApproved(1, "82.50", "L1")
    yield MoneyOpened(1, due(80))
    yield MoneyOrganised(1, direct_payment=True)
    yield SupportOpened(1, due(90))
    yield SupportOrganised(1, due(91))
    yield LifeOpened(1, 1, due(400), DueKind.HARD, "R4")


async def speed(operations: OperationsServiceAsyncStub, last: int) -> float:
    """How many events a second become rows, from what is there when it is first asked to the last one."""
    first, began = -1, 0.0
    while True:
        view = (await operations.ListCases(pb.ListCasesRequest(page_size=1))).view
        if first < 0:
            first, began = view.position, perf_counter()
        if view.position >= last and not view.rebuilding:
            return (last - first) / (perf_counter() - began)
        await asyncio.sleep(0.05)


def _lists() -> Mapping[str, pb.ListCasesRequest]:
    """Each kind of list, by what it is called."""
    every = pb.CaseFilter()
    filters: Mapping[str, pb.CaseFilter] = {
        "every case": every,
        "open cases": pb.CaseFilter(open=True),
        "overdue ones": pb.CaseFilter(open=True, overdue=True),
        "of a small council": pb.CaseFilter(open=True, councils=["small-council"]),
        "in step 4 or 5, for finance": pb.CaseFilter(
            open=True, steps=[pb.STEP_MONEY_ORGANISED, pb.STEP_SUPPORT_ORGANISED], whom=[pb.WHOM_FINANCE]
        ),
        "on hold": pb.CaseFilter(open=True, on_hold=True),
        "due within two days": pb.CaseFilter(open=True, due_from="2027-02-09", due_before="2027-02-11"),
        "of which nothing is stuck": pb.CaseFilter(open=True, stuck_kinds=[pb.STUCK_KIND_PARKED]),
        "of a council that there is not": pb.CaseFilter(councils=["nowhere"]),
    }
    orders = {"": pb.ORDER_UNSPECIFIED, ", by date": pb.ORDER_DUE, ", by waiting time": pb.ORDER_SINCE}
    lists = {
        f"a page {name}{how}": pb.ListCasesRequest(filter=each, order=order)
        for name, each in filters.items()
        for how, order in orders.items()
    }
    return lists | {"a page by step, downwards": pb.ListCasesRequest(order=pb.ORDER_STEP, descending=True)}


async def _looked_up(
    operations: OperationsServiceAsyncStub, name: str, asked: pb.ListCasesRequest | pb.CountCasesRequest
) -> Figure:
    times = []
    for _ in range(LOOK_UPS):
        began = perf_counter()
        if isinstance(asked, pb.ListCasesRequest):
            await operations.ListCases(asked, timeout=60)
        else:
            await operations.CountCases(asked, timeout=60)
        times.append((perf_counter() - began) * 1000)
    return Figure(name, f"p95 {quantiles(times, n=20)[-1]:.1f} ms, median {median(times):.1f}", AIM)
