"""A whole suite that can be hurt: links between its processes, instances behind balancers, a small disk of its own."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from faults.processes import HurtProcess
from faults.roles import CALLED, POSTGRES, numbered
from servers.balancer import Balancer
from servers.postgres import PostgresServer
from servers.programs import find_faketime, find_postgres, find_toxiproxy
from servers.toxiproxy import Toxiproxy
from sevensteps.config import SERVICES, Settings
from sevensteps.local.devserver import DevServer
from sevensteps.local.ports import free_port
from sevensteps.local.processes import Process
from sevensteps.local.suite import Report, Suite, on_free_ports
from sevensteps.sign_of_life import LONGEST_SILENCE, silence

DISK_MEGABYTES = 768
MORE_SECONDS_TO_START = 240.0


@dataclass(frozen=True, slots=True)
class Links:
    """The way from each role to whom it calls: toxiproxy's name of it, and the address to call."""

    addresses: Mapping[str, str]

    def settings_of(self, role: str, settings: Settings) -> Settings:
        """The settings of a role, which calls all others by its own links."""
        ways = {to: self.addresses.get(name_of_link(role, to)) for to in CALLED[role]}
        found = replace(settings, **{to: address for to, address in ways.items() if address})  # type: ignore[arg-type]
        database = self.addresses.get(name_of_link(role, POSTGRES))
        if not database:
            return found
        before, _, name = settings.database.rpartition("/")
        return replace(found, database=f"{before.rpartition('@')[0]}@{database}/{name}")


def name_of_link(role: str, to: str) -> str:
    """What the way from a role to another is called."""
    return f"{role}-to-{to}"


class HurtSuite(Suite):
    """A suite with links and with several instances of some roles. What dies or hangs is started again, as ever."""

    def __init__(
        self, settings: Settings, links: Links, instances: Mapping[str, Sequence[str]], logs: Path, report: Report
    ) -> None:
        """`instances` has the addresses of each role's; nobody calls the worker's."""
        super().__init__(settings, report)
        self._listening: dict[str, str] = {}
        self._life: dict[str, Path] = {"worker": settings.sign_of_life}
        self.services: list[Process] = []
        for role in SERVICES:
            for number, address in enumerate(instances[role], 1):
                name = numbered(role, number)
                own = replace(links.settings_of(role, settings), **{role: address})  # type: ignore[arg-type]
                self._listening[name] = address
                self.services.append(HurtProcess(name, f"services.{role}", own, logs))
        workers = [links.settings_of("worker", settings)]
        for number in range(2, len(instances["worker"]) + 1):  # each has a folder of its own, for its sign of life
            workers.append(replace(workers[0], data=settings.data / numbered("worker", number)))
            self._life[numbered("worker", number)] = workers[-1].sign_of_life
        self.worker, *self.more_workers = (
            HurtProcess(numbered("worker", number), "workflows", own, logs) for number, own in enumerate(workers, 1)
        )

    def addresses(self) -> dict[str, str]:
        """See Suite: those of each instance."""
        return {**self._listening, "temporal": self.settings.temporal}

    def parts(self) -> dict[str, Process | DevServer]:
        """See Suite."""
        return {**super().parts(), **{worker.name: worker for worker in self.more_workers}}

    def hurt_processes(self) -> dict[str, HurtProcess]:
        """All of our own processes, by name."""
        return {name: part for name, part in self.parts().items() if isinstance(part, HurtProcess)}

    async def start(self) -> None:
        """See Suite."""
        await super().start()
        for worker in self.more_workers:
            data = self.settings.data / worker.name
            data.mkdir()
            (data / "keys").symlink_to(self.settings.data / "keys")
            await worker.start()

    async def stop(self) -> None:
        """See Suite."""
        await super().stop()
        for part in self.hurt_processes().values():
            await part.stop()
            part.end_log()

    def _refuse_taken_addresses(self) -> None:
        """See Suite. These are kept free for it, and balancers listen already."""

    def _check_starting(self, process: Process, deadline: float) -> None:
        """See Suite. A machine that has other work as well takes its time."""
        super()._check_starting(process, deadline + MORE_SECONDS_TO_START)

    async def silent_parts(self) -> list[str]:
        """The processes that do not run, or do not answer."""
        names = list(self.parts())
        answers = await asyncio.gather(*map(self._is_alive, names))
        return [name for name, alive in zip(names, answers, strict=True) if not alive]

    async def _is_alive(self, name: str) -> bool:
        if name in self._life:
            return silence(self._life[name]) < LONGEST_SILENCE
        return await super()._is_alive(name)


@dataclass(frozen=True, slots=True)
class Installation:
    """A running suite, and what there is to hurt it by."""

    suite: HurtSuite
    toxiproxy: Toxiproxy | None
    links: Links
    postgres: PostgresServer | None
    disk: Path
    """Where its records are."""
    disk_is_small: bool
    """Whether the disk is one of its own, that can be filled."""
    clocks: Path | None
    """The folder of what each process takes for the time; None where it cannot be told another."""

    @property
    def left_out(self) -> list[str]:
        """What cannot be done on this machine, in words."""
        missing = {
            "cut and slow networks, without toxiproxy": self.toxiproxy is None,
            "clock steps, without libfaketime (Debian's package faketime)": self.clocks is None,
        }
        return [what for what, is_missing in missing.items() if is_missing]


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system in memory, mounted at a folder where root may; else the folder as it is. Answers whether it is."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=0755", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


async def install(
    stack: AsyncExitStack, folder: Path, database: str, several: Mapping[str, int], report: Callable[[str], None]
) -> Installation:
    """Bring a suite up in a folder. `stack` takes it down again."""
    disk = folder / "disk"
    is_small = stack.enter_context(small_disk(disk))
    stack.callback(_keep_logs, disk, folder / "logs")
    postgres = _postgres(stack, disk) if database == POSTGRES else None
    settings = on_free_ports(replace(Settings(), data=disk / "data", database=_database(postgres), log="json"))
    instances = {role: [_address() for _ in range(several.get(role, 1))] for role in (*SERVICES, "worker")}
    for role in SERVICES:
        called_at = await _in_front_of(stack, instances[role])
        settings = replace(settings, **{role: called_at})  # type: ignore[arg-type]  # an address
    toxiproxy, links = await _linked(stack, folder, settings, postgres)
    clocks = folder / "clocks" if find_faketime() else None
    if clocks:
        clocks.mkdir()
    suite = HurtSuite(settings, links, instances, folder / "logs", report)
    for part in suite.hurt_processes().values():
        part.tell_time_by(clocks)
    stack.push_async_callback(suite.stop)
    await suite.start()
    return Installation(suite, toxiproxy, links, postgres, disk, is_small, clocks)


def _address() -> str:
    return f"127.0.0.1:{free_port()}"


async def _in_front_of(stack: AsyncExitStack, instances: Sequence[str]) -> str:
    """The address at which a service is called."""
    if len(instances) == 1:
        return instances[0]
    balancer = Balancer(instances)
    await balancer.start()
    stack.push_async_callback(balancer.stop)
    return balancer.address


def _postgres(stack: AsyncExitStack, disk: Path) -> PostgresServer:
    programs = find_postgres()
    if programs is None:
        raise RuntimeError("PostgreSQL is missing. Run `make setup-dev`.")
    server = PostgresServer(programs, disk)
    server.start()
    stack.callback(server.stop)
    return server


def _database(postgres: PostgresServer | None) -> str:
    return postgres.create_database("council") if postgres else ""


async def _linked(
    stack: AsyncExitStack, folder: Path, settings: Settings, postgres: PostgresServer | None
) -> tuple[Toxiproxy | None, Links]:
    """Every link, where there is toxiproxy; else all call one another directly."""
    program = find_toxiproxy()
    if program is None:
        return None, Links({})
    toxiproxy = Toxiproxy(program, folder / "toxiproxy.log")
    stack.callback(toxiproxy.stop)
    await toxiproxy.start()
    ends = {service: settings.address(service) for service in SERVICES} | {"temporal": settings.temporal}
    ways = [(role, to, ends[to]) for role, called in CALLED.items() for to in called]
    if postgres:
        ways += [(service, POSTGRES, f"127.0.0.1:{postgres.port}") for service in SERVICES]
    return toxiproxy, Links(
        {name_of_link(role, to): await toxiproxy.link(name_of_link(role, to), end) for role, to, end in ways}
    )


def _keep_logs(disk: Path, logs: Path) -> None:
    """The disk goes away with what was in its memory; the logs are needed to understand what went wrong."""
    shutil.copytree(disk / "data" / "logs", logs, dirs_exist_ok=True)
