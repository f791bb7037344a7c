"""The council's own command, which brings alerts to people: by mail, into a chat, or wherever they look."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

LONGEST_RUN = 60.0
"""Seconds after which it is ended, with all that it has started."""
OURS = ("SEVENSTEPS_", "OTEL_")
"""How the names of the suite's own settings begin, which are nothing to the command: passwords may be among them."""


class Outcome(StrEnum):
    """How a run went."""

    SENT = "sent"
    FAILED = "failed"
    HUNG = "hung"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class Run:
    """How a run went, and the exit code where there is one."""

    outcome: Outcome
    exit_code: int | None = None


class AlertCommand:
    """A program and its arguments. No shell stands between."""

    def __init__(self, words: Sequence[str]) -> None:
        """The program is looked for on PATH unless it has a slash."""
        self._words = words

    async def run(self, document: str) -> Run:
        """Run it with a document on its standard input, and wait for its end. What it prints goes nowhere."""
        try:
            process = await self._begin()
        except OSError:
            return Run(Outcome.NOT_STARTED)
        try:
            async with asyncio.timeout(LONGEST_RUN):
                await process.communicate(document.encode())
        except TimeoutError:
            return Run(Outcome.HUNG)
        finally:
            await _end(process)
        return Run(Outcome.FAILED if process.returncode else Outcome.SENT, process.returncode)

    async def _begin(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=_surroundings(), start_new_session=True
        )


def _surroundings() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


async def _end(process: Process) -> None:
    """End it where it still runs, and what it has started with it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
