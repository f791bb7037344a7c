"""The tokens with which a process of the suite, or the command line, calls others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys, development_keys, machine_token, refuse_in_production

if TYPE_CHECKING:
    from sevensteps.config import Settings
    from sevensteps.identity.client_credentials import ClientCredentials

Tokens: TypeAlias = Callable[[], str] | Callable[[], Awaitable[str]]
"""Gives the token of the moment: at once, or after it has been fetched."""


def client_of(settings: Settings) -> ClientCredentials | None:
    """This process's tokens from its issuer; None where the settings name no issuer."""
    if not settings.issuer:
        return None
    from sevensteps.identity.client_credentials import Client, ClientCredentials  # noqa: PLC0415  slow to import

    secret = Path(settings.client_secret_file)
    return ClientCredentials(Client(settings.issuer, settings.client_id, secret, settings.client_scope))


def tokens_of_process(settings: Settings, subject: str, role: Role) -> Tokens:
    """Those of one of the suite's own processes, for every council. Raises a Fault (PRECONDITION) where there are none.

    An issuer's tokens are this client's, whatever the subject and the role.
    """
    client = client_of(settings)
    if client is not None:
        return client
    refuse_in_production(settings)
    return machine_token(Keys.open(settings.data), subject, role)


def tokens_of_command_line(settings: Settings, subject: str, role: Role, council: str = EVERY_COUNCIL) -> Tokens:
    """Those of whoever uses the command line. Raises a Fault (PRECONDITION) where there are none.

    A token in a file and an issuer's say themselves whose they are, whatever the subject and the role.
    """
    if settings.token_file:
        return lambda: _token_in(Path(settings.token_file))
    client = client_of(settings)
    if client is not None:
        return client
    return machine_token(development_keys(settings), subject, role, council)


def _token_in(file: Path) -> str:
    """Read each time: whatever writes it may renew it."""
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        detail = f"SEVENSTEPS_TOKEN_FILE: {file} cannot be read ({type(error).__name__}). Put the token there."
        raise Fault(Kind.PRECONDITION, "TOKEN_FILE_UNREADABLE", detail) from error
