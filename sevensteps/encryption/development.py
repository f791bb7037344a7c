"""An authority for development and tests, with a certificate for every process. Not for a council's own data."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sevensteps import clock
from sevensteps.addresses import addresses_of, host_of
from sevensteps.config import PRODUCTION, SERVICES, Settings
from sevensteps.encryption.certificates import (
    AUTHORITY,
    COMMAND_LINE,
    CONSOLE,
    TOLD_BEFORE,
    WORKER,
    Files,
    file_of,
    identity,
    key_of,
    read_certificates,
    unusable,
)
from sevensteps.errors import Fault, Kind

OWN = (*SERVICES, WORKER, COMMAND_LINE, CONSOLE)
OTHERS = ("temporal", "postgres")
"""Servers that are not ours, and what compose calls them."""
FOLDER = "certificates"
"""Within the data folder, where no other is named."""
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
AUTHORITY_LASTS = timedelta(days=5 * 365)
LASTS = timedelta(days=365)
BOTH_SIDES = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
SIGNS = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
"""What an authority's key is for: strict clients want it said."""
EARLIER = timedelta(hours=1)
"""Certificates are valid from before they are made: clocks differ."""


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


def make_certificates(folder: Path, settings: Settings, *, new_authority: bool = False) -> list[Path]:
    """Make an authority where there is none, and what is missing of certificates, has ended or ends within a month.

    Answers the files that were written. Everything else stays. Raises a Fault (PRECONDITION) for an authority whose key
    is not there, and where development certificates must not be used.
    """
    _refuse_in_production(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = clock.now()
    authority = None if new_authority else _existing(folder)
    written: list[Path] = []
    if authority is None:
        authority = _new_authority(now)
        written += _write(folder, AUTHORITY, authority.certificate, authority.key)
    for name, names in _names(settings).items():
        if not _is_good(folder, name, names, now):
            written += _write(folder, name, *_signed(authority, name, names, now))
    return written


def _refuse_in_production(settings: Settings) -> None:
    if settings.mode == PRODUCTION:
        detail = "SEVENSTEPS_MODE is production: use certificates of the council's own authority."
        raise Fault(Kind.PRECONDITION, "DEVELOPMENT_ONLY", detail)


def with_development_certificates(settings: Settings) -> Settings:
    """The settings with certificates for development in the data folder. Raises as `make_certificates`."""
    settings.make_data_folder()
    encrypted = replace(settings, certificates=str(settings.data / FOLDER))
    make_certificates(settings.data / FOLDER, encrypted)
    return encrypted


def _names(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """The names and addresses of every process: those of compose, of this machine, and of the settings."""
    names = {name: [name, *THIS_MACHINE] for name in (*OWN, *OTHERS)}
    for name in SERVICES:
        for address in addresses_of(f"{settings.address(name)},{settings.internal_address(name)}"):
            names[name].append(host_of(address).strip("[]"))
    if settings.console_url:
        names[CONSOLE].append(str(urlsplit(settings.console_url).hostname))
    return {name: tuple(dict.fromkeys(each)) for name, each in names.items()}


def _is_good(folder: Path, name: str, names: Iterable[str], now: datetime) -> bool:
    """Whether the files of a process are there, go together, have all names, and last for a month."""
    with suppress(Fault, IndexError):
        own = Files.read(folder, name, now).chain[0]
        return own.ends - now > TOLD_BEFORE and {*names} <= {*own.names}
    return False


def _existing(folder: Path) -> _Authority | None:
    file, key_file = file_of(folder, AUTHORITY), key_of(folder, AUTHORITY)
    if not file.exists():
        return None
    if not key_file.exists():
        raise unusable(f"{file} is an authority whose key is not in the folder, so it cannot sign. Name another one.")
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise unusable(f"{key_file} was not made by `sevensteps certificates dev`. Name another folder.")
    certificate = read_certificates(file)[0]
    if warning := certificate.warning(clock.now()):
        raise unusable(f"{warning} `sevensteps certificates dev --new-authority` makes one, and all certificates anew.")
    return _Authority(certificate.content, key)


def _new_authority(now: datetime) -> _Authority:
    key = generate_private_key(SECP256R1())
    name = _name("Seven Steps development authority")
    builder = (
        _builder(name, name, key, now, now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(SIGNS, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _Authority(builder.sign(key, SHA256()), key)


def _signed(
    authority: _Authority, name: str, names: Iterable[str], now: datetime
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    key, signer = generate_private_key(SECP256R1()), authority.certificate
    ends = min(now + LASTS, signer.not_valid_after_utc)
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(_name(name), signer.subject, key, now, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_general_names(name, names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage(BOTH_SIDES), critical=False)
        .add_extension(signed_by, critical=False)
    )
    return builder.sign(authority.key, SHA256()), key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(begins - EARLIER).not_valid_after(ends)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_names(name: str, names: Iterable[str]) -> Iterator[x509.GeneralName]:
    if name in OWN:
        yield x509.UniformResourceIdentifier(identity(name))
    for each in names:
        try:
            yield x509.IPAddress(ip_address(each))
        except ValueError:
            yield x509.DNSName(each)


def _write(folder: Path, name: str, certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> list[Path]:
    """Write a key and its certificate, each in one go, so that nobody reads half of one."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    contents = {key_of(folder, name): pem, file_of(folder, name): certificate.public_bytes(Encoding.PEM)}
    for file, content in contents.items():
        with NamedTemporaryFile(dir=folder, delete=False) as draft:  # only its owner can read it
            draft.write(content)
        if content != pem:
            Path(draft.name).chmod(0o644)
        Path(draft.name).replace(file)
    return list(contents)
