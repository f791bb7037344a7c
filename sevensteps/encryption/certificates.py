"""What certificates say: whose they are, who signed them, until when; and whether a set of files goes together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from sevensteps.clock import day_in_words
from sevensteps.errors import Fault, Kind

AUTHORITY = "authority"
COMMAND_LINE = "command-line"
"""The process that people run, by the name that its certificate has."""
WORKER = "worker"
CONSOLE = "console"
"""The process that serves pages to browsers."""
DOMAIN = "spiffe://sevensteps/"
TOLD_BEFORE = timedelta(days=30)
"""How long before its end a certificate is told of."""


def identity(process: str) -> str:
    """The URI by which a certificate says that it is one of the suite's own processes."""
    return DOMAIN + process


def file_of(folder: Path, name: str) -> Path:
    """The file of a process's certificates, its own first, or of those of the authorities."""
    return folder / f"{name}.pem"


def key_of(folder: Path, name: str) -> Path:
    """The file of the key to it."""
    return folder / f"{name}.key"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, and where it was found: a file, or the address that showed it."""

    found: str
    content: x509.Certificate

    @property
    def subject(self) -> str:
        """Whose it is, as it says itself."""
        return self.content.subject.rfc4514_string()

    @property
    def issuer(self) -> str:
        """Who signed it, as it says itself."""
        return self.content.issuer.rfc4514_string()

    @property
    def names(self) -> tuple[str, ...]:
        """The names, addresses and URIs that it is for."""
        try:
            found = self.content.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return ()
        return tuple(
            str(name.value)
            for name in found
            if isinstance(name, x509.DNSName | x509.IPAddress | x509.UniformResourceIdentifier)
        )

    @property
    def ends(self) -> datetime:
        """The moment from which it is not valid any more."""
        return self.content.not_valid_after_utc

    def warning(self, now: datetime) -> str:
        """That it has ended, or will within a month; empty where it will not."""
        days = abs(self.ends - now).days
        when = f"{day_in_words(self.ends.date())}, {days} {'day' if days == 1 else 'days'}"
        if self.ends <= now:
            return f"The certificate in {self.found} ({self.subject}) ended on {when} ago. Put a new one in its place."
        if self.ends - now > TOLD_BEFORE:
            return ""
        return (
            f"The certificate in {self.found} ({self.subject}) ends on {when} from now. Put a new one in its place "
            "before; nothing has to be started again."
        )


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one process, read at one moment, and found to go together."""

    authorities: tuple[Certificate, ...]
    chain: tuple[Certificate, ...]
    """The process's own certificate, and those between it and the authority; empty where it has none."""
    authorities_pem: bytes
    chain_pem: bytes
    key_pem: bytes

    @classmethod
    def read(cls, folder: Path, name: str, now: datetime) -> Self:
        """Read and check them. Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE) for those that cannot be used."""
        authority, own, key = file_of(folder, AUTHORITY), file_of(folder, name), key_of(folder, name)
        authorities_pem = _content(authority)
        has_own = own.exists() or key.exists()
        chain_pem, key_pem = (_content(own), _content(key)) if has_own else (b"", b"")
        files = cls(
            tuple(_certificates(authority, authorities_pem)),
            tuple(_certificates(own, chain_pem)) if has_own else (),
            authorities_pem,
            chain_pem,
            key_pem,
        )
        if has_own:
            _check_pair(files.chain[0], key, key_pem)
            _check_signed(files.chain, files.authorities, authority)
            _check_valid(files.chain[0], now)
        return files

    def all(self) -> Iterator[Certificate]:
        """The process's own, and those of the authorities."""
        yield from self.chain
        yield from self.authorities

    def warnings(self, now: datetime) -> list[str]:
        """What has ended, or will within a month."""
        return [warning for each in self.all() if (warning := each.warning(now))]

    def has_ended(self, now: datetime) -> bool:
        """Whether nobody can trust the process's own certificate any more, because a certificate has ended."""
        return any(each.ends <= now for each in self.chain) or all(each.ends <= now for each in self.authorities)


def read_certificates(file: Path) -> list[Certificate]:
    """All certificates of a file. Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE) where it has none."""
    return list(_certificates(file, _content(file)))


def unusable(detail: str) -> Fault:
    """For files of certificates that cannot be used."""
    return Fault(Kind.PRECONDITION, "CERTIFICATES_UNUSABLE", detail)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise unusable(f"{file} cannot be read ({error.strerror}).") from error


def _certificates(file: Path, pem: bytes) -> Iterator[Certificate]:
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise unusable(f"{file} has no certificates, or not all of one: expected PEM.") from error
    for each in found:
        yield Certificate(str(file), each)


def _check_pair(own: Certificate, key_file: Path, key_pem: bytes) -> None:
    try:
        key = load_pem_private_key(key_pem, password=None)
    except TypeError as error:
        raise unusable(f"{key_file} has a passphrase: expected a key without one.") from error
    except ValueError as error:
        raise unusable(f"{key_file} has no key, or not all of one: expected PEM.") from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != own.content.public_key().public_bytes(*form):
        raise unusable(f"{own.found} does not belong to the key in {key_file}: expected the certificate of that key.")


def _check_signed(chain: Sequence[Certificate], authorities: Sequence[Certificate], file: Path) -> None:
    for each in chain:
        for authority in authorities:
            if each.content == authority.content or _is_signed_by(each.content, authority.content):
                return
    raise unusable(
        f"{chain[0].found} is signed by {chain[-1].issuer}, which is not in {file}: expected the authority there, or "
        f"the certificates between the two in {chain[0].found}."
    )


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_valid(own: Certificate, now: datetime) -> None:
    if own.ends <= now:
        raise unusable(own.warning(now))
    begins = own.content.not_valid_before_utc
    if begins > now:
        raise unusable(
            f"{own.found} is valid from {day_in_words(begins.date())} only. This machine's clock may be wrong."
        )
