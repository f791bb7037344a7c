"""Waiting for what comes by itself."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

PATIENCE = 15.0  # seconds
PAUSE = 0.02


async def until(true: Callable[[], Awaitable[bool]], what: str, patience: float = PATIENCE) -> None:
    """Ask again and again until it is true. After `patience` seconds it fails and says what did not come."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while not await true():
        if loop.time() > deadline:
            pytest.fail(f"waited {patience:.0f} seconds in vain for {what}")
        await asyncio.sleep(PAUSE)
