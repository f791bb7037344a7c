"""How much a server takes at once: calls under way in the process, and calls and streams of one caller."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Self, TypeAlias

from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind

Caller: TypeAlias = tuple[str, str]
"""A caller's council and subject. A stranger, where one may call, has neither."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of everything that a server takes at once. Each is a setting, and is told to whom it stops."""

    calls: int
    """Under way in the process, streams too."""
    calls_each: int
    """Under way of one subject."""
    streams_each: int
    """Under way of one subject, such as those that watch the feed."""
    streams_per_connection: int
    """Calls of either kind over one connection. HTTP/2 tells clients, and gRPC's wait until there is room."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of the settings."""
        return cls(
            settings.most_calls,
            settings.most_calls_each,
            settings.most_streams_each,
            settings.most_streams_per_connection,
        )


class Room:
    """The calls under way. Whoever comes when there is no room is refused: UNAVAILABLE, to be sent again later."""

    def __init__(self, limits: Limits) -> None:
        """Nothing is under way."""
        self._limits = limits
        self._under_way: dict[asyncio.Task[object], tuple[Caller, bool]] = {}
        self._of: Counter[tuple[Caller, bool]] = Counter()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self.is_closed = False
        """True when the server stops: it takes no call any more."""

    def enter(self, caller: Caller, *, stream: bool) -> None:
        """Count the call that the current task answers, until that task ends. Raises a Fault where there is no room."""
        if self.is_closed:
            raise stopping()
        self._check(caller, stream=stream)
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A call is answered in a task.")
        self._under_way[task] = (caller, stream)
        self._of[caller, stream] += 1
        self._nobody.clear()
        task.add_done_callback(self._leave)

    async def close(self, seconds: float) -> None:
        """Take no more calls, and wait for those under way; what is not done in so many seconds is cut."""
        self.is_closed = True
        try:
            async with asyncio.timeout(seconds):
                await self._nobody.wait()
        except TimeoutError:
            for task in self._under_way:
                task.cancel()  # the interceptor tells the caller

    def _check(self, caller: Caller, *, stream: bool) -> None:
        limits = self._limits
        if len(self._under_way) >= limits.calls:
            raise _no_room("BUSY", f"There are {limits.calls} calls under way here, the most at once", "MOST_CALLS")
        most = limits.streams_each if stream else limits.calls_each
        if self._of[caller, stream] < most:
            return
        if stream:
            raise _no_room(
                "TOO_MANY_STREAMS", f"You have {most} streams open, the most of one subject", "MOST_STREAMS_EACH"
            )
        raise _no_room("TOO_MANY_CALLS", f"You have {most} calls under way, the most of one subject", "MOST_CALLS_EACH")

    def _leave(self, task: asyncio.Task[object]) -> None:
        who = self._under_way.pop(task)
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]
        if not self._under_way:
            self._nobody.set()


def stopping() -> Fault:
    """For a call that a server does not take, or does not finish, because it stops."""
    return Fault(
        Kind.UNAVAILABLE,
        "STOPPING",
        "This service is stopping. Send the same request again, with the same request id, a little later.",
    )


def _no_room(reason: str, what: str, setting: str) -> Fault:
    detail = f"{what} (SEVENSTEPS_{setting}). Send the same request again, with the same request id, a little later."
    return Fault(Kind.UNAVAILABLE, reason, detail)
