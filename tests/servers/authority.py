"""An authority of the tests' own, which signs certificates with any names and any end."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HERE = ("localhost", "127.0.0.1")
DAY = timedelta(days=1)


class Authority:
    """Signs what it is told to."""

    def __init__(self, name: str = "tests", ends: timedelta = 3650 * DAY) -> None:
        self._key = generate_private_key(SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder(self._name, self._name, self._key.public_key(), x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - 400 * DAY)
            .not_valid_after(datetime.now(UTC) + ends)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        )
        self.pem = builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM)

    def sign(
        self,
        process: str,
        names: Sequence[str] = HERE,
        ends: timedelta = 365 * DAY,
        begins: timedelta = -390 * DAY,
        uri: str = "",
    ) -> tuple[bytes, bytes]:
        """A certificate with the identity of a process, or another URI, and the key to it."""
        key = generate_private_key(SECP256R1())
        identities = [x509.UniformResourceIdentifier(uri or f"spiffe://sevensteps/{process}")]
        builder = (
            x509.CertificateBuilder(self._name, None, key.public_key(), x509.random_serial_number())
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, process)]))
            .not_valid_before(datetime.now(UTC) + begins)
            .not_valid_after(datetime.now(UTC) + ends)
            .add_extension(x509.SubjectAlternativeName([*identities, *map(_name, names)]), critical=False)
        )
        key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM), key_pem

    def write(
        self,
        folder: Path,
        *processes: str,
        names: Sequence[str] = HERE,
        ends: timedelta = 365 * DAY,
        begins: timedelta = -390 * DAY,
    ) -> Path:
        """A folder with this authority's certificate, and one of each process."""
        folder.mkdir(exist_ok=True)
        (folder / "authority.pem").write_bytes(self.pem)
        for process in processes:
            certificate, key = self.sign(process, names, ends, begins)
            (folder / f"{process}.pem").write_bytes(certificate)
            (folder / f"{process}.key").write_bytes(key)
        return folder


def server_context(folder: Path, process: str) -> ssl.SSLContext:
    """What a server of somebody else's shows; it wants a certificate of the authority in the folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{process}.pem", folder / f"{process}.key")
    context.load_verify_locations(folder / "authority.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    return context


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
