"""A real PostgreSQL in a temporary folder; for tests without flushes to disk, which only matter after a power cut."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.programs import find_postgres
from sevensteps.local.ports import free_port

START_LIMIT = 60  # seconds


class PostgresServer:
    """One PostgreSQL server, its data in a temporary folder. It refuses root, so root runs it as somebody else."""

    def __init__(self, programs: Path, parent: Path | None = None, *, flushes: bool = False) -> None:
        """`parent` is where its folder is made, if not where temporary ones are."""
        self._settings = "" if flushes else "-c fsync=off -c full_page_writes=off"
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="sevensteps-pg-", dir=parent))  # short: a socket's path has 107
        self._user = _somebody_else() if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self.port = free_port()

    def encrypt(self, certificates: Path) -> None:
        """From now on take encrypted connections alone, from whoever has a certificate of the authority there."""
        data = self._folder / "data"
        for name in ("authority.pem", "postgres.pem", "postgres.key"):
            shutil.copy(certificates / name, data)
            (data / name).chmod(0o600)
            if self._user:
                shutil.chown(data / name, self._user)
        (data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 cert map=processes\n")
        (data / "pg_ident.conf").write_text("processes /^.*$ test\n")
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write("ssl = on\nssl_cert_file = 'postgres.pem'\nssl_key_file = 'postgres.key'\n")
            settings.write("ssl_ca_file = 'authority.pem'\n")
        self._run("pg_ctl", "reload")

    def start(self) -> None:
        """Create the data folder and start the server."""
        self._run("initdb", "-U", "test", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        self._run(*self._control("start"))

    def stop(self) -> None:
        """Stop the server, cutting off whoever is still connected, and remove its data."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def end(self, mode: str) -> None:
        """Stop it in one of pg_ctl's modes; its data stay. One that does not run, or hangs, stays as it is."""
        self._done("pg_ctl", "-w", "-t", "10", "-m", mode, "stop")

    def begin_again(self) -> bool:
        """Start it, if it does not run; whether it runs now. It may not start yet: what it was before still ends."""
        return self._done("pg_ctl", "status").returncode == 0 or self._done(*self._control("start")).returncode == 0

    @property
    def pid(self) -> int:
        """The process id of the server. Raises OSError where it does not run."""
        return int((self._folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def _control(self, *command: str) -> tuple[str, ...]:
        log, settings = self._folder / "log", f"{self._settings} -c max_connections=200"
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder} {settings}"
        return ("pg_ctl", "-w", "-t", str(START_LIMIT), "-l", str(log), "-o", options, *command)

    def create_database(self, name: str) -> str:
        """Create an empty database; answers its URL for SQLAlchemy with asyncpg."""
        self._run("createdb", "-h", str(self._folder), "-p", str(self.port), "-U", "test", name)
        return f"postgresql+asyncpg://test@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        done = self._done(program, *arguments)
        if done.returncode != 0:
            pytest.fail(f"PostgreSQL's {program} failed:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")

    def _done(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._programs / program, *arguments],
            env=os.environ | {"PGDATA": str(self._folder / "data")},
            cwd=self._folder,
            user=self._user,
            start_new_session=True,  # Ctrl-C is for the tests; the server is stopped after them
            capture_output=True,
            text=True,
            check=False,
        )


def _somebody_else() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running server."""
    programs = find_postgres()
    if programs is None:
        pytest.fail("PostgreSQL is missing. Run `make setup-dev`.")
    server = PostgresServer(programs)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """URL of a database of the test's own, empty, for SQLAlchemy with asyncpg."""
    return postgres_server.create_database(f"test_{uuid.uuid4().hex}")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Either database, as settings take it: empty for SQLite, the URL of an empty database for PostgreSQL."""
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgres" else ""
