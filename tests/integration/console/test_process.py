"""The console as a process of its own, as `sevensteps up` runs it beside the suite."""

import os
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from servers.console import skip_without_files
from servers.waiting import until
from sevensteps.addresses import port_of
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.local import console
from sevensteps.local.console import LocalConsole
from sevensteps.local.ports import free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a console at a free address."""
    return Settings(data=tmp_path, console=f"127.0.0.1:{free_port()}")


@pytest.fixture
async def local(settings: Settings) -> AsyncIterator[LocalConsole]:
    """The console of these settings, which is stopped after the test."""
    skip_without_files()
    local = LocalConsole(settings, Background())
    yield local
    await local.stop()


async def test_it_serves_and_is_started_again_when_it_has_died(
    local: LocalConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People open it at the address that it tells, again a moment after it was killed, and not after it was stopped."""
    monkeypatch.setattr(console, "LOOK_SECONDS", 0.2)
    assert await local.start() == ""

    async def serves() -> bool:
        try:
            async with httpx.AsyncClient() as http:
                return (await http.get(local.address, follow_redirects=True)).status_code == 200
        except httpx.HTTPError:
            return False

    assert await serves()
    assert local.pid
    os.kill(local.pid, signal.SIGKILL)
    await until(serves, "the console to be started again")
    await local.stop()
    assert not await serves()


async def test_the_suite_runs_without_it_and_says_why(
    local: LocalConsole, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In production, without what pages look by, and where its address is taken."""
    in_production = LocalConsole(replace(settings, mode="production"), Background())
    assert (await in_production.start()).startswith("The console does not serve: console ended. SEVENSTEPS_MODE is")
    with socket.create_server(("127.0.0.1", port_of(settings.console))):
        said = await local.start()
    assert said.startswith("The console does not serve: console ended. The console cannot listen at 127.0.0.1:")
    monkeypatch.setattr(console, "FILES", tmp_path / "none")
    missing = await local.start()
    assert missing.startswith(
        "The console is not started: the files by which its pages look are not here. `make setup`"
    )
