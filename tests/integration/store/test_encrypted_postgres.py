"""Records on a PostgreSQL that encrypts, and wants a certificate of each service."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from servers.authority import DAY, Authority
from servers.postgres import PostgresServer
from servers.programs import find_postgres
from servers.services import PACK
from servers.waiting import until
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.service.opening import open_to_serve
from sevensteps.service.store import Store

HOW = sa.text("SELECT version, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
CUT = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of this module's own: what it wants of others is changed."""
    programs = find_postgres()
    assert programs is not None
    running = PostgresServer(programs)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def authority() -> Authority:
    return Authority("old")


@pytest.fixture
def settings(server: PostgresServer, authority: Authority, tmp_path: Path) -> Settings:
    folder = authority.write(tmp_path / "c", "postgres", "assessment")
    server.encrypt(folder)
    url = server.create_database(f"test_{tmp_path.name}")
    return Settings(data=tmp_path / "data", database=url, pack=PACK, database_certificates=str(folder))


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    opened = await open_to_serve("assessment", settings)
    yield opened
    await opened.close()


def how(connection: sa.Connection) -> tuple[str, str]:
    """How the connection is encrypted, and whose certificate PostgreSQL has seen."""
    row = connection.execute(HOW).one()
    return row.version, row.client_dn


async def test_a_service_shows_its_certificate(store: Store) -> None:
    """Its schema is brought up to date, and read and written, over encrypted connections alone."""
    assert await store.write(how) == await store.read(how) == ("TLSv1.3", "/CN=assessment")


async def test_new_certificates_are_for_new_connections(
    store: Store, settings: Settings, server: PostgresServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL takes those of the old authority no more, and cuts its connections: the store goes on."""
    monkeypatch.setattr("sevensteps.encryption.folder.LOOK_SECONDS", 0.0)
    folder, new = Path(settings.database_certificates), Authority("new")
    new.write(folder, "postgres", "assessment")
    server.encrypt(folder)

    async def cut() -> None:
        with pytest.raises(Fault, match="STORE_UNAVAILABLE"):
            await store.write(lambda connection: connection.execute(CUT).all())

    await cut()

    async def goes_on() -> bool:
        try:
            return (await store.write(how))[1] == "/CN=assessment"
        except Fault:
            return False

    await until(goes_on, "the store to connect with the new certificate")
    authority.write(folder, "postgres", "assessment")  # which the server does not trust any more
    await cut()
    with capture_logs() as logged, pytest.raises(Fault, match="STORE_UNAVAILABLE") as refused:
        await store.write(how)
    assert "certificate" not in refused.value.detail
    assert {line["detail"] for line in logged if line["event"] == "the database cannot be reached"} == {
        "PostgreSQL at SEVENSTEPS_DATABASE: its certificate is not signed by the authority in authority.pem."
    }


REASONS = {
    "nothing": "it takes encrypted connections only: set SEVENSTEPS_DATABASE_CERTIFICATES",
    "no certificate": "it wants a certificate of ours, and there is none for this process",
    "another authority": "its certificate is not signed by the authority in authority.pem",
    "refused": "it refuses our certificate, or how to encrypt",
    "another name": "its certificate is for other names than the host in the setting",
}


@pytest.mark.parametrize("change", REASONS)
async def test_why_postgresql_cannot_be_reached_is_told(
    settings: Settings, server: PostgresServer, authority: Authority, tmp_path: Path, change: str
) -> None:
    """A service does not start, and says why in plain words."""
    folder = tmp_path / "changed"
    if change == "no certificate":
        authority.write(folder)
    elif change == "another authority":
        Authority("a stranger").write(folder, "assessment")
    elif change == "refused":
        Authority("a stranger").write(folder, "assessment")
        (folder / "authority.pem").write_bytes((folder / "authority.pem").read_bytes() + authority.pem)
    elif change == "another name":
        server.encrypt(authority.write(folder, "postgres", "assessment", names=("db.example",), ends=DAY))
    changed = replace(settings, database_certificates="" if change == "nothing" else str(folder))
    with pytest.raises(Fault) as refused:
        await open_to_serve("assessment", changed)
    assert (refused.value.kind, refused.value.reason) == (Kind.UNAVAILABLE, "NOT_ENCRYPTED")
    assert refused.value.detail == f"PostgreSQL at SEVENSTEPS_DATABASE: {REASONS[change]}."


async def test_a_postgresql_that_does_not_encrypt_is_refused(postgres_url: str, tmp_path: Path) -> None:
    """The setting says that it must."""
    folder = Authority().write(tmp_path / "c", "assessment")
    settings = Settings(data=tmp_path, database=postgres_url, pack=PACK, database_certificates=str(folder))
    with pytest.raises(Fault, match="it does not encrypt connections: turn on its setting ssl"):
        await open_to_serve("assessment", settings)
