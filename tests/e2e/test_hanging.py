"""A process that hangs is as bad as one that has died: it is started again."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from servers.processes import is_serving
from servers.waiting import until
from sevensteps.config import Settings
from sevensteps.local import processes, suite
from sevensteps.local.suite import Suite, on_free_ports

HANGING = ("planning", "worker", "temporal")


async def test_what_hangs_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service, the worker and Temporal are stopped in their tracks: each is ended, said so, and started again."""
    monkeypatch.setattr(suite, "LOOK_SECONDS", 1.0)
    monkeypatch.setattr(processes, "MOST_SILENT", 3)
    said: list[str] = []
    running = Suite(on_free_ports(replace(Settings(), data=tmp_path / "data")), said.append)
    await running.start()
    try:
        await asyncio.sleep(4)  # each has given a sign of life
        before = {name: part.pid for name, part in running.parts().items()}
        for name in HANGING:
            pid = before[name]
            assert pid
            os.kill(pid, signal.SIGSTOP)

        async def started_again() -> bool:
            now = {name: part.pid for name, part in running.parts().items()}
            return all(now[name] not in {None, before[name]} for name in HANGING)

        for _ in range(4):  # four times as long as for other things: it takes a while to be sure
            if await started_again():
                break
            await asyncio.sleep(10)
        await until(started_again, "what hangs to be started again")

        async def serves() -> bool:
            return await is_serving(running.settings.planning)

        await until(serves, "planning to serve again")
        after = {name: part.pid for name, part in running.parts().items()}
        assert {name for name in after if after[name] != before[name]} == set(HANGING)
        assert {f"{name} does not answer and is ended." for name in HANGING} <= set(said)
    finally:
        await running.stop()
