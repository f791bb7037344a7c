"""Connections to PostgreSQL: each is encrypted with the certificates of its moment, where the settings name some."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ssl import SSLCertVerificationError, SSLError

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from sevensteps.encryption.folder import Certificates
from sevensteps.encryption.handshake import EXPIRED, OTHER_NAME
from sevensteps.errors import Fault, Kind

LONGEST_CONNECT = 60.0
"""Seconds until a connection that does not come about is given up."""
REFUSALS = {
    "rejected SSL upgrade": "it does not encrypt connections: turn on its setting ssl",
    "requires a valid client certificate": "it wants a certificate of ours, and there is none for this process",
    "no encryption": "it takes encrypted connections only: set SEVENSTEPS_DATABASE_CERTIFICATES",
}
"""What PostgreSQL and its driver say of encryption, and what that means."""
DISTRUSTED = {
    **dict.fromkeys(OTHER_NAME, "its certificate is for other names than the host in the setting"),
    EXPIRED: "its certificate, or the authority in authority.pem, has ended",
}
"""Why its certificate is not trusted, by OpenSSL's numbers."""
REFUSED = "it refuses our certificate, or how to encrypt"
NO_SETTINGS: Mapping[str, str] = {}


def postgres_engine(
    url: str,
    schema: str,
    certificates: Certificates | None,
    *,
    server_settings: Mapping[str, str] = NO_SETTINGS,
    timeout: float = LONGEST_CONNECT,
    command_timeout: float | None = None,
    **options: object,
) -> AsyncEngine:
    """An engine for one schema. Where there are certificates, the server has to show one for the host of the URL.

    `command_timeout` is how many seconds a statement may take; for ever where it is None, as changes of the schema may.
    `options` are those of SQLAlchemy's engine.
    """
    connecting = {
        "server_settings": {"search_path": schema, **server_settings},
        "timeout": timeout,
        "command_timeout": command_timeout,
    }
    engine = create_async_engine(url, connect_args=connecting, **options)
    if certificates:

        @sa.event.listens_for(engine.sync_engine, "do_connect")
        def _encrypt(_dialect: object, _record: object, _arguments: object, named: dict[str, object]) -> None:
            named["ssl"] = certificates.context()

    return engine


@contextmanager
def telling_of_encryption(certificates: Certificates | None) -> Iterator[None]:
    """Raise a Fault (UNAVAILABLE, NOT_ENCRYPTED) in place of an error by which encryption keeps us from PostgreSQL.

    For the first connection of a process. PostgreSQL may close one without a word where it refuses our certificate.
    """
    try:
        yield
    except (OSError, sa.exc.DBAPIError) as error:
        why = why_not_encrypted(error)
        if not why and certificates and "connection was closed in the middle" in str(error):
            why = REFUSED
        if not why:
            raise
        raise Fault(Kind.UNAVAILABLE, "NOT_ENCRYPTED", f"PostgreSQL at SEVENSTEPS_DATABASE: {why}.") from error


def why_not_encrypted(error: BaseException) -> str:
    """How encryption keeps us from PostgreSQL, in plain words; empty where the error is another one."""
    cause = error.orig or error if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, SSLCertVerificationError):
        return DISTRUSTED.get(cause.verify_code, "its certificate is not signed by the authority in authority.pem")
    if isinstance(cause, SSLError):
        return REFUSED
    said = next((words for part, words in REFUSALS.items() if part in str(cause)), "")
    return why_not_encrypted(cause.__cause__) if cause.__cause__ and not said else said
