"""What runs for as long as a process does, and how it is stopped."""

import asyncio
from contextlib import suppress

import pytest

from sevensteps import background
from sevensteps.background import Background


async def test_a_task_that_has_lost_a_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that takes it for itself does not keep a process from ending."""
    monkeypatch.setattr(background, "CANCEL_SECONDS", 0.01)
    lost = 0

    async def lose_two() -> None:
        nonlocal lost
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
            lost += 1
        await asyncio.sleep(3600)

    tasks = Background()
    task = tasks.start("reading", lose_two())
    await asyncio.sleep(0)
    await tasks.stop(task)
    assert (lost, task.cancelled(), tasks.names()) == (2, True, {})
