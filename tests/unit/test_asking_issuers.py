"""How an issuer is asked: over HTTPS, and whatever it answers."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sevensteps.identity import http
from sevensteps.web_address import problem_of_web_address


def certificate(folder: Path) -> Path:
    """A certificate of this machine with its key, which no authority has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def answering(body: bytes, status: int = 200, secured: Path | None = None, **headers: str) -> Iterator[str]:
    """The address of a server that always answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if secured:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(secured)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http{'s' if secured else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the council says that it does: whoever listens in between is not the issuer."""
    file = certificate(tmp_path)
    with answering(b'{"a": 1}', secured=file) as url:
        with pytest.raises(http.NoAnswerError, match="ConnectError"):
            await http.get(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert await http.get(url) == {"a": 1}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"<html>", 200, "JSON object"),
        (b"[]", 200, "JSON object"),
        (b"[" * 100_000, 200, "JSON object"),
        (b"{}", 500, "status 500"),
        (b'{"error": "invalid_client", "error_description": "amy"}', 401, "status 401, invalid_client"),
        (b'{"error": "<b>"}', 400, "status 400"),
        (json.dumps({"a": "x" * http.MOST_BYTES}).encode(), 200, "does not answer"),
    ],
)
async def test_whatever_it_answers_is_an_object_or_no_answer(body: bytes, status: int, words: str) -> None:
    """Pages, errors, and what has no end. Only the code of an error is repeated."""
    with answering(body, status) as url, pytest.raises(http.NoAnswerError, match=words) as refused:
        await http.get(url)
    assert "amy" not in str(refused.value)


async def test_nobody_is_sent_elsewhere() -> None:
    """A redirect could lead anywhere, with the secret of a program."""
    with (
        answering(b"{}") as other,
        answering(b"", 302, Location=other) as url,
        pytest.raises(http.NoAnswerError, match="status 302"),
    ):
        await http.get(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://",
        "http://login.example",
        "ftp://127.0.0.1",
        "https://a b",
        "https://[::1",
        "https://u@h/",
        None,
    ],
)
async def test_an_address_that_cannot_be_asked_is_said(url: object) -> None:
    """Also where an issuer tells it for its keys."""
    assert problem_of_web_address(str(url))
    with pytest.raises(http.NoAnswerError, match="expected an address"):
        await http.get(str(url))


@pytest.mark.parametrize(
    "url", ["https://login.example/a", "http://127.0.0.1:1/a", "http://[::1]:1", "http://localhost"]
)
def test_an_address_is_secured_or_on_this_machine(url: str) -> None:
    """Only there nobody can listen in."""
    assert problem_of_web_address(url) == ""
