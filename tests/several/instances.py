"""Every role of the suite several times, each instance a process of its own, over one PostgreSQL and one Temporal."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from servers.processes import is_serving
from servers.waiting import until
from sevensteps.config import SERVICES, Settings
from sevensteps.identity.tokens import Keys
from sevensteps.local.ports import free_port
from sevensteps.local.processes import Process
from sevensteps.sign_of_life import LONGEST_SILENCE, silence

WORKER = "worker"
COUNT = 2
"""Instances of each role."""
PATIENCE = 240.0
"""Seconds until something that is waited for is taken not to come: twelve processes may share one busy processor."""


class Instance:
    """One process of a role."""

    def __init__(self, role: str, number: int, settings: Settings) -> None:
        self.role = role
        self.settings = settings
        self.process = Process(f"{role}-{number}", "workflows" if role == WORKER else f"services.{role}", settings)

    async def start(self) -> None:
        """Start it, and wait until it works."""
        if self.role == WORKER:
            self.settings.sign_of_life.unlink(missing_ok=True)
        await self.process.start()
        await until(self._works, f"{self.process.name} to work", PATIENCE)

    async def _works(self) -> bool:
        assert self.process.pid, f"{self.process.name} has ended: {self.process.last_log_line()}"
        if self.role == WORKER:
            return silence(self.settings.sign_of_life) < LONGEST_SILENCE
        return await is_serving(self.settings.own_address(self.role))

    def send(self, number: signal.Signals) -> None:
        """Send it a signal: SIGKILL, SIGSTOP, SIGCONT or SIGTERM."""
        pid = self.process.pid
        assert pid, f"{self.process.name} does not run"
        os.kill(pid, number)

    async def end(self, number: signal.Signals) -> None:
        """Send it the signal by which it ends, and wait until it has."""
        self.send(number)

        async def has_ended() -> bool:
            return self.process.pid is None

        await until(has_ended, f"{self.process.name} to end", PATIENCE)


class Several:
    """Two instances of every role, or of some."""

    def __init__(self, data: Path, settings: Settings, roles: Sequence[str] = (*SERVICES, WORKER)) -> None:
        """`settings` name the database and Temporal. Nothing runs yet."""
        services = [role for role in roles if role != WORKER]
        addresses = {role: [f"127.0.0.1:{free_port()}" for _ in range(COUNT)] for role in services}
        joined: dict[str, str] = {role: ",".join(each) for role, each in addresses.items()}
        self.settings = replace(settings, data=data, **joined)  # type: ignore[arg-type]  # each is an address
        Keys.open(self.settings.data)
        self.instances: Mapping[str, Sequence[Instance]] = {
            role: [
                Instance(role, number, self._settings_of(role, number, addresses.get(role, ())))
                for number in range(COUNT)
            ]
            for role in roles
        }

    def _settings_of(self, role: str, number: int, addresses: Sequence[str]) -> Settings:
        """A service has an address to listen at, a worker a data folder; the development key is the same for all."""
        if role != WORKER:
            return replace(self.settings, listen=addresses[number])
        own = replace(self.settings, data=self.settings.data / f"{role}-{number}")
        own.make_data_folder()
        (own.data / "keys").symlink_to(self.settings.data / "keys")
        return own

    def all(self) -> list[Instance]:
        """Every instance."""
        return [each for instances in self.instances.values() for each in instances]

    async def start(self) -> None:
        """Start all at once."""
        await asyncio.gather(*(each.start() for each in self.all()))

    async def stop(self) -> None:
        """Stop all, whatever state they are in."""
        for each in self.all():
            if each.process.pid:
                each.send(signal.SIGCONT)
        await asyncio.gather(*(each.process.stop() for each in self.all()))
