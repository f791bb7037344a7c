"""Why an encrypted connection fails, in plain words: what OpenSSL and gRPC say of it is for nobody."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ssl import CERT_NONE, PROTOCOL_TLS_CLIENT, SSLCertVerificationError, SSLContext, SSLError, SSLObject
from typing import cast

from cryptography import x509

from sevensteps import clock
from sevensteps.clock import day_in_words
from sevensteps.encryption.certificates import AUTHORITY, Certificate, file_of
from sevensteps.encryption.folder import Certificates

SECONDS = 3.0
"""How long a connection that is tried may take."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
"""With what a client of gRPC begins: a server that goes on answers it."""
EXPIRED, NOT_YET = 10, 9
OTHER_NAME = frozenset({62, 64})
UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21, 24, 26, 79})
"""Numbers by which OpenSSL says why it does not trust a certificate."""
CALL_FAILED: Mapping[str, str] = {
    "certificate has expired": "the certificate that is shown there has ended",
    "certificate is not yet valid": "the certificate that is shown there is not valid yet",
    "Hostname Verification": "the certificate that is shown there is for other names than the address",
    "WRONG_VERSION_NUMBER": "there is no encryption there",
    "CERTIFICATE_VERIFY_FAILED": "the certificate that is shown there is not signed by the authority in authority.pem",
    "andshake failed": "both sides could not agree how to encrypt",
    "SSL": "both sides could not agree how to encrypt",
}
"""What gRPC's own words for a connection that fails have in them, and what they mean. The first that fits counts."""


def words_for(details: str) -> str:
    """What gRPC says of a call that failed, in plain words where encryption is the reason; else as it is."""
    for said, words in CALL_FAILED.items():
        if said in details:
            return f"No encrypted connection could be made: {words}."
    return details


async def shown_by(address: str) -> Certificate | None:
    """The certificate that is shown at an address, trusted or not; None where there is no encryption, or nobody."""
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, CERT_NONE
    try:
        async with _connection(address, context) as (_, writer):
            shown = cast("SSLObject", writer.get_extra_info("ssl_object")).getpeercert(binary_form=True)
    except (OSError, TimeoutError):
        return None
    return Certificate(address, x509.load_der_x509_certificate(shown)) if shown else None


async def trouble(address: str, certificates: Certificates | None, setting: str = "SEVENSTEPS_CERTIFICATES") -> str:
    """Why encryption keeps a call from an address, and what to do; empty where it is not the reason.

    `certificates` are the caller's, None where it does not encrypt; `setting` names their folder.
    """
    if certificates is None:
        if await shown_by(address) is None:
            return ""
        return f"{address} wants encrypted calls: set {setting} to a folder with its {AUTHORITY}.pem."
    try:
        async with _connection(address, certificates.context()) as (reader, writer):
            writer.write(PREFACE)
            async with asyncio.timeout(SECONDS):
                answer = await reader.read(1)
    except SSLCertVerificationError as error:
        return await _distrust(address, certificates, error.verify_code)
    except SSLError as error:
        if "ALERT" in (error.reason or "") and await shown_by(address):
            return _refused(address, certificates)
        return _no_encryption(address, setting)
    except ConnectionResetError:
        return _no_encryption(address, setting) if await shown_by(address) is None else _refused(address, certificates)
    except (OSError, TimeoutError):
        return ""
    return "" if answer else _refused(address, certificates)


async def _distrust(address: str, certificates: Certificates, code: int) -> str:
    shown = await shown_by(address)
    if shown is None:
        return f"{address} shows a certificate that cannot be trusted, and now none."
    authority = file_of(certificates.folder, AUTHORITY)
    if code == EXPIRED:
        return _ended(address, shown, certificates)
    if code == NOT_YET:
        begins = shown.content.not_valid_before_utc
        return f"The certificate of {address} is valid from {day_in_words(begins.date())} only. A clock may be wrong."
    if code in OTHER_NAME:
        return (
            f"The certificate of {address} is for {', '.join(shown.names) or 'no name'}. Call it by one of these, or "
            "have a certificate made that has this address too."
        )
    if code in UNKNOWN_AUTHORITY:
        return (
            f"The certificate of {address} is signed by {shown.issuer}, which is not in {authority}. If that authority "
            "is to be trusted, put its certificate there."
        )
    return f"The certificate of {address} ({shown.subject}) is not one that can be trusted to be of a server."


def _ended(address: str, shown: Certificate, certificates: Certificates) -> str:
    now = clock.now()
    ended = [each for each in (shown, *certificates.files().authorities) if each.ends <= now] or [shown]
    whose = f"The certificate of {address}" if ended[0] is shown else f"The authority in {ended[0].found}"
    return f"{whose} ended on {day_in_words(ended[0].ends.date())}. Whoever looks after it has to put a new one there."


def _refused(address: str, certificates: Certificates) -> str:
    own = certificates.files().chain
    if not own:
        return (
            f"{address} wants a certificate of whoever calls, and there is no {certificates.process}.pem in "
            f"{certificates.folder}."
        )
    return (
        f"{address} refuses the certificate in {own[0].found}, which ends on {day_in_words(own[0].ends.date())} and is "
        f"signed by {own[0].issuer}: is that authority trusted there?"
    )


def _no_encryption(address: str, setting: str) -> str:
    return f"{address} does not encrypt calls, and {setting} is set. Set it on both sides, or on neither."


@asynccontextmanager
async def _connection(
    address: str, context: SSLContext
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """An encrypted connection to try. Raises OSError, SSLError among them, and TimeoutError."""
    host, _, port = address.rpartition(":")
    context.set_alpn_protocols(["h2"])
    async with asyncio.timeout(SECONDS):
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port), ssl=context)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
