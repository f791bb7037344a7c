"""The Temporal development server: finding it, fetching it once, starting and stopping it."""

import asyncio
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Self

from sevensteps.installation import command
from sevensteps.local.children import ending_with_parent
from sevensteps.local.downloads import Progress, cache_folder, download_by_sdk, is_program, scratch_folder
from sevensteps.local.ports import free_port

GO_MODULE = "github.com/temporalio/cli/cmd/temporal@v1.5.1"  # later ones carry a `replace`, which go install refuses
BUILD_SPACE = 6 * 10**9  # bytes: modules, build cache, linker
START_LIMIT = 60.0  # seconds
STOP_LIMIT = 10.0  # seconds

# By default the queues are read 20 times a second, so that every step of a workflow waits for a tenth of a second.
DYNAMIC_CONFIG = {
    "history.transferProcessorMaxPollRPS": 1000,
    "history.timerProcessorMaxPollRPS": 1000,
    "history.visibilityProcessorMaxPollRPS": 1000,
}

HOW_TO_GET_ONE = f"""\
No Temporal development server was found, and none could be fetched. Any one of these helps:
  - install the Temporal CLI, so that `temporal` is on PATH
  - set TEMPORAL_CLI to the path of the `temporal` program
  - install Go and make sure that its modules can be reached, then run `{command("fetch")}` again"""


class DevServerError(Exception):
    """There is no development server, or it did not start. The message says what to do."""


def find_server() -> Path | None:
    """Find the `temporal` program: `$TEMPORAL_CLI`, then PATH, then the copy fetched before.

    Raises:
        DevServerError: `$TEMPORAL_CLI` is not a program.
    """
    if setting := os.environ.get("TEMPORAL_CLI"):
        if not is_program(Path(setting)):
            raise DevServerError(f"TEMPORAL_CLI is set to {setting}, which is not a program. Correct it or unset it.")
        return Path(setting)
    if on_path := shutil.which("temporal"):
        return Path(on_path)
    cached = cache_folder() / "temporal"
    return cached if is_program(cached) else None


def fetch_server(progress: Progress) -> Path:
    """Find the `temporal` program, or download or build it into the cache. Runs its own event loop.

    Raises:
        DevServerError: it could not be found, downloaded or built.
    """
    with scratch_folder() as scratch:
        if program := find_server():  # another process fetched it while this one waited
            return program
        fetched = _download(scratch, progress) or _build(scratch, progress)
        if fetched is None:
            raise DevServerError(HOW_TO_GET_ONE)
        return fetched.replace(cache_folder() / "temporal")


def _download(scratch: Path, progress: Progress) -> Path | None:
    from temporalio.testing import WorkflowEnvironment  # noqa: PLC0415  slow to import, and rarely needed

    progress("Downloading the Temporal development server ...")
    return download_by_sdk(WorkflowEnvironment.start_local, scratch, progress)


def _build(scratch: Path, progress: Progress) -> Path | None:
    """Build the server from its Go modules; None where there is no Go. What the build downloads is in `scratch`."""
    go = shutil.which("go")
    if go is None:
        return None
    if shutil.disk_usage(scratch).free < BUILD_SPACE:
        raise DevServerError(
            f"Building the Temporal development server needs {BUILD_SPACE // 10**9} GB free beside {scratch}."
        )
    progress("Building the Temporal development server with Go; about five minutes, only this once ...")
    log = scratch / "build.log"
    if _run_build(go, scratch, log, progress) != 0:
        last_lines = "\n  ".join(log.read_text().splitlines()[-5:])
        progress(f"  the build failed:\n  {last_lines}")
        return None
    return scratch / "bin" / "temporal"


def _run_build(go: str, scratch: Path, log: Path, progress: Progress) -> int:
    """Run the build and report its progress; returns its exit code."""
    folders = {"GOBIN": scratch / "bin", "GOMODCACHE": scratch / "modules", "GOCACHE": scratch / "cache"}
    environment = os.environ | {name: str(folder) for name, folder in folders.items()} | {"GOFLAGS": "-modcacherw"}
    with log.open("w") as output:
        build = subprocess.Popen(  # noqa: S603  a fixed command
            [go, "install", "-v", "-ldflags=-s -w", GO_MODULE], env=environment, stdout=output, stderr=output
        )
    try:
        return _wait_for_build(build, log, progress)
    except KeyboardInterrupt:
        build.wait()  # Ctrl-C reached it too; it must have ended before `scratch` is removed
        raise


def _wait_for_build(build: subprocess.Popen[bytes], log: Path, progress: Progress) -> int:
    started = time.monotonic()
    while True:
        try:
            return build.wait(timeout=10)
        except subprocess.TimeoutExpired:
            lines = log.read_text().splitlines()
            fetched = sum(line.startswith("go: downloading") for line in lines)
            minutes, seconds = divmod(int(time.monotonic() - started), 60)
            progress(f"  {minutes}:{seconds:02} {fetched} modules fetched, {len(lines) - fetched} packages built")


class DevServer:
    """A Temporal development server in a process group of its own, with one namespace, `default`.

    Used as an async context manager, or with `start` and `stop`. A stopped server can be started again, on the same
    port and with the same data if it has a file for them.
    """

    def __init__(self, *, log: Path, data: Path | None = None, port: int | None = None) -> None:
        """A server that has not been started.

        Args:
            log: file for its output.
            data: SQLite file for its data; without one they are in memory.
            port: port of the loopback address; a free one if not given.
        """
        self._log = log
        self._data = data
        self._port = port or free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """Its address: host:port."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it and wait until it can take workflows.

        Raises:
            DevServerError: this machine has none, or it ended or did not answer within a minute.
        """
        program = find_server()
        if program is None:
            raise DevServerError(f"There is no Temporal development server on this machine. Run `{command('fetch')}`.")
        self._process = await self._spawn(program)
        try:
            async with asyncio.timeout(START_LIMIT):
                await self._wait_until_ready()
        except TimeoutError:
            await self.stop()
            raise DevServerError(f"Temporal did not answer on {self.address} in a minute. See {self._log}.") from None
        except BaseException:
            await self.stop()
            raise

    async def _spawn(self, program: Path) -> asyncio.subprocess.Process:
        with self._log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *ending_with_parent(str(program), *self._arguments()),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def stop(self) -> None:
        """Stop it: with SIGTERM, and if that takes too long with SIGKILL. Does nothing where it is not running."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_LIMIT):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End it at once, though it may hang."""
        if self._process and self._process.returncode is None:
            self._process.kill()

    def _arguments(self) -> list[str]:
        from sevensteps.temporal import SEARCH_ATTRIBUTES  # noqa: PLC0415  slow to import, and not needed to fetch

        arguments = ["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(self._port)]
        if self._data:
            arguments += ["--db-filename", str(self._data)]
        for key in SEARCH_ATTRIBUTES:
            arguments += ["--search-attribute", f"{key.name}={key.indexed_value_type.name.title()}"]
        for name, value in DYNAMIC_CONFIG.items():
            arguments += ["--dynamic-config-value", f"{name}={value}"]
        return arguments

    async def _wait_until_ready(self) -> None:
        """Wait until it has the search attributes, which it gets some time after it begins to take calls."""
        while True:
            if self.pid is None:
                raise DevServerError(f"Temporal ended as soon as it was started. See {self._log}.")
            if await self._is_ready():
                return
            await asyncio.sleep(0.1)

    async def _is_ready(self) -> bool:
        from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest  # noqa: PLC0415  slow to import
        from temporalio.client import Client  # noqa: PLC0415
        from temporalio.service import RPCError  # noqa: PLC0415

        from sevensteps.errors import Fault  # noqa: PLC0415
        from sevensteps.journeys import missing_search_attributes  # noqa: PLC0415

        try:
            client = await Client.connect(self.address)
            missing = await missing_search_attributes(client)
            if missing:  # in a file of an earlier version, the arguments do not make those that are new
                request = AddSearchAttributesRequest(namespace="default", search_attributes=missing)
                await client.operator_service.add_search_attributes(request)
        except (RuntimeError, RPCError, Fault):
            return False
        return not missing
