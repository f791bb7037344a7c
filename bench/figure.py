"""The result of a measurement, and timing calls."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """One result: what was measured, the value, and what it should be."""

    name: str
    value: str
    aim: str = ""


async def timed(call: Callable[[int], Awaitable[object]], *, count: int, in_flight: int) -> float:
    """Make so many calls, so many at a time; returns the median of their times in milliseconds.

    Each call gets its number.
    """
    times: list[float] = []
    numbers = iter(range(count))

    async def caller() -> None:
        for number in numbers:
            began = perf_counter()
            await call(number)
            times.append((perf_counter() - began) * 1000)

    await asyncio.gather(*(caller() for _ in range(in_flight)))
    return median(times)
