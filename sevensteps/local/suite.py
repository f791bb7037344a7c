"""The whole suite on one machine: Temporal, the five services and the worker, each a process of its own."""

import asyncio
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from time import monotonic

import grpc
from grpc_health.v1 import health_pb2
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from sevensteps.config import PREFIX, SERVICES, Settings
from sevensteps.identity.tokens import Keys
from sevensteps.local.children import ending_with_parent
from sevensteps.local.devserver import DevServer, DevServerError
from sevensteps.local.ports import free_port

NAMESPACE = "default"
"""The one namespace of the development server."""
READY_SECONDS = 60.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
WATCH_SECONDS = 0.5
LONGEST_PAUSE = 10.0

Report = Callable[[str], None]


class SuiteError(Exception):
    """The suite did not start; the text says what to do."""


def on_free_ports(settings: Settings) -> Settings:
    """The settings with addresses of this machine that no other program gets until this process ends."""
    return replace(
        settings,
        **{name: _free_address() for name in SERVICES},  # type: ignore[arg-type]  # each is an address
        temporal=_free_address(),
    )


def _free_address() -> str:
    return f"127.0.0.1:{free_port()}"


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

    def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
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

    def last_log_line(self) -> str:
        """The last line of its log, in which a process that ends says why."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return lines[-1] if lines else ""


def _environment_without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


class Suite:
    """Everything that `make up` and `make demo` run. A process that dies is started again."""

    def __init__(self, settings: Settings, report: Report) -> None:
        """`report` is called with a sentence about what happens."""
        self.settings = settings
        self._report = report
        temporal_port = int(settings.temporal.rpartition(":")[2])
        logs = settings.data / "logs"
        self.temporal = DevServer(log=logs / "temporal.log", data=settings.data / "temporal.db", port=temporal_port)
        self.services = [Process(name, f"services.{name}", settings) for name in SERVICES]
        self.worker = Process("worker", "workflows", settings)
        self._watch: asyncio.Task[None] | None = None
        self._lock: TextIOWrapper | None = None

    async def start(self) -> None:
        """Start everything and wait until it is ready. Raises SuiteError, with everything stopped again."""
        try:
            await self._start_everything()
        except (DevServerError, OSError) as error:
            await self.stop()
            raise SuiteError(str(error)) from error
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._keep_running())

    async def _start_everything(self) -> None:
        self._refuse_other_namespace()
        self._take_data_folder()
        self._refuse_taken_addresses()
        self._report("Starting Temporal and the services ...")
        for service in self.services:
            await service.start()
        await self.temporal.start()
        await self.worker.start()
        await asyncio.gather(
            *(self.wait_until_serving(service) for service in self.services), self._wait_until_worker_polls()
        )

    async def stop(self) -> None:
        """Stop everything, the worker first and Temporal last."""
        if self._watch:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        await self.worker.stop()
        await asyncio.gather(*(service.stop() for service in self.services))
        await self.temporal.stop()
        if self._lock:
            self._lock.close()

    def parts(self) -> dict[str, Process | DevServer]:
        """All processes, by name."""
        services: dict[str, Process | DevServer] = {service.name: service for service in self.services}
        return services | {"worker": self.worker, "temporal": self.temporal}

    def addresses(self) -> dict[str, str]:
        """The address of everything that listens, by name."""
        return {name: self.settings.address(name) for name in SERVICES} | {"temporal": self.settings.temporal}

    def _take_data_folder(self) -> None:
        """Make the data folder with its key and logs, and lock it: two suites would write the same records."""
        data = self.settings.data
        try:
            self.settings.make_data_folder()
            (data / "logs").mkdir(exist_ok=True)
            self._lock = (data / "suite.lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Keys.open(data)
        except BlockingIOError as error:
            raise SuiteError(
                f"A suite already uses the data folder {data}. Stop it first, or set {PREFIX}DATA to another one."
            ) from error
        except OSError as error:
            raise SuiteError(
                f"The data folder {data} cannot be used ({error.strerror}). Set {PREFIX}DATA to a folder that can."
            ) from error

    def _refuse_other_namespace(self) -> None:
        if self.settings.temporal_namespace != NAMESPACE:
            raise SuiteError(
                f"{PREFIX}TEMPORAL_NAMESPACE: expected {NAMESPACE}, not {self.settings.temporal_namespace}: "
                "the Temporal server that is started here has no other namespace."
            )

    def _refuse_taken_addresses(self) -> None:
        for name, address in self.addresses().items():
            host, _, port = address.rpartition(":")
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((host, int(port))) == 0:
                    raise SuiteError(
                        f"{address}, the address of {name}, is already in use. Is the suite running in another "
                        f"terminal? Stop it first, or set {PREFIX}{name.upper()} to another address."
                    )

    async def wait_until_serving(self, service: Process) -> None:
        """Wait until the health check of a service says that it serves."""
        deadline = monotonic() + READY_SECONDS
        async with grpc.aio.insecure_channel(self.settings.address(service.name)) as channel:
            while not await is_serving(channel):
                self._check_starting(service, deadline)
                await asyncio.sleep(POLL_SECONDS)

    async def _wait_until_worker_polls(self) -> None:
        """Wait until the worker asks Temporal for work."""
        deadline = monotonic() + READY_SECONDS
        client = await Client.connect(self.settings.temporal)
        request = DescribeTaskQueueRequest(
            namespace=self.settings.temporal_namespace,
            task_queue=TaskQueue(name=self.settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        while True:
            with suppress(RPCError):
                if (await client.workflow_service.describe_task_queue(request)).pollers:
                    return
            self._check_starting(self.worker, deadline)
            await asyncio.sleep(POLL_SECONDS)

    def _check_starting(self, process: Process, deadline: float) -> None:
        """Raise SuiteError where a process has ended, or takes too long."""
        if process.pid is None:
            why = process.last_log_line() or f"{process.name} ended as soon as it was started."
            raise SuiteError(f"{why} The log is {process.log}.")
        if monotonic() > deadline:
            raise SuiteError(f"{process.name} was not ready in {READY_SECONDS:.0f} seconds. See {process.log}.")

    async def _keep_running(self) -> None:
        """Start every process again that has died; one that dies repeatedly, after longer and longer pauses."""
        pauses: dict[str, float] = {}
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for name, part in self.parts().items():
                if part.pid is None:
                    await self._restart(name, part, pauses.get(name, 0.0))
                    pauses[name] = min(pauses.get(name, 0.0) * 2 + WATCH_SECONDS, LONGEST_PAUSE)

    async def _restart(self, name: str, part: Process | DevServer, pause: float) -> None:
        self._report(f"{name} has died and is started again.")
        await asyncio.sleep(pause)
        try:
            await part.start()
        except DevServerError as error:
            self._report(f"temporal did not start: {error}")


async def is_serving(channel: grpc.aio.Channel) -> bool:
    """Whether the service at the other end says that it serves."""
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    try:
        answer = await check(health_pb2.HealthCheckRequest(), timeout=1)
    except grpc.aio.AioRpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
