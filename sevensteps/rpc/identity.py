"""How a process knows who calls, and who it is itself to those that it calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from sevensteps.config import PRODUCTION, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.claims import CheckedToken, unauthenticated
from sevensteps.identity.client_credentials import ClientCredentials
from sevensteps.identity.issuers import Issuers
from sevensteps.identity.own_tokens import Tokens, tokens_of_process
from sevensteps.identity.revocations import Revocations
from sevensteps.identity.tokens import Keys
from sevensteps.trusted_issuers import TrustedIssuers

if TYPE_CHECKING:
    from sevensteps.background import Background
    from sevensteps.identity.actor import Role


class Identity:
    """Checks the tokens of callers: those of issuers, and on a machine for development those of its own key."""

    def __init__(self, settings: Settings, keys: Keys | None, issuers: Issuers) -> None:
        """`keys` sign development tokens; None in production, where they are not accepted."""
        self.issuers = issuers
        self.revocations = Revocations()
        """Which of the tokens have been revoked: whoever has the records reads it there."""
        self._settings = settings
        self._keys = keys
        self._own: list[ClientCredentials] = []
        self._background: Background | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """As the settings and the councils' files say. Raises a Fault in production without an issuer."""
        issuers = Issuers(TrustedIssuers(settings.policies).read, settings.clock_skew_seconds)
        if settings.mode != PRODUCTION:
            return cls(settings, Keys.open(settings.data), issuers)
        if not issuers.all():
            raise Fault(
                Kind.PRECONDITION,
                "ISSUER_MISSING",
                "SEVENSTEPS_MODE is production, and there is no issuer whose tokens are accepted. Write who may sign "
                f"in into identity.yaml in the folder of each council, and in {settings.policies} itself for the "
                "suite's own processes.",
            )
        return cls(settings, None, issuers)

    def own_tokens(self, subject: str, role: Role) -> Tokens:
        """Tokens for this process itself. Raises a Fault (PRECONDITION) where it has no way to get any."""
        tokens = tokens_of_process(self._settings, subject, role)
        if isinstance(tokens, ClientCredentials):
            self._own.append(tokens)
        return tokens

    async def check(self, token: str) -> CheckedToken:
        """Who a token speaks for.

        Raises Faults: UNAUTHENTICATED for a wrong, forged, expired or revoked one, and those of `Issuers.check`.
        """
        checked = await self._check(token)
        self.revocations.ensure_good(checked)
        return checked

    async def _check(self, token: str) -> CheckedToken:
        if self.issuers.named_in(token):
            return await self.issuers.check(token)
        if self._keys is None:
            raise unauthenticated("The token is from an issuer that no council here believes.")
        return self._keys.check(token)

    def begin(self, background: Background) -> None:
        """Keep issuers' keys and this process's own tokens fresh."""
        self._background = background
        self._tasks = [background.start("keeping issuers' keys", self.issuers.keep())]
        self._tasks += [background.start("renewing the own token", own.keep()) for own in self._own]

    async def close(self) -> None:
        """Stop what `begin` has begun."""
        for task in self._tasks:
            if self._background is not None:
                await self._background.stop(task)
