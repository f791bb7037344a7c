"""`sevensteps certificates dev`: an authority for development, and a certificate for every process."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from servers.authority import DAY, Authority
from sevensteps import clock
from sevensteps.config import SERVICES, Settings
from sevensteps.encryption.certificates import Files
from sevensteps.encryption.development import make_certificates
from sevensteps.errors import Fault

SETTINGS = Settings(
    feed="feed.example:7705",
    feed_internal="10.0.0.5:7715",
    certificates="somewhere",
    console_url="https://console.example:8443",
)
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
PROCESSES = {*SERVICES, "worker", "command-line", "console", "temporal", "postgres"}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_every_process_gets_a_certificate_for_its_names(tmp_path: Path) -> None:
    """Those of compose, of this machine and of the settings, and for our own processes the identity that is checked."""
    make_certificates(tmp_path / "c", SETTINGS)
    names = {process: Files.read(tmp_path / "c", process, clock.now()).chain[0].names for process in PROCESSES}
    assert names["feed"] == (
        "spiffe://sevensteps/feed",
        *("feed", "localhost", "127.0.0.1", "::1", "feed.example", "10.0.0.5"),
    )
    assert names["worker"] == ("spiffe://sevensteps/worker", "worker", "localhost", "127.0.0.1", "::1")
    assert names["console"] == ("spiffe://sevensteps/console", "console", *THIS_MACHINE, "console.example")
    assert names["postgres"] == ("postgres", "localhost", "127.0.0.1", "::1")
    assert {file.stem for file in (tmp_path / "c").glob("*.key")} == PROCESSES | {"authority"}
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "c").glob("*.key")} == {0o600}
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o700


def test_strict_clients_take_them(tmp_path: Path) -> None:
    """OpenSSL, told to be as strict as the standard, and Python's clients from 3.13 on."""
    make_certificates(tmp_path, SETTINGS)
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "feed.example"]
    done = subprocess.run(
        [*command, "-CAfile", tmp_path / "authority.pem", tmp_path / "feed.pem"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_made_again_what_is_good_stays(tmp_path: Path) -> None:
    """Only what is missing, has another name now, or ends within a month is made again."""
    make_certificates(tmp_path, SETTINGS)
    before = contents(tmp_path)
    assert make_certificates(tmp_path, SETTINGS) == []
    assert contents(tmp_path) == before
    (tmp_path / "planning.key").unlink()
    changed = Settings(feed="other.example:7705", certificates="somewhere")
    assert {file.name for file in make_certificates(tmp_path, changed)} == {
        "planning.pem",
        "planning.key",
        "feed.pem",
        "feed.key",
    }
    assert contents(tmp_path)["authority.pem"] == before["authority.pem"]


def test_what_ends_within_a_month_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So whoever starts the suite once a month never sees one that has ended."""
    make_certificates(tmp_path, SETTINGS)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 340 * DAY)
    assert len(make_certificates(tmp_path, SETTINGS)) == 2 * len(PROCESSES)


def test_an_authority_is_replaced_only_when_that_is_said(tmp_path: Path) -> None:
    """Everything that it has signed is made again with it."""
    make_certificates(tmp_path, SETTINGS)
    before = contents(tmp_path)
    assert len(make_certificates(tmp_path, SETTINGS, new_authority=True)) == 2 * len(PROCESSES) + 2
    after = contents(tmp_path)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] == after[name]] == []


def test_a_councils_own_authority_is_not_touched(tmp_path: Path) -> None:
    """Its key is elsewhere, so nothing can be signed."""
    Authority().write(tmp_path, "feed")
    before = contents(tmp_path)
    with pytest.raises(Fault, match=r"authority\.pem is an authority whose key is not in the folder"):
        make_certificates(tmp_path, SETTINGS)
    assert contents(tmp_path) == before


def test_there_are_none_in_production(tmp_path: Path) -> None:
    """Anybody who can read the folder could make certificates for anything."""
    with pytest.raises(Fault, match="SEVENSTEPS_MODE is production: use certificates of the council's own authority"):
        make_certificates(tmp_path / "c", replace(SETTINGS, mode="production"))
    assert not (tmp_path / "c").exists()
