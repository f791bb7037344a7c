"""The tasks of a process that nobody awaits. None of them may end unseen: then the process would only seem to work."""

import asyncio
import signal
from collections.abc import Coroutine, Mapping
from contextlib import suppress

from sevensteps import log
from sevensteps.errors import Fault, Kind

CANCEL_SECONDS = 5.0
"""After which a task that was cancelled, and has not ended, is cancelled again. It may have much to close before."""


class Background:
    """What runs for as long as a process does. A task that ends by itself, for whatever reason, ends the process."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._ended: list[str] = []
        self._one_ended = asyncio.Event()

    def start(self, name: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Begin something that is to run until `stop`. `name` says in the log what it is."""
        task = asyncio.create_task(work, name=name)
        self._tasks[task] = name
        task.add_done_callback(self._note_end)
        return task

    def names(self) -> Mapping[str, bool]:
        """What was started, by name, and whether it runs; what was stopped is not among it."""
        return dict.fromkeys(self._tasks.values(), True) | dict.fromkeys(self._ended, False)

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Cancel a task and wait for its end, which is no surprise. Nothing to do where it has ended by itself."""
        if self._tasks.pop(task, None) is None:
            return
        while not task.done():  # a task that reads a stream of gRPC's has lost a cancellation, and read on
            task.cancel()
            await asyncio.wait((task,), timeout=CANCEL_SECONDS)
        with suppress(asyncio.CancelledError):
            await task

    async def one_ended(self) -> Fault:
        """Wait until a task has ended by itself. Answers what to say of it."""
        await self._one_ended.wait()
        detail = f"What must run for as long as the process has ended: {self._ended[0]}. The log says why."
        return Fault(Kind.INTERNAL, "BACKGROUND_ENDED", detail)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        name = self._tasks.pop(task, "")
        if not name:
            return
        error = None if task.cancelled() else task.exception()
        log.get().error("a background task has ended", task=name, exc_info=error)
        self._ended.append(name)
        self._one_ended.set()


def on_signals() -> asyncio.Event:
    """Set by SIGTERM and Ctrl-C."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


async def until_stopped(background: Background, stopping: asyncio.Event) -> None:
    """Wait until the process is told to stop. Raises a Fault when a background task has ended by itself before."""
    told, ended = asyncio.create_task(stopping.wait()), asyncio.create_task(background.one_ended())
    await asyncio.wait((told, ended), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    ended.cancel()
    if ended.done() and not stopping.is_set():
        raise ended.result()


def end_if_cancelled() -> None:
    """End the task where it was cancelled: a call of gRPC's that is cut may end as if nobody answered."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
