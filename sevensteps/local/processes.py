"""One process of the suite on this machine, and whether it hangs."""

import asyncio
import os
import signal
import subprocess
import sys
from time import monotonic
from typing import IO

from sevensteps.config import PREFIX, Settings
from sevensteps.local.children import ending_with_parent

STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
MOST_SILENT = 6
"""How often in a row a process that has answered may fail to, before it is taken to hang."""
MOST_SILENT_AT_START = 120
"""How often one may that has just been started: it may be reading through large records."""


class Process:
    """A process of the suite, with a log file. It ends when the process that started it ends, however that ends."""

    def __init__(self, name: str, module: str, settings: Settings) -> None:
        """`module` is what `python -m` runs, with the settings as its environment."""
        self.name = name
        self.log = settings.data / "logs" / f"{name}.log"
        self._module = module
        self._environment = settings.as_environment()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Start it, without waiting for it to be ready."""
        self._spawn()

    def open_log(self) -> IO[bytes]:
        """What it writes its log to."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return open(self.log, "ab", opener=_for_owner_only)

    def _spawn(self) -> None:
        with self.open_log() as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                ending_with_parent(sys.executable, "-m", self._module),
                env=_environment_without_settings() | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def stop(self) -> None:
        """Stop it: with SIGTERM, and if that takes too long with SIGKILL."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        deadline = monotonic() + STOP_SECONDS
        while self._process.poll() is None:
            if monotonic() > deadline:
                self._process.kill()
            await asyncio.sleep(POLL_SECONDS)

    def kill(self) -> None:
        """End it at once, though it may hang."""
        if self._process:
            self._process.kill()

    def last_log_line(self) -> str:
        """The last line of its log, in which a process that ends says why."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return lines[-1] if lines else ""


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _environment_without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


class Pulse:
    """The signs of life of one process, one after another."""

    def __init__(self) -> None:
        """Nothing has been looked at."""
        self._pid: int | None = None
        self._has_lived = False
        self._silent = 0

    def hangs(self, pid: int, *, is_alive: bool) -> bool:
        """Note whether the process with this id gave a sign of life. Answers whether it is taken to hang."""
        if pid != self._pid:
            self._pid, self._has_lived, self._silent = pid, False, 0
        if is_alive:
            self._has_lived, self._silent = True, 0
            return False
        self._silent += 1
        return self._silent >= (MOST_SILENT if self._has_lived else MOST_SILENT_AT_START)
