"""The console beside a suite on this machine: one more process, without which the suite works as well."""

import asyncio
from dataclasses import replace
from time import monotonic

from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.console_address import origin_of, serves
from sevensteps.encryption.certificates import CONSOLE as NAME
from sevensteps.installation import CHECKOUT, command, is_checkout
from sevensteps.local.processes import Process, Pulse

FILES = CHECKOUT / "console" / "static" / "govuk" / "fetched.txt"
"""Is there where the files are by which pages look: fetched at set-up, or taken along in the wheel."""
READY_SECONDS = 30.0
POLL_SECONDS = 0.1
LOOK_SECONDS = 5.0


class LocalConsole:
    """The process that serves the console. It is started again when it has died, and ended when it hangs."""

    def __init__(self, settings: Settings, background: Background, page: str = "") -> None:
        """Nothing is started yet. `background` is what keeps the suite running; `page` is where it tells of itself."""
        self._settings = replace(settings, metrics=page)
        self._background = background
        self._keeping: asyncio.Task[None] | None = None
        self._process = Process(NAME, NAME, self._settings)

    @property
    def address(self) -> str:
        """Where people open it."""
        return f"{origin_of(self._settings)}/"

    @property
    def pid(self) -> int | None:
        """The id of its process while it runs."""
        return self._process.pid

    async def start(self) -> str:
        """Start it and wait until it serves. Answers why the suite runs without it; nothing where it serves."""
        if why_not := self._why_not():
            return f"The console is not started: {why_not}"
        await self._process.start()
        deadline = monotonic() + READY_SECONDS
        while not await serves(self._settings):
            if self.pid is None or monotonic() > deadline:
                await self.stop()
                return f"The console does not serve: {self._process.last_log_line()} The log is {self._process.log}."
            await asyncio.sleep(POLL_SECONDS)
        self._keeping = self._background.start("keeping the console running", self._keep_running())
        return ""

    def _why_not(self) -> str:
        if not FILES.is_file():
            remedy = f" `{command('fetch')}` fetches them." if is_checkout() else ""
            return f"the files by which its pages look are not here.{remedy}"
        return ""

    async def _keep_running(self) -> None:
        pulse = Pulse()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            pid = self.pid
            if pid is None:
                await self._process.start()
            elif pulse.hangs(pid, is_alive=await serves(self._settings)):
                self._process.kill()

    async def stop(self) -> None:
        """Stop it, if it runs."""
        if self._keeping:
            await self._background.stop(self._keeping)
        await self._process.stop()
