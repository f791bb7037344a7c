"""A process of the suite whose log goes down a pipe that can be closed, and whose clock can be set."""

import subprocess
from pathlib import Path
from typing import IO

from servers.programs import find_faketime
from sevensteps.config import Settings
from sevensteps.local.processes import Process

LOOKS_AT_CLOCK_SECONDS = 1
"""How often a process looks whether its clock was set."""


class HurtProcess(Process):
    """A process started as `sevensteps up` does, but for its log and its clock."""

    def __init__(self, name: str, module: str, settings: Settings, logs: Path) -> None:
        """See Process. Its log is in another folder than its records, which may have no room for it."""
        super().__init__(name, module, settings)
        self.log = logs / f"{name}.log"
        self._clock: Path | None = None
        self._readers: list[subprocess.Popen[bytes]] = []

    def tell_time_by(self, folder: Path | None) -> None:
        """From its next start on, its clock is ahead by what a file in the folder says; by nothing without one."""
        library = find_faketime()
        if folder is None or library is None:
            return
        self._clock = folder / self.name
        self.set_clock(0)
        self._environment |= {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_CACHE_DURATION": str(LOOKS_AT_CLOCK_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
            "NO_FAKE_STAT": "1",
        }

    def set_clock(self, ahead: int) -> None:
        """Set its clock so many seconds ahead of the machine's; less than none sets it back."""
        if self._clock:
            self._clock.write_text(f"{ahead:+}\n")

    def open_log(self) -> IO[bytes]:
        """See Process. What it writes is brought to its file by a program of its own."""
        self._readers = [reader for reader in self._readers if reader.poll() is None]
        with super().open_log() as file:
            reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file, start_new_session=True)
        self._readers.append(reader)
        assert reader.stdin
        return reader.stdin

    def close_log(self) -> None:
        """Nobody reads its log any more, until it is started again."""
        self._readers[-1].kill()

    def end_log(self) -> None:
        """Wait until everything is in the file."""
        for reader in self._readers:
            reader.wait()
