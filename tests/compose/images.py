"""The images: the suite's own, and what stands in for those of others, under the names that docker-compose.yml has."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from compose.engine import ROOT, CannotRunError, Engine
from compose.programs import Workshop, build_collector, build_jaeger, build_temporal
from sevensteps.local.devserver import find_server

DEBIAN = "docker.io/library/debian:bookworm-slim"
POSTGRES = "docker.io/library/postgres:15"
SERVER = "docker.io/temporalio/server:1.29.1"
TOOLS = "docker.io/temporalio/admin-tools:1.29.1-tctl-1.18.4-cli-1.5.0"
SUITE = "localhost/sevensteps:0.1.0"
COLLECTOR = "docker.io/otel/opentelemetry-collector:0.165.0"
JAEGER = "docker.io/jaegertracing/jaeger:2.13.0"
PROMETHEUS = "docker.io/prom/prometheus:v3.5.0"
RECIPES = ROOT / "tests" / "compose"
BUILD = ("buildah", "bud", "--isolation", "chroot", "--network", "host", "--pull-never")
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy")
"""Of this machine's pip, handed to the build: where packages come from."""
Say = Callable[[str], None]


def make_images(engine: Engine, say: Say) -> None:
    """Make those that are not there, and the suite's own anew. Raises CannotRunError, CalledProcessError."""
    for name in _missing(engine):
        say(f"Making a stand-in for {name} ...")
        MAKERS[name](engine)
    say("Building the image of the suite ...")
    _make_suite(engine)
    engine.run("podman", "image", "prune", "--force")


def require_stand_ins(engine: Engine) -> None:
    """Raises CannotRunError where some images of others have none yet."""
    if _missing(engine):
        raise CannotRunError("`make compose-test` makes their images first, in an hour.")


def _missing(engine: Engine) -> list[str]:
    """In the order in which they need one another."""
    return [name for name in MAKERS if not engine.has_image(name)]


def size(engine: Engine, image: str) -> float:
    """Of an image, in MB."""
    return int(engine.run("podman", "image", "inspect", "--format", "{{.Size}}", image)) / 1e6


def _make_debian(engine: Engine) -> None:
    with TemporaryDirectory(dir=engine.folder) as scratch:
        root, archive = Path(scratch) / "root", Path(scratch) / "root.tar"
        engine.run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root)
        engine.run(
            "tar", "--directory", root, "--exclude=./var/cache/apt/archives/*.deb", "--create", "--file", archive, "."
        )
        engine.run("podman", "import", archive, DEBIAN)


def _make_postgres(engine: Engine) -> None:
    engine.run(*BUILD, "--tag", POSTGRES, RECIPES / "postgres")


def _make_prometheus(engine: Engine) -> None:
    engine.run(*BUILD, "--tag", PROMETHEUS, RECIPES / "prometheus")


def _make_temporal(engine: Engine) -> None:
    command_line = find_server()
    if command_line is None:
        raise CannotRunError("There is no `temporal` program. `make setup` fetches it.")

    def build(workshop: Workshop, context: Path) -> None:
        shutil.copy(command_line, context / "temporal")
        build_temporal(workshop, context)

    _make_of_programs(engine, SERVER, "temporal", build)
    engine.run("podman", "tag", SERVER, TOOLS)


def _make_of_programs(engine: Engine, name: str, recipe: str, build: Callable[[Workshop, Path], None]) -> None:
    """An image with programs that are built first."""
    with TemporaryDirectory(dir=engine.folder) as scratch:
        context = Path(scratch) / "context"
        shutil.copytree(RECIPES / recipe, context)
        build(Workshop(engine, Path(scratch)), context)
        engine.run(*BUILD, "--tag", name, context)


def _make_suite(engine: Engine) -> None:
    revision = engine.run("git", "rev-parse", "HEAD").strip()
    with TemporaryDirectory() as scratch:
        pip = Path(scratch) / "pip.conf"
        pip.write_text("\n".join(["[global]", "cert = /run/secrets/authorities", *_pip_settings()]) + "\n")
        npm = Path(scratch) / "npmrc"
        npm.write_text("\n".join(["cafile=/run/secrets/authorities", *_npm_settings()]) + "\n")
        files = {"pip": pip, "npm": npm, "authorities": AUTHORITIES}
        secrets = [part for name, file in files.items() for part in ("--secret", f"id={name},src={file}")]
        engine.run(*BUILD, *secrets, "--build-arg", f"REVISION={revision}", "--tag", SUITE, ROOT)


def _pip_settings() -> list[str]:
    """Where this machine's pip gets packages from, as lines of its settings."""
    listed = subprocess.run(
        ["python3", "-m", "pip", "config", "list"], capture_output=True, text=True, check=False, env=os.environ
    ).stdout
    pairs = [line.partition("=") for line in listed.splitlines()]
    names = [(key.rpartition(".")[2], value.strip("'")) for key, _, value in pairs]
    return [f"{name} = {value}" for name, value in names if name in PIP_SETTINGS]


def _npm_settings() -> list[str]:
    """Where this machine's npm gets packages from, as lines of its settings."""
    listed = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True, check=False).stdout
    return [f"registry={listed.strip()}"] if listed.strip() else []


MAKERS: Mapping[str, Callable[[Engine], None]] = {
    DEBIAN: _make_debian,
    POSTGRES: _make_postgres,
    SERVER: _make_temporal,
    PROMETHEUS: _make_prometheus,
    COLLECTOR: partial(_make_of_programs, name=COLLECTOR, recipe="collector", build=build_collector),
    JAEGER: partial(_make_of_programs, name=JAEGER, recipe="jaeger", build=build_jaeger),
}
"""What stands in for the images of others, in the order in which they need one another."""
