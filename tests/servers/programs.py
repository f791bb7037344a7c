"""The server programs that tests need beside Temporal's development server: found, or fetched by `make setup-dev`."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from sevensteps.local.downloads import Progress, cache_folder, download_by_sdk, is_program, scratch_folder

JAVA_PROJECT = Path(__file__).with_name("test-server.xml")
LAUNCHER = """\
#!/bin/sh
jars=$(dirname "$0")
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m -cp "$jars/*" io.temporal.testserver.TestServer "$@"
"""
HOW_TO_GET_TEST_SERVER = """\
Temporal's time-skipping test server could not be downloaded, and is not to be had from Maven either.
Install Java 17 and Maven (on Debian or Ubuntu: apt-get install maven), then run `make setup-dev` again."""

DEBIAN_FOLDER = Path("/usr/lib/postgresql")  # Debian keeps server programs off PATH, by version
HOW_TO_GET_POSTGRES = """\
PostgreSQL's server programs were not found. On Debian or Ubuntu: apt-get install postgresql.
Elsewhere: install PostgreSQL 15 or later so that `initdb` is on PATH. Then run `make setup-dev` again."""

TOXIPROXY_MODULE = "github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0"
NO_TOXIPROXY = """\
Toxiproxy, which makes networks slow and cuts them, is neither on PATH (`toxiproxy-server`) nor to be had without Go.
Faults of the network are left out."""
FAKETIME = "faketime/libfaketimeMT.so.1"
"""A library that tells a process another time; on Debian or Ubuntu: apt-get install faketime."""
LIBRARY_FOLDERS = ("lib", "lib64", "local/lib", f"lib/{platform.machine()}-linux-gnu")

PROMETHEUS = ("prometheus", "promtool")
HOW_TO_GET_PROMETHEUS = """\
Prometheus was not found: what needs it is left out. To have it: put `prometheus` and `promtool` on PATH (on Debian or
Ubuntu: apt-get install prometheus), then run `make setup-dev` again."""


class ProgramMissingError(Exception):
    """A server program is missing. The message says what to install."""


def find_test_server() -> Path | None:
    """Find Temporal's time-skipping test server, fetched before."""
    program = cache_folder() / "test-server" / "launch"
    return program if is_program(program) else None


def fetch_test_server(progress: Progress) -> None:
    """Download the test server, or get it and what it needs from Maven, with a launcher for Java.

    Raises:
        ProgramMissingError: neither was possible.
    """
    with scratch_folder() as scratch:
        if find_test_server():
            return
        fetched = _download_test_server(scratch, progress) or _get_test_server_from_maven(scratch, progress)
        target = cache_folder() / "test-server"
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(fetched, target)


def _download_test_server(scratch: Path, progress: Progress) -> Path | None:
    from temporalio.testing import WorkflowEnvironment  # noqa: PLC0415  slow to import, and seldom needed

    progress("Downloading Temporal's time-skipping test server ...")
    program = download_by_sdk(WorkflowEnvironment.start_time_skipping, scratch, progress)
    if program is None:
        return None
    folder = scratch / "downloaded"
    folder.mkdir()
    program.rename(folder / "launch")
    return folder


def _get_test_server_from_maven(scratch: Path, progress: Progress) -> Path:
    maven = shutil.which("mvn")
    if maven is None or shutil.which("java") is None:
        raise ProgramMissingError(HOW_TO_GET_TEST_SERVER)
    progress("Getting Temporal's time-skipping test server from Maven (half a minute) ...")
    folder = scratch / "jars"
    copied = subprocess.run(
        [maven, "-q", "-B", "-f", JAVA_PROJECT, "dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if copied.returncode != 0:
        raise ProgramMissingError(f"{HOW_TO_GET_TEST_SERVER}\n{copied.stdout[-2000:]}")
    launcher = folder / "launch"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)
    return folder


def find_postgres() -> Path | None:
    """Find the folder of PostgreSQL's server programs."""
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        if is_program(Path(told) / "initdb"):  # pg_config also comes with the client library alone
            return Path(told)
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    versions = sorted(DEBIAN_FOLDER.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def fetch_postgres(progress: Progress) -> None:
    """Install PostgreSQL where that is possible: on Debian and similar systems, as root.

    Raises:
        ProgramMissingError: somebody has to install it.
    """
    if os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        progress("Installing PostgreSQL for the tests (apt-get install postgresql) ...")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
            subprocess.run([apt, "-qq", *step], env=environment, stdout=subprocess.DEVNULL, check=False)
    if find_postgres() is None:
        raise ProgramMissingError(HOW_TO_GET_POSTGRES)


def find_toxiproxy() -> Path | None:
    """Find toxiproxy's server: on PATH, or the copy built before."""
    if on_path := shutil.which("toxiproxy-server"):
        return Path(on_path)
    built = cache_folder() / "toxiproxy-server"
    return built if is_program(built) else None


def fetch_toxiproxy(progress: Progress) -> None:
    """Build toxiproxy's server from its Go module, where there is Go; where not, say what is left out without it."""
    go = shutil.which("go")
    if go is None:
        progress(NO_TOXIPROXY)
        return
    with scratch_folder() as scratch:
        if find_toxiproxy():
            return
        progress("Building toxiproxy with Go (a minute) ...")
        folders = {"GOBIN": scratch / "bin", "GOMODCACHE": scratch / "modules", "GOCACHE": scratch / "cache"}
        environment = os.environ | {name: str(folder) for name, folder in folders.items()} | {"GOFLAGS": "-modcacherw"}
        built = subprocess.run(
            [go, "install", "-ldflags=-s -w", TOXIPROXY_MODULE],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode == 0:
            (scratch / "bin" / "server").replace(cache_folder() / "toxiproxy-server")
        else:
            progress(f"{built.stderr[-1000:]}\nToxiproxy could not be built. Faults of the network are left out.")


def find_faketime() -> Path | None:
    """Find the library that tells a process another time."""
    places = (Path("/usr") / folder / FAKETIME for folder in LIBRARY_FOLDERS)
    return next(filter(Path.is_file, places), None)


def find_prometheus() -> Path | None:
    """Find the folder of Prometheus's programs: where they are on PATH, or where they were unpacked before."""
    on_path = shutil.which(PROMETHEUS[0])
    for folder in (*([Path(on_path).parent] if on_path else []), cache_folder() / "prometheus"):
        if all(is_program(folder / name) for name in PROMETHEUS):
            return folder
    return None


def fetch_prometheus(progress: Progress) -> None:
    """Unpack Debian's package into the cache, where there is apt; else say what is left out without it."""
    with scratch_folder() as scratch:
        if find_prometheus() is None and not _unpack_prometheus(scratch, progress):
            progress(HOW_TO_GET_PROMETHEUS)


def _unpack_prometheus(scratch: Path, progress: Progress) -> bool:
    """Whether it could be downloaded, runs here, and is in the cache now. Nothing is installed."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return False
    progress("Downloading Prometheus for the tests (apt-get download prometheus) ...")
    subprocess.run(["apt-get", "-qq", "download", "prometheus"], cwd=scratch, capture_output=True, check=False)
    for package in scratch.glob("prometheus_*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, scratch / "unpacked"], check=True)
    programs = scratch / "unpacked" / "usr" / "bin"
    if not all(is_program(programs / name) and _says_its_version(programs / name) for name in PROMETHEUS):
        return False
    target = cache_folder() / "prometheus"
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(programs, target)
    return True


def _says_its_version(program: Path) -> bool:
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def main() -> None:
    """Make sure that they are on this machine; toxiproxy only where there is Go, Prometheus where it can be had."""

    def progress(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        if find_test_server() is None:
            fetch_test_server(progress)
        if find_postgres() is None:
            fetch_postgres(progress)
        if find_toxiproxy() is None:
            fetch_toxiproxy(progress)
        if find_prometheus() is None:
            fetch_prometheus(progress)
    except ProgramMissingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
