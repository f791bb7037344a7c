"""The whole suite on one machine: Temporal, the six services and the worker, each a process of its own."""

import asyncio
import fcntl
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from time import monotonic

import grpc
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError

from sevensteps.addresses import next_address
from sevensteps.background import Background
from sevensteps.config import PREFIX, PRODUCTION, SERVICES, SEVERAL, Settings
from sevensteps.encryption.certificates import COMMAND_LINE, WORKER
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.errors import Fault
from sevensteps.identity.tokens import Keys
from sevensteps.journeys import connect
from sevensteps.local.devserver import DevServer, DevServerError
from sevensteps.local.ports import free_port
from sevensteps.local.processes import Process, Pulse
from sevensteps.rpc.client import channel_without_token
from sevensteps.rpc.serving import is_serving
from sevensteps.sign_of_life import LONGEST_SILENCE, silence

NAMESPACE = "default"
"""The one namespace of the development server."""
READY_SECONDS = 60.0
POLL_SECONDS = 0.05
WATCH_SECONDS = 0.5
LOOK_SECONDS = 5.0
"""Between looks for what hangs."""
TEMPORAL_FRONTEND = "temporal.api.workflowservice.v1.WorkflowService"
"""The name of which Temporal's health check is asked."""
LONGEST_PAUSE = 10.0

TEMPORAL_LIBRARY = "temporal's library"

Report = Callable[[str], None]


class SuiteError(Exception):
    """The suite did not start; the text says what to do."""


def on_free_ports(settings: Settings) -> Settings:
    """The settings with addresses of this machine that no other program gets until this process ends."""
    return replace(
        settings,
        **{name: _free_address() for name in SERVICES},  # type: ignore[arg-type]  # each is an address
        **{f"{name}_internal": _free_address() for name in SERVICES},  # type: ignore[arg-type]  # so is each of these
        console=_free_address(),
        temporal=_free_address(),
    )


def _free_address() -> str:
    return f"127.0.0.1:{free_port()}"


def _pages(settings: Settings) -> dict[str, str]:
    """SEVENSTEPS_METRICS names the page of the first process; those of the others follow it, port by port."""
    processes = (*SERVICES, WORKER)
    pages = {name: next_address(settings.metrics, by) for by, name in enumerate(processes) if settings.metrics}
    librarys = settings.temporal_metrics or (next_address(settings.metrics, len(processes)) if pages else "")
    return pages | ({TEMPORAL_LIBRARY: librarys} if librarys else {})


class Suite:
    """Everything that `sevensteps up` and `sevensteps demo` run. A process that dies or hangs is started again."""

    def __init__(self, settings: Settings, report: Report) -> None:
        """`report` is called with a sentence about what happens."""
        self.settings = settings
        self._report = report
        temporal_port = int(settings.temporal.rpartition(":")[2])
        logs = settings.data / "logs"
        self.temporal = DevServer(log=logs / "temporal.log", data=settings.data / "temporal.db", port=temporal_port)
        self.pages = _pages(settings)
        """Where the page of each process is, by name, where the settings want any; that of Temporal's library too."""
        self.services = [Process(name, f"services.{name}", self._own(name)) for name in SERVICES]
        self.worker = Process(WORKER, "workflows", self._own(WORKER))
        self.background = Background()
        """What keeps the processes running."""
        self._keeping: list[asyncio.Task[None]] = []
        self._lock: TextIOWrapper | None = None

    async def start(self) -> None:
        """Start everything and wait until it is ready. Raises SuiteError, with everything stopped again."""
        try:
            await self._start_everything()
        except (DevServerError, Fault, OSError) as error:
            await self.stop()
            raise SuiteError(getattr(error, "detail", str(error))) from error
        except BaseException:
            await self.stop()
            raise
        self._keeping = [
            self.background.start("starting again what has died", self._keep_running()),
            self.background.start("looking for what hangs", self._end_what_hangs()),
        ]

    async def _start_everything(self) -> None:
        self._refuse_other_namespace()
        self._refuse_several()
        self._refuse_encrypted_temporal()
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
        for task in self._keeping:
            await self.background.stop(task)
        await self.worker.stop()
        await asyncio.gather(*(service.stop() for service in self.services))
        await self.temporal.stop()
        if self._lock:
            self._lock.close()

    def parts(self) -> dict[str, Process | DevServer]:
        """All processes, by name."""
        services: dict[str, Process | DevServer] = {service.name: service for service in self.services}
        return services | {"worker": self.worker, "temporal": self.temporal}

    def _own(self, process: str) -> Settings:
        """The settings of one process, with the address of its own page."""
        pages = {"metrics": self.pages.get(process, ""), "temporal_metrics": self.pages.get(TEMPORAL_LIBRARY, "")}
        return replace(self.settings, **pages)  # type: ignore[arg-type]  # each is an address

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
            if self.settings.mode != PRODUCTION:
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

    def _refuse_several(self) -> None:
        """Everything here listens at its own address, once."""
        name = next((each for each in SEVERAL if "," in getattr(self.settings, each)), "")
        if name or self.settings.listen or self.settings.listen_internal:
            setting = f"{PREFIX}{(name or 'listen').upper()}"
            raise SuiteError(f"{setting}: expected {'one address' if name else 'nothing'}: `up` starts one of each.")

    def _refuse_encrypted_temporal(self) -> None:
        if self.settings.temporal_certificates:
            raise SuiteError(
                f"{PREFIX}TEMPORAL_CERTIFICATES: expected nothing: the Temporal server that is started here does not "
                "encrypt, and is for this machine alone."
            )

    def _refuse_taken_addresses(self) -> None:
        internal = {f"{name}_internal": self.settings.internal_address(name) for name in SERVICES}
        pages = [("metrics", address) for address in self.pages.values()]
        for name, address in [*(self.addresses() | internal).items(), *pages]:
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
        async with self._channel(service.name) as channel:
            while not await is_serving(channel):
                self._check_starting(service, deadline)
                await asyncio.sleep(POLL_SECONDS)

    async def _wait_until_worker_polls(self) -> None:
        """Wait until the worker asks Temporal for work."""
        deadline = monotonic() + READY_SECONDS
        client = await connect(self.settings)
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

    async def _end_what_hangs(self) -> None:
        """Kill every process that runs but has given no sign of life for a while. Then it is started again."""
        pulses = {name: Pulse() for name in self.parts()}
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            running = {name: part.pid for name, part in self.parts().items()}
            alive = dict(zip(running, await asyncio.gather(*map(self._is_alive, running)), strict=True))
            for name, pid in running.items():
                if pid and pulses[name].hangs(pid, is_alive=alive[name]):
                    self._report(f"{name} does not answer and is ended.")
                    self.parts()[name].kill()

    async def _is_alive(self, name: str) -> bool:
        if name == "worker":
            return silence(self.settings.sign_of_life) < LONGEST_SILENCE
        async with self._channel(name) as channel:
            return await is_serving(channel, TEMPORAL_FRONTEND if name == "temporal" else "")

    def _channel(self, name: str) -> grpc.aio.Channel:
        """To a service, or to the Temporal that is started here, which does not encrypt."""
        certificates = None if name == "temporal" else certificates_for_calls(self.settings, COMMAND_LINE)
        return channel_without_token(self.addresses()[name], certificates)

    async def _restart(self, name: str, part: Process | DevServer, pause: float) -> None:
        self._report(f"{name} has died and is started again.")
        await asyncio.sleep(pause)
        try:
            await part.start()
        except DevServerError as error:
            self._report(f"temporal did not start: {error}")
