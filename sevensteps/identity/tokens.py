"""Development tokens: signed and checked by a key in the data folder. A suite on one machine needs no issuer."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Self
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

from sevensteps.config import PRODUCTION, Settings
from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.identity.claims import (
    LONGEST_COUNCIL,
    LONGEST_SUBJECT,
    LONGEST_TOKEN_ID,
    SKEW_SECONDS,
    CheckedToken,
    expired,
    form,
    is_word,
    life_of,
    texts_of,
    unauthenticated,
    word_of,
)
from sevensteps.installation import command
from sevensteps.key_file import make_once

ISSUER = "sevensteps-development"
AUDIENCE = "sevensteps"
ALGORITHM = "Ed25519"
MOST_CHECKED = 1024
"""Most checked tokens that are remembered."""
MACHINE_SECONDS = 600.0
"""How long a token of one of the suite's own processes lives."""


@dataclass(slots=True)
class Keys:
    """The development key: signs tokens and checks them."""

    key: OKPKey
    _checked: dict[str, CheckedToken] = field(default_factory=dict)

    @classmethod
    def open(cls, data: Path) -> Self:
        """The key in the data folder. It is made at the first start, and only its owner can read it."""
        path = data / "keys" / "development.pem"
        make_once(path, lambda: OKPKey.generate_key("Ed25519").as_pem(private=True))
        return cls(OKPKey.import_key(path.read_bytes()))

    @classmethod
    def existing(cls, data: Path) -> Self:
        """The key that a suite has made. Raises a Fault (PRECONDITION) where none has been started."""
        if not (data / "keys" / "development.pem").exists():
            raise Fault(
                Kind.PRECONDITION,
                "NO_SUITE_HERE",
                f"No suite has been started with the data folder {data}. `{command('up')}` starts one; "
                "SEVENSTEPS_DATA names another folder.",
            )
        return cls.open(data)

    def issue(
        self, subject: str, roles: Iterable[Role], council: str, *, teams: Iterable[str] = (), seconds: float = 3600
    ) -> str:
        """A signed token, valid for some seconds. Raises a Fault (INVALID) for one that no service would accept."""
        for claim, value, longest in (("subject", subject, LONGEST_SUBJECT), ("council", council, LONGEST_COUNCIL)):
            if not is_word(value, longest):
                raise invalid(Violation(claim, f"must be {form(longest)}"))
        moment = time.time()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "roles": sorted(roles),
            "council": council,
            "teams": sorted(teams),
            "jti": str(uuid4()),
            "iat": moment,
            "exp": moment + seconds,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self.key, algorithms=[ALGORITHM])

    def check(self, token: str) -> CheckedToken:
        """Who the token speaks for. Raises a Fault (UNAUTHENTICATED) for a wrong, forged or expired one."""
        checked = self._checked.get(token)
        if checked is None:
            checked = self._check(token)
            if len(self._checked) >= MOST_CHECKED:
                self._checked.clear()
            self._checked[token] = checked
        if time.time() >= checked.expires:
            raise expired()
        return checked

    def _check(self, token: str) -> CheckedToken:
        try:
            claims = jwt.decode(token, self.key, algorithms=[ALGORITHM]).claims
        except Exception as error:
            raise unauthenticated(
                "The token cannot be read or its signature is wrong. Get one from this suite's issuer."
            ) from error
        try:
            if claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
                raise unauthenticated("The token is from another issuer or for another audience.")
            issued, expires = life_of(claims, SKEW_SECONDS)
            token_id = word_of("jti", claims["jti"], LONGEST_TOKEN_ID)
            return CheckedToken(_actor_of(claims), issued, expires, token_id)
        except (KeyError, TypeError) as error:
            raise unauthenticated(
                "The token lacks a claim: it needs iss, aud, sub, roles, council, jti, iat and exp."
            ) from error


def development_keys(settings: Settings) -> Keys:
    """The key of the suite that runs here. Raises Faults (PRECONDITION) where there is none, and in production."""
    refuse_in_production(settings)
    return Keys.existing(settings.data)


def refuse_in_production(settings: Settings) -> None:
    """Raise a Fault (PRECONDITION) in production: whoever can read a development key can act as anybody."""
    if settings.mode == PRODUCTION:
        raise Fault(
            Kind.PRECONDITION,
            "DEVELOPMENT_KEYS_REFUSED",
            "SEVENSTEPS_MODE is production, in which no token is signed with a development key. Use those of an "
            "issuer: SEVENSTEPS_ISSUER, SEVENSTEPS_CLIENT_ID and SEVENSTEPS_CLIENT_SECRET_FILE for a program, "
            "SEVENSTEPS_TOKEN_FILE for a person at the command line.",
        )


def machine_token(keys: Keys, subject: str, role: Role, council: str = EVERY_COUNCIL) -> Callable[[], str]:
    """Development tokens for one of the suite's own processes, renewed before they expire.

    Also where the clock was set back: a token from the future is refused.
    """
    newest, issued = "", -inf

    def token() -> str:
        nonlocal newest, issued
        now = time.time()
        if not issued <= now <= issued + MACHINE_SECONDS / 2:
            newest, issued = keys.issue(subject, {role}, council, seconds=MACHINE_SECONDS), now
        return newest

    return token


def _actor_of(claims: Mapping[str, object]) -> Actor:
    """Who the claims name. Raises KeyError for a missing one, or a Fault (UNAUTHENTICATED) for one in a wrong form."""
    subject = word_of("sub", claims["sub"], LONGEST_SUBJECT)
    roles = frozenset(Role(role) for role in texts_of("roles", claims["roles"]) if role in set(Role))
    if subject == Role.JOURNEY and Role.JOURNEY not in roles:
        raise unauthenticated(f"The token's sub must not be {subject}: that is who the journeys are.")
    return Actor(
        subject=subject,
        roles=roles,
        council=word_of("council", claims["council"], LONGEST_COUNCIL),
        teams=frozenset(texts_of("teams", claims.get("teams", []))),
    )
