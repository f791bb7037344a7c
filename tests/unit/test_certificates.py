"""Certificates in a folder: which are used, which are refused and why, and what is told of their ends."""

from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from structlog.testing import capture_logs

from servers.authority import DAY, Authority
from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.encryption import folder as folders
from sevensteps.encryption.folder import Certificates, certificates_for_calls
from sevensteps.encryption.handshake import words_for
from sevensteps.errors import Fault


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at whenever they are asked for."""
    monkeypatch.setattr(folders, "LOOK_SECONDS", 0.0)


def refusal(folder: Path, process: str = "feed") -> str:
    with pytest.raises(Fault) as refused:
        Certificates(folder, process)
    assert refused.value.reason == "CERTIFICATES_UNUSABLE"
    return refused.value.detail


def test_a_certificate_that_belongs_to_another_key_is_refused(tmp_path: Path) -> None:
    """The sentence names both files."""
    folder = Authority().write(tmp_path, "feed", "worker")
    (folder / "feed.pem").write_bytes((folder / "worker.pem").read_bytes())
    assert refusal(folder) == (
        f"{folder}/feed.pem does not belong to the key in {folder}/feed.key: expected the certificate of that key."
    )


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("feed.pem", "feed.pem has no certificates, or not all of one: expected PEM."),
        ("feed.key", "feed.key has no key, or not all of one: expected PEM."),
        ("authority.pem", "authority.pem has no certificates, or not all of one: expected PEM."),
    ],
)
def test_half_a_file_is_refused(tmp_path: Path, file: str, said: str) -> None:
    """The sentence names the file."""
    folder = Authority().write(tmp_path, "feed")
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[: len(whole) // 2])
    assert refusal(folder) == f"{folder}/{said}"


def test_a_key_with_a_passphrase_is_refused(tmp_path: Path) -> None:
    """Nobody is there to type it."""
    folder = Authority().write(tmp_path, "feed")
    key = load_pem_private_key((folder / "feed.key").read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (folder / "feed.key").write_bytes(locked)
    assert refusal(folder) == f"{folder}/feed.key has a passphrase: expected a key without one."


def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    """No other process would trust it."""
    folder = Authority().write(tmp_path, "feed")
    (folder / "authority.pem").write_bytes(Authority("another").pem)
    assert f"{folder}/feed.pem is signed by CN=tests, which is not in {folder}/authority.pem" in refusal(folder)


def test_a_certificate_that_has_ended_or_not_begun_is_refused(tmp_path: Path) -> None:
    """The sentence says since when, or until when."""
    ended = clock.day_in_words((clock.now() - 3 * DAY).date())
    folder = Authority().write(tmp_path, "feed", ends=-3 * DAY)
    assert refusal(folder) == (
        f"The certificate in {folder}/feed.pem (CN=feed) ended on {ended}, 3 days ago. Put a new one in its place."
    )
    begins = clock.day_in_words((clock.now() + 2 * DAY).date())
    Authority().write(tmp_path, "feed", begins=2 * DAY)
    assert refusal(folder) == f"{folder}/feed.pem is valid from {begins} only. This machine's clock may be wrong."


def test_a_service_needs_a_certificate_and_the_command_line_does_not(tmp_path: Path) -> None:
    """People who call show a token alone."""
    settings = Settings(certificates=str(Authority().write(tmp_path)))
    people = certificates_for_calls(settings, "command-line")
    assert people is not None
    assert people.files().chain == ()
    with pytest.raises(Fault, match=r"There is no .*/feed.pem: feed needs a certificate of its own there"):
        certificates_for_calls(settings, "feed")
    assert certificates_for_calls(Settings(), "feed") is None


def test_a_pair_that_is_written_half_is_not_taken(tmp_path: Path) -> None:
    """What was there stays, the log says why, once; the whole pair is taken, and so is a new authority."""
    old, new = Authority(), Authority("new")
    certificates = Certificates(old.write(tmp_path, "feed"), "feed")
    before = certificates.files()
    certificate, key = old.sign("feed")
    with capture_logs() as logged:
        (tmp_path / "feed.pem").write_bytes(certificate)
        assert certificates.files() is before
        assert certificates.files() is before
        assert [line["event"] for line in logged] == ["new certificates are not taken"]
        assert "feed.pem does not belong to the key in" in logged[0]["detail"]
        (tmp_path / "feed.key").write_bytes(key)
        assert certificates.files().chain_pem == certificate
        (tmp_path / "authority.pem").write_bytes(old.pem + new.pem)
        assert len(certificates.files().authorities) == 2
        (tmp_path / "feed.pem").unlink()
        (tmp_path / "feed.key").unlink()
        assert certificates.files().chain_pem == certificate
    assert [line["event"] for line in logged[1:3]] == ["new certificates are taken"] * 2
    assert "feed.pem is gone" in logged[-1]["detail"]


def test_one_that_is_not_valid_yet_is_taken_once_it_is(tmp_path: Path) -> None:
    """Until then the old one is used; nobody has to write the files again."""
    authority = Authority()
    certificates = Certificates(authority.write(tmp_path, "feed"), "feed")
    before = certificates.files()
    authority.write(tmp_path, "feed", begins=timedelta(seconds=2))
    with capture_logs() as logged:
        assert certificates.files() is before
        deadline = monotonic() + 10
        while certificates.files() is before and monotonic() < deadline:
            sleep(0.05)
    assert certificates.files() is not before
    assert [line["event"] for line in logged] == ["new certificates are not taken", "new certificates are taken"]


@pytest.mark.parametrize(
    ("left", "level"), [(30.5 * DAY, ""), (29.5 * DAY, "warning"), (timedelta(seconds=2), "warning")]
)
def test_what_ends_within_a_month_is_told_once_a_day(tmp_path: Path, left: timedelta, level: str) -> None:
    """A certificate that lasts longer than 30 days is not told of."""
    certificates = Certificates(Authority().write(tmp_path, "feed", ends=left), "feed")
    with capture_logs() as logged:
        certificates.tell()
        certificates.tell()
    assert [line["log_level"] for line in logged] == ([level] if level else [])
    assert all("(CN=feed) ends on " in line["detail"] for line in logged)


def test_every_day_it_is_told_anew_and_at_the_end_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process goes on: its certificate may be replaced at any time."""
    certificates = Certificates(Authority().write(tmp_path, "feed", ends=2.5 * DAY), "feed")
    now = clock.now()
    told: list[tuple[str, str]] = []
    for days in (0.0, 0.1, 1.0, 2.0, 3.0):
        monkeypatch.setattr(clock, "now", lambda days=days: now + days * DAY)
        with capture_logs() as logged:
            certificates.tell()
        told += [(line["log_level"], line["detail"].rpartition(", ")[2].partition(".")[0]) for line in logged]
    assert told == [
        ("warning", "2 days from now"),
        ("warning", "1 day from now"),
        ("warning", "0 days from now"),
        ("error", "0 days ago"),
    ]
    assert certificates.has_ended


def test_an_authority_that_ends_is_told_too(tmp_path: Path) -> None:
    """All certificates that it has signed end with it."""
    certificates = Certificates(Authority(ends=10.5 * DAY).write(tmp_path, "feed"), "feed")
    with capture_logs() as logged:
        certificates.tell()
    assert [line["detail"].partition(" ends")[0] for line in logged] == [
        f"The certificate in {tmp_path}/authority.pem (CN=tests)"
    ]


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (
            "SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: certificate has expired: OK",
            "No encrypted connection could be made: the certificate that is shown there has ended.",
        ),
        ("Tls handshake failed (TSI_PROTOCOL_FAILURE): x", "No encrypted connection could be made: both sides could"),
        ("Deadline Exceeded", "Deadline Exceeded"),
    ],
)
def test_what_openssl_says_is_told_in_plain_words(details: str, words: str) -> None:
    """Whatever else gRPC says stays as it is."""
    assert words_for(details).startswith(words)
    assert "SSL" not in words_for(details)
