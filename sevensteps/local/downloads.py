"""Programs that are fetched once and kept: where they are kept, and how Temporal's SDK is made to fetch its own."""

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


class Started(Protocol):
    """What the SDK has downloaded and started."""

    async def shutdown(self) -> None:
        """Stop it."""


class Starter(Protocol):
    """A function of the SDK that downloads a program into a folder and starts it."""

    def __call__(self, *, download_dest_dir: str) -> Awaitable[Started]:
        """Download and start."""


def cache_folder() -> Path:
    """The folder in which fetched programs are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sevensteps"


def is_program(path: Path) -> bool:
    """Whether there is a file that can be run."""
    return path.is_file() and os.access(path, os.X_OK)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder to fetch into, on the cache's disk, gone afterwards. Two processes take turns."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache) as scratch:
            yield Path(scratch)


def download_by_sdk(start: Starter, scratch: Path, progress: Progress) -> Path | None:
    """Let the SDK download the program that `start` starts. Not for use inside an event loop.

    Returns:
        The program, or None where it cannot be reached.
    """

    async def start_once() -> None:
        async with asyncio.timeout(DOWNLOAD_LIMIT):
            started = await start(download_dest_dir=str(scratch))
        await started.shutdown()

    try:
        asyncio.run(start_once())
    except (RuntimeError, TimeoutError) as error:
        progress(f"  not to be had by download: {str(error) or 'no answer'}"[:160])
        return None
    return next(filter(is_program, scratch.rglob("*")), None)
