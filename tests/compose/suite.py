"""The suite as docker-compose.yml has it: brought up, asked whether it is well, hurt, and taken down."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import grpc
import yaml
from grpc_health.v1 import health_pb2

from compose.engine import ROOT, Engine
from compose.images import SUITE

PROJECT = "seven-steps-test"
FILE: Mapping[str, Mapping[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
COMPOSED = {name: service for name, service in FILE.items() if "profiles" not in service}
JOBS = tuple(name for name, service in COMPOSED.items() if str(service["restart"]).startswith("on-failure"))
SERVING = tuple(name for name in COMPOSED if name not in JOBS)
TELEMETRY = ("collector", "jaeger", "prometheus")
"""Of the profile telemetry, what can be had."""
PROFILES = ("--profile", "desk", "--profile", "telemetry")
SETTINGS = {"STEPS_TRACES": "http://collector:4317"}
"""What is said of what .env.example has. Nobody listens there before the profile is brought up."""
READY_SECONDS = 300.0
CERTIFICATES = "/var/lib/sevensteps-certificates"
VERSION_LABEL = "org.opencontainers.image.version"
NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Composed:
    """The containers of one run."""

    engine: Engine
    desk: Path
    """A folder on this machine with what a caller needs: the authority, and the key for development tokens."""

    def compose(self, *arguments: str) -> str:
        """Run podman-compose on the file as it is."""
        composing = Engine(self.engine.folder, self.engine.environment | SETTINGS)
        return composing.run(composing.compose, "--project-name", PROJECT, *PROFILES, *arguments)

    def container(self, service: str) -> str:
        """The name of a service's container."""
        return f"{PROJECT}_{service}_1"

    def up(self) -> None:
        """Bring it up: whatever has all that it depends on, then what depends on that, as `docker compose` does.

        Not left to podman-compose: with older podman it does not wait for health, nor look how a job has ended.
        """
        waiting = {service: set(depends_on) for service, depends_on in dependencies().items()}
        while waiting:
            ready = sorted(service for service, others in waiting.items() if not others)
            self.bring_up(*ready)
            for service in ready:
                del waiting[service]
            for others in waiting.values():
                others.difference_update(ready)

    def bring_up(self, *services: str) -> None:
        """Bring up containers that depend on nothing that is not there."""
        self.compose("up", "--detach", "--no-deps", "--no-build", "--pull", "never", *services)
        for service in services:
            self.wait_for(service)

    def wait_for(self, service: str) -> None:
        """Wait until a job has ended well, or anything else is well. Raises TimeoutError."""
        deadline = monotonic() + READY_SECONDS
        while not (self._has_ended_well(service) if service in JOBS else self._is_well(service)):
            if monotonic() > deadline:
                logs = self.engine.run("podman", "logs", "--tail", "30", self.container(service))
                raise TimeoutError(f"{service} is not well after {READY_SECONDS:.0f} seconds:\n{logs}")
            sleep(0.5)

    def _is_well(self, service: str) -> bool:
        if "healthcheck" not in FILE[service]:
            return self.inspect(service, ".State.Status") == "running"
        return self.engine.succeeds("podman", "healthcheck", "run", self.container(service))

    def _has_ended_well(self, service: str) -> bool:
        return self.inspect(service, ".State.Status") == "exited" and self.inspect(service, ".State.ExitCode") == "0"

    def inspect(self, service: str, what: str) -> str:
        """Something that podman knows of a container."""
        return self.engine.run("podman", "inspect", "--format", f"{{{{{what}}}}}", self.container(service)).strip()

    def fetch_for_callers(self) -> None:
        """Copy what a caller on this machine needs: the authority, and the development key."""
        (self.desk / "data" / "keys").mkdir(parents=True)
        key = self._content("feed", "/var/lib/sevensteps/keys/development.pem")
        (self.desk / "data" / "keys" / "development.pem").write_text(key)
        (self.desk / "authority.pem").write_text(self._content("feed", f"{CERTIFICATES}/authority.pem"))

    def _content(self, service: str, file: str) -> str:
        return self.engine.run("podman", "exec", self.container(service), "cat", file)

    def begin_command(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command on this machine, which calls the published addresses, encrypted."""
        settings = {"SEVENSTEPS_DATA": str(self.desk / "data"), "SEVENSTEPS_CERTIFICATES": str(self.desk)}
        command = [sys.executable, "-c", "from sevensteps.cli.main import main; main()", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def command_line(self, *arguments: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
        """Run such a command to its end."""
        with self.begin_command(*arguments) as running:
            said, wrong = running.communicate(timeout=seconds)
        return subprocess.CompletedProcess(running.args, running.returncode, said, wrong)

    def in_container(self, service: str, *command: str) -> str:
        """Run a command of the suite in a new container of a service, and answer what it printed."""
        return self.compose("run", "--rm", "--no-deps", service, *command)

    def back_up(self, to: Path) -> None:
        """Write the records to a file, as docs/install.md says."""
        with to.open("wb") as records:
            dump = ("pg_dump", "--username", "postgres", "--format", "custom", "sevensteps")
            command = ["podman", "exec", self.container("postgres"), *dump]
            subprocess.run(command, env=self.engine.environment, stdout=records, timeout=120, check=True)

    def restore(self, backup: Path) -> None:
        """Begin anew with an empty PostgreSQL, the records of a file, and journeys from the feed, as is said there."""
        self.compose("stop", "--timeout", "20")
        self.compose("down")
        self.engine.run("podman", "volume", "rm", f"{PROJECT}_postgres")
        self.bring_up("postgres")
        with backup.open("rb") as records:
            load = ("pg_restore", "--username", "postgres", "--dbname", "sevensteps", "--exit-on-error")
            command = ["podman", "exec", "--interactive", self.container("postgres"), *load]
            subprocess.run(command, env=self.engine.environment, stdin=records, timeout=120, check=True)
        self.up()
        self.in_container("worker", "journeys", "rebuild", "--all")

    def kill(self, service: str) -> None:
        """End its process as the kernel would, for want of memory."""
        pid = self.inspect(service, ".State.Pid")
        self.engine.run("kill", "-KILL", pid)

    def make_newer_image(self) -> None:
        """Give the suite's name to an image that says of itself to be newer."""
        recipe = self.desk / "newer"
        recipe.write_text(f'FROM {SUITE}\nLABEL {VERSION_LABEL}="{NEWER}"\n')
        self.engine.run("podman", "build", "--isolation", "chroot", "--tag", SUITE, "--file", recipe, self.desk)

    def replace(self, service: str) -> None:
        """Replace a container by a new one of the image that has the name now, as `docker compose up` does."""
        self.compose("up", "--detach", "--no-deps", "--no-build", "--pull", "never", "--force-recreate", service)
        self.wait_for(service)

    def down(self) -> None:
        """Take everything down, with its volumes and its network."""
        self.compose("stop", "--timeout", "20")  # what starts again would hold the network
        self.compose("down", "--volumes")


def dependencies() -> dict[str, Mapping[str, Any]]:
    """What each container that is brought up depends on."""
    return {name: service.get("depends_on", {}) for name, service in COMPOSED.items()}


def answers_without_encryption(address: str) -> bool:
    """Whether a server answers a call that is not encrypted."""
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            check(health_pb2.HealthCheckRequest(), timeout=3)
        except grpc.RpcError:
            return False
        return True
