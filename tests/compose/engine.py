"""Podman without Docker, systemd or a public registry: its settings, its commands, and one run at a time."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sevensteps.local.downloads import cache_folder

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {
    "podman": "podman",
    "buildah": "buildah",
    "runc": "runc",
    "debootstrap": "debootstrap",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
    "iptables": "iptables",
    "ip": "iproute2",
    "unshare": "util-linux",
    "go": "golang",
}
"""What is needed, and Debian's package of it."""
PODMAN_COMPOSE = "podman-compose==1.6.0"
CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[network]
network_backend = "netavark"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
"""Lower limits than podman's own, which a machine may not allow; runc takes older control groups, too."""
STORAGE = """\
[storage]
driver = "vfs"
runroot = "{folder}/run"
graphroot = "{folder}/graph"
"""


class CannotRunError(Exception):
    """Why nothing could be tried here, and what to do."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Podman with a store of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str | Path, cwd: Path = ROOT, seconds: float = 1800) -> str:
        """Run a command to its end, and answer what it printed. Raises CalledProcessError where it fails."""
        ended = subprocess.run(
            command, cwd=cwd, env=self.environment, capture_output=True, text=True, timeout=seconds, check=False
        )
        if ended.returncode:
            print(ended.stdout, ended.stderr, sep="\n", file=sys.stderr)
            ended.check_returncode()
        return ended.stdout

    def succeeds(self, *command: str | Path) -> bool:
        """Whether a command does."""
        ended = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, timeout=60, check=False)
        return ended.returncode == 0

    def has_image(self, name: str) -> bool:
        """Whether there is an image of a name."""
        return self.succeeds("podman", "image", "exists", name)

    @property
    def compose(self) -> Path:
        """The program podman-compose, in an environment of its own."""
        return self.folder / "podman-compose" / "bin" / "podman-compose"

    def install_compose(self) -> None:
        """Make that environment, once."""
        if not self.compose.exists():
            environment = self.compose.parents[1]
            self.run(sys.executable, "-m", "venv", environment)
            self.run(environment / "bin" / "pip", "install", "--quiet", PODMAN_COMPOSE)


@contextmanager
def engine() -> Iterator[Engine]:
    """Podman, for one run at a time on this machine. Raises CannotRunError."""
    if os.geteuid():
        raise CannotRunError("Containers are brought up as root here, and you are not.")
    if missing := [package for program, package in PROGRAMS.items() if not shutil.which(program)]:
        raise CannotRunError(f"Not found: {', '.join(missing)}. On Debian: apt-get install {' '.join(missing)}")
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "containers.conf").write_text(CONTAINERS)
    (folder / "storage.conf").write_text(STORAGE.format(folder=folder))
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRunError("Another run is under way on this machine.") from None
        yield existing()


def existing() -> Engine:
    """Podman with the settings and the store that `engine` has made."""
    folder = _folder()
    names = {"CONTAINERS_CONF": folder / "containers.conf", "CONTAINERS_STORAGE_CONF": folder / "storage.conf"}
    return Engine(folder, os.environ | {name: str(file) for name, file in names.items()})


def _folder() -> Path:
    return cache_folder() / "containers"
