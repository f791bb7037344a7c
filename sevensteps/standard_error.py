"""What libraries print to standard error by themselves, gRPC's core above all, as lines of the log.

Their texts are left out, as those of other libraries are: where in their code it was, says what it was.
"""

import faulthandler
import os
import re
import sys
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Final

from sevensteps import log, program

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

ABSEIL = re.compile(rb"([IWEF])[0-9]{4,8} [0-9:.]+ +[0-9]+ ([\w./-]+:[0-9]+)\] ")
"""How a line of gRPC's begins: how serious it is, when, which thread, and where in its code."""
AT_ONCE: Final = 65_536
LONGEST: Final = 10_000
AGAIN_SECONDS: Final = 60.0
"""After so long the same is told again: a caller who fails to encrypt may do so all day."""
MOST_SOURCES: Final = 1_000
CLOSE_SECONDS: Final = 1.0


def take() -> None:
    """Read what is printed to standard error from now on, until the program ends.

    Whoever prints never waits: what nobody can read at once is lost. Log lines, and what Python says of a crash, go
    where standard error went before.
    """
    for_crashes = log.STANDARD_ERROR
    with suppress(OSError):  # closed from the start: nobody wants to read it
        for_crashes = os.dup(log.STANDARD_ERROR)
        log.write_to(for_crashes)
        sys.stderr = os.fdopen(for_crashes, "w", buffering=1, errors="backslashreplace", closefd=False)
        faulthandler.enable(sys.stderr)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        os.dup2(writer, log.STANDARD_ERROR)
        os.close(writer)
        reading = threading.Thread(target=_read, args=(reader,), name="reading standard error", daemon=True)
        reading.start()
        program.at_the_end.callback(_give_back, for_crashes, reading)
    threading.excepthook = _tell_thread
    sys.unraisablehook = _tell_unraisable


def _give_back(before: int, reading: threading.Thread) -> None:
    os.dup2(before, log.STANDARD_ERROR)
    reading.join(CLOSE_SECONDS)


def _read(reader: int) -> None:
    lines = Printed()
    rest = b""
    while part := os.read(reader, AT_ONCE):
        *whole, rest = (rest + part).split(b"\n")
        rest = rest[:LONGEST]
        for line in whole:
            lines.tell(line)
    lines.tell(rest)


class Printed:
    """The lines that were printed. Those of one place in the code are told once, and later how many there were."""

    def __init__(self) -> None:
        """There was none."""
        self._told: dict[str, float] = {}
        self._since: dict[str, int] = {}

    def tell(self, line: bytes) -> None:
        """Log a line, unless one from the same place was told just now."""
        if not line.strip():
            return
        match = ABSEIL.match(line)
        source = match[2].decode() if match else "unknown"
        count = self._since.get(source, 0) + 1
        now = monotonic()
        if now - self._told.get(source, -AGAIN_SECONDS) < AGAIN_SECONDS:
            self._since[source] = count
            return
        if len(self._told) >= MOST_SOURCES:
            self._told.clear()
            self._since.clear()
        self._told[source], self._since[source] = now, 0
        say = log.get().info if match and match[1] == b"I" else log.get().warning
        say("a library has printed something", source=source, lines=count)


def _tell_thread(args: threading.ExceptHookArgs) -> None:
    log.get().error("a thread has ended", task=args.thread.name if args.thread else "", exc_info=args.exc_value)


def _tell_unraisable(args: "UnraisableHookArgs") -> None:
    log.get().error("an error came where nobody could handle it", exc_info=args.exc_value)
