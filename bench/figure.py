"""What a measurement says, and how calls are timed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: what it is, how much, and what it should be."""

    name: str
    value: str
    aim: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long calls took, in milliseconds, and how many a second there were."""

    p50: float
    p99: float
    rate: float


async def timed(call: Callable[[int], Awaitable[object]], *, count: int, in_flight: int) -> Timing:
    """Make so many calls, so many at a time. A call is given its number."""
    times: list[float] = []
    numbers = iter(range(count))

    async def caller() -> None:
        for number in numbers:
            began = perf_counter()
            await call(number)
            times.append((perf_counter() - began) * 1000)

    began = perf_counter()
    await asyncio.gather(*(caller() for _ in range(in_flight)))
    return Timing(median(times), quantiles(times, n=100)[98], count / (perf_counter() - began))
