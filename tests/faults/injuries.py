"""How each kind of fault is done to an installation, and how it is healed."""

import asyncio
import os
import resource
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from faults.installation import Installation
from faults.roles import POSTGRES
from faults.schedule import Fault, Kind
from sevensteps import clock

Healing = Callable[[], Awaitable[None]]
BLOCK = bytes(1024 * 1024)
BALLAST = "ballast"
NOTHING_WRITTEN = 1
"""A limit on the size of files: nothing can be added to any."""
DATABASE_PAUSE = 0.5
"""Seconds between looks whether PostgreSQL has to be started again."""


def in_words(fault: Fault) -> str:
    """What is done, for whoever follows."""
    lasting = f" for {fault.seconds:g} s" if fault.seconds else ""
    words = {
        Kind.KILL: f"{fault.target} is killed",
        Kind.FREEZE: f"{fault.target} is stopped in its tracks",
        Kind.RESTART_DATABASE: "PostgreSQL is restarted" + (", cutting everybody off" if fault.extent else ""),
        Kind.LINK_DOWN: f"{fault.target} is cut, and connections are refused",
        Kind.LINK_RESET: f"{fault.target} is reset",
        Kind.LINK_SLOW: f"{fault.target} is {fault.extent} ms slower",
        Kind.LINK_SILENT: f"{fault.target} brings nothing more, and says nothing of it",
        Kind.FULL_DISK: "the disk is full",
        Kind.CLOCK: f"the clock of {fault.target} is set by {fault.extent:+} s",
        Kind.CLOSE_LOG: f"nobody reads the log of {fault.target} any more",
    }
    return words[fault.kind] + lasting


def can_be_done(fault: Fault, installation: Installation) -> bool:
    """Whether this machine has what is needed; and not where a clock would tell another day, on which facts count."""
    if fault.kind is Kind.CLOCK:
        told = clock.now() + timedelta(seconds=fault.extent)
        return installation.clocks is not None and clock.uk_day(told) == clock.today()
    return not fault.kind.startswith("link") or installation.toxiproxy is not None


async def strike(fault: Fault, installation: Installation) -> Healing:
    """Do it; answers what heals it."""
    match fault.kind:
        case Kind.KILL:
            return _signalled(installation, fault.target, signal.SIGKILL)
        case Kind.FREEZE:
            return _signalled(installation, fault.target, signal.SIGSTOP)
        case Kind.RESTART_DATABASE:
            return await _database_restarted(installation, mode="immediate" if fault.extent else "fast")
        case Kind.FULL_DISK:
            return await _disk_filled(installation)
        case Kind.CLOCK:
            process = installation.suite.hurt_processes()[fault.target]
            process.set_clock(fault.extent)
            return _later(partial(process.set_clock, 0))
        case Kind.CLOSE_LOG:
            installation.suite.hurt_processes()[fault.target].close_log()
            return _nothing
        case _:
            return await _link_spoiled(fault, installation)


async def _nothing() -> None:
    """It heals by itself, or with the next start of the process."""


def _later(heal: Callable[[], None]) -> Healing:
    async def healing() -> None:
        heal()

    return healing


def _signalled(installation: Installation, name: str, number: signal.Signals) -> Healing:
    """Send a signal; one that was stopped goes on later, unless it was taken to hang and ended meanwhile."""
    pid = _pid(installation, name)
    if pid is None:  # it is just being started again
        return _nothing
    with suppress(ProcessLookupError):
        os.kill(pid, number)

    def go_on() -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    return _later(go_on)


def _pid(installation: Installation, name: str) -> int | None:
    if name == POSTGRES and installation.postgres:
        with suppress(OSError, ValueError, IndexError):
            return installation.postgres.pid
        return None
    return installation.suite.parts()[name].pid


async def _database_restarted(installation: Installation, *, mode: str) -> Healing:
    if installation.postgres:
        await asyncio.to_thread(installation.postgres.end, mode)  # `keep_database` starts it again
    return _nothing


async def keep_database(installation: Installation) -> None:
    """Start PostgreSQL again whenever it has ended, as whatever looks after it in production does."""
    while installation.postgres:
        await asyncio.to_thread(installation.postgres.begin_again)
        await asyncio.sleep(DATABASE_PAUSE)


async def _disk_filled(installation: Installation) -> Healing:
    """Leave no room on the disk; where it is the machine's own, let our processes add to no file instead."""
    if not installation.disk_is_small:
        return _limited(installation)
    ballast = installation.disk / BALLAST

    def fill() -> None:
        with suppress(OSError), ballast.open("ab", buffering=0) as file:
            while file.write(BLOCK):
                pass

    await asyncio.to_thread(fill)
    return _later(partial(ballast.unlink, missing_ok=True))


def _limited(installation: Installation) -> Healing:
    limited: list[int] = []
    for process in installation.suite.hurt_processes().values():
        with suppress(ProcessLookupError):
            if process.pid:
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (NOTHING_WRITTEN, resource.RLIM_INFINITY))
                limited.append(process.pid)

    def lift() -> None:
        for pid in limited:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    return _later(lift)


async def _link_spoiled(fault: Fault, installation: Installation) -> Healing:
    toxiproxy, link = installation.toxiproxy, fault.target
    assert toxiproxy
    match fault.kind:
        case Kind.LINK_DOWN:
            await toxiproxy.take_down(link)
            return partial(toxiproxy.bring_up, link)
        case Kind.LINK_SLOW:
            await toxiproxy.spoil(link, "latency", latency=fault.extent, jitter=fault.extent // 4)
            return partial(toxiproxy.mend, link, "latency")
        case Kind.LINK_RESET:
            await toxiproxy.spoil(link, "reset_peer", timeout=0)
            return partial(toxiproxy.mend, link, "reset_peer")
        case _:  # with no time after which it closes the connection, toxiproxy drops everything
            await toxiproxy.spoil(link, "timeout", timeout=0)
            return partial(toxiproxy.mend, link, "timeout")
