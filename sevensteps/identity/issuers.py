"""The issuers whose tokens are accepted, and what is believed of each."""

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence

from sevensteps import log
from sevensteps.identity.claims import (
    LONGEST_TOKEN_ID,
    CheckedToken,
    expired,
    is_word,
    life_of,
    unauthenticated,
)
from sevensteps.identity.issuer import Issuer
from sevensteps.identity.trust import Trust, actor_of

LOOK_SECONDS = 2.0
"""How often it is looked what is believed of which issuer, and whose keys are to be fetched."""
MOST_CHECKED = 1024
"""Most checked tokens that are remembered."""

Trusts = Callable[[], Sequence[Trust]]
"""What is believed of issuers now."""


class Issuers:
    """Checks the tokens of every issuer that a council, or the installation, believes."""

    def __init__(self, trusts: Trusts, skew: float) -> None:
        """`skew` is how far their clocks and this machine's may differ, in seconds."""
        self._read = trusts
        self._skew = skew
        self._trusts: Sequence[Trust] = ()
        self._issuers: dict[str, Issuer] = {}
        self._checked: dict[str, tuple[Issuer, int, CheckedToken]] = {}
        self._look()

    def councils(self) -> dict[str, list[str]]:
        """The councils that believe each issuer."""
        return {url: sorted({trust.council for trust in self._trusts if trust.issuer == url}) for url in self._issuers}

    def all(self) -> Sequence[Issuer]:
        """Every issuer that is believed."""
        return tuple(self._issuers.values())

    def believed(self) -> Sequence[Trust]:
        """What is believed of them now."""
        return self._trusts

    def issuer(self, url: str) -> Issuer | None:
        """The issuer of this name, if it is believed."""
        return self._issuers.get(url)

    def named_in(self, token: str) -> Issuer | None:
        """The issuer that a token names, if it is believed. What the token says is not checked yet."""
        if token in self._checked:
            return self._checked[token][0]
        return self._issuers.get(issuer_of(token)) if self._issuers else None

    async def check(self, token: str) -> CheckedToken:
        """Who the token speaks for.

        Raises Faults: UNAUTHENTICATED for a wrong, forged or expired one, UNAVAILABLE while its issuer's keys are not
        known, and those of `trust.actor_of`.
        """
        issuer = self.named_in(token)
        if issuer is None:
            raise unauthenticated("The token is from an issuer that no council here believes.")
        _, version, checked = self._checked.get(token, (issuer, -1, None))
        if checked is None or version != issuer.version:
            checked = await self._check(issuer, token)
            if len(self._checked) >= MOST_CHECKED:
                self._checked.clear()
            self._checked[token] = issuer, issuer.version, checked
        issuer.ensure_usable()
        if time.time() >= checked.expires:
            raise expired()
        return checked

    async def keep(self) -> None:
        """Keep keys and beliefs fresh, until cancelled."""
        while True:
            self._look()
            await asyncio.gather(*(issuer.fetch() for issuer in self.all() if issuer.is_due))
            await asyncio.sleep(LOOK_SECONDS)

    async def _check(self, issuer: Issuer, token: str) -> CheckedToken:
        claims = await issuer.claims_of(token)
        if claims.get("iss") != issuer.url:
            raise unauthenticated("The token's issuer and the one that signed it differ.")
        try:
            issued, expires = life_of(claims, self._skew)
        except KeyError as error:
            raise unauthenticated("The token lacks a claim: it needs iss, aud, exp and iat.") from error
        actor, token_id = actor_of(claims, [trust for trust in self._trusts if trust.issuer == issuer.url])
        if token_id and not is_word(token_id, LONGEST_TOKEN_ID):
            raise unauthenticated("The token's id cannot be used.")
        return CheckedToken(actor, issued - self._skew, expires + self._skew, token_id)

    def _look(self) -> None:
        trusts = self._read()
        if trusts == self._trusts:
            return
        self._trusts = trusts
        named = dict.fromkeys(trust.issuer for trust in trusts)
        self._issuers = {url: self._issuers.get(url) or Issuer(url) for url in named}
        self._checked.clear()
        log.get().info("issuers", believed=list(named))


def issuer_of(token: str) -> str:
    """The issuer that a token names, without any check of it; empty where it names none."""
    try:
        body = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, RecursionError):
        return ""
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""
