"""`sevensteps health`: what containers are asked, of a running feed and of the worker's sign of life."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import time

import pytest

from servers.authority import Authority
from servers.command_line import run_command
from servers.feed import run_feed
from servers.services import PACK
from sevensteps.config import Settings
from sevensteps.local.suite import on_free_ports
from sevensteps.sign_of_life import LONGEST_SILENCE


async def _health(settings: Settings, process: str) -> tuple[int, str]:
    """Its exit code, and what it says."""
    ended = await asyncio.to_thread(run_command, settings.as_environment(), "health", process)
    return ended.returncode, ended.stdout + ended.stderr


@asynccontextmanager
async def _feed(data: Path, certificates: Path | None) -> AsyncIterator[Settings]:
    settings = on_free_ports(
        replace(Settings(), data=data, pack=PACK, certificates=str(certificates) if certificates else "")
    )
    async with run_feed(settings, settings.feed):
        yield settings


@pytest.mark.parametrize("is_encrypted", [False, True])
async def test_a_service_says_that_it_serves(tmp_path: Path, *, is_encrypted: bool) -> None:
    """Encrypted or not, to a caller without a certificate; and a service that is not there does not."""
    folder = Authority().write(tmp_path / "c", "feed") if is_encrypted else None
    async with _feed(tmp_path / "data", folder) as settings:
        assert await _health(settings, "feed") == (0, "feed serves.\n")
        gone = f"planning does not answer at {settings.planning}. `sevensteps status` says more.\n"
        assert await _health(settings, "planning") == (1, gone)


async def test_a_service_of_another_authority_is_not_believed(tmp_path: Path) -> None:
    """What answers at the address may be anything."""
    folder = Authority().write(tmp_path / "c", "feed")
    other = Authority().write(tmp_path / "other", "feed")
    async with _feed(tmp_path / "data", folder) as settings:
        code, says = await _health(replace(settings, certificates=str(other)), "feed")
        assert (code, says.startswith("feed does not answer at")) == (1, True)
        code, says = await _health(replace(settings, certificates=str(tmp_path / "none")), "feed")
        assert (code, "authority.pem cannot be read (FileNotFoundError)" in says) == (1, True)


async def test_the_worker_works_while_it_gives_signs_of_life(tmp_path: Path) -> None:
    """One that hangs gives none."""
    settings = replace(Settings(), data=tmp_path)
    code, says = await _health(settings, "worker")
    assert (code, says) == (1, f"worker has given no sign of life: there is no {tmp_path / 'worker.alive'}.\n")
    settings.sign_of_life.touch()
    assert await _health(settings, "worker") == (0, "worker works.\n")
    earlier = time() - LONGEST_SILENCE - 1
    os.utime(settings.sign_of_life, (earlier, earlier))
    code, says = await _health(settings, "worker")
    assert (code, says.startswith("worker gave its last sign of life")) == (1, True)


async def test_there_is_no_other_process(tmp_path: Path) -> None:
    """A typing mistake in a container's settings shows."""
    code, says = await _health(replace(Settings(), data=tmp_path), "feeed")
    assert (code, "not feeed" in says) == (2, True)
