"""Programs that are fetched once and cached, some of them by Temporal's SDK."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

Progress = Callable[[str], None]

DOWNLOAD_LIMIT = 180.0  # seconds; a closed network may not answer at all


class StartedServer(Protocol):
    """A server that the SDK has downloaded and started."""

    async def shutdown(self) -> None:
        """Stop it."""


class ServerStarter(Protocol):
    """A function of the SDK that downloads a server into a folder and starts it."""

    def __call__(self, *, download_dest_dir: str) -> Awaitable[StartedServer]:
        """Download and start."""


def cache_folder() -> Path:
    """The folder in which fetched programs are cached."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sevensteps"


def is_program(path: Path) -> bool:
    """Whether there is an executable file."""
    return path.is_file() and os.access(path, os.X_OK)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder beside the cache, to fetch into. Only one process has one at a time; others wait."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache) as scratch:
            yield Path(scratch)


def download_by_sdk(start: ServerStarter, scratch: Path, progress: Progress) -> Path | None:
    """Let the SDK download the program that `start` starts; None where it cannot be had. Runs its own event loop."""
    try:
        asyncio.run(_start_once(start, scratch))
    except (RuntimeError, TimeoutError) as error:
        progress(f"  the download failed: {str(error) or 'no answer'}"[:160])
        return None
    return next(filter(is_program, scratch.rglob("*")), None)


async def _start_once(start: ServerStarter, scratch: Path) -> None:
    async with asyncio.timeout(DOWNLOAD_LIMIT):
        server = await start(download_dest_dir=str(scratch))
    await server.shutdown()
