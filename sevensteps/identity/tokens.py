"""Tokens (JWT): signed, checked, and read."""

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

from joserfc import jwt
from joserfc.jwk import OKPKey

from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.identity.actor import Actor, Role
from sevensteps.installation import command

ISSUER = "sevensteps-development"
AUDIENCE = "sevensteps"
ALGORITHM = "Ed25519"
SKEW_SECONDS = 60.0
"""How far the issuer's clock may be ahead of this machine's."""
MOST_CHECKED = 1024
"""Most checked tokens that are remembered."""
TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - the reason of a refusal
LATEST = 253_402_300_799
"""The last second of the year 9999, since 1970."""
LONGEST_SUBJECT = 255
"""Most characters in a subject, as in OpenID Connect."""
LONGEST_COUNCIL = 64
"""Most characters in a council's name."""


def problem_of_subject(subject: str) -> str:
    """What is wrong with a subject; empty where a token may have it."""
    return "" if _is_word(subject, LONGEST_SUBJECT) else f"must be {_form(LONGEST_SUBJECT)}"


def _unauthenticated(detail: str) -> Fault:
    return Fault(Kind.UNAUTHENTICATED, "UNAUTHENTICATED", detail)


def expired() -> Fault:
    """For a token that was valid once; also at the end of a stream, which lasts no longer than its token."""
    return Fault(Kind.UNAUTHENTICATED, "TOKEN_EXPIRED", "The token has expired. Call, or watch, with a new one.")


@dataclass(slots=True)
class Keys:
    """The development key: signs tokens and checks them."""

    key: OKPKey
    _checked: dict[str, tuple[Actor, float]] = field(default_factory=dict)

    @classmethod
    def open(cls, data: Path) -> Self:
        """The key in the data folder. It is made at the first start, and only its owner can read it."""
        path = data / "keys" / "development.pem"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=path.parent) as draft:  # only its owner can read it
                draft.write(OKPKey.generate_key("Ed25519").as_pem(private=True))
                draft.flush()
                with suppress(FileExistsError):
                    os.link(draft.name, path)  # whoever links first wins: several may start at once
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
            if not _is_word(value, longest):
                raise invalid(Violation(claim, f"must be {_form(longest)}"))
        moment = time.time()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "roles": sorted(roles),
            "council": council,
            "teams": sorted(teams),
            "iat": int(moment),
            "exp": moment + seconds,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self.key, algorithms=[ALGORITHM])

    def actor_of(self, token: str) -> tuple[Actor, float]:
        """Who the token speaks for, and until when, in seconds since 1970.

        Raises a Fault (UNAUTHENTICATED) for a wrong, forged or expired one.
        """
        checked = self._checked.get(token)
        if checked is None:
            checked = self._check(token)
            if len(self._checked) >= MOST_CHECKED:
                self._checked.clear()
            self._checked[token] = checked
        if time.time() >= checked[1]:
            raise expired()
        return checked

    def _check(self, token: str) -> tuple[Actor, float]:
        try:
            claims = jwt.decode(token, self.key, algorithms=[ALGORITHM]).claims
        except Exception as error:
            raise _unauthenticated(
                "The token cannot be read or its signature is wrong. Get one from this suite's issuer."
            ) from error
        try:
            if claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
                raise _unauthenticated("The token is from another issuer or for another audience.")
            for claim in ("iat", "nbf"):
                if claim in claims and _moment_of(claim, claims[claim]) > time.time() + SKEW_SECONDS:
                    raise _unauthenticated("The token is not valid yet. The issuer's clock may be wrong.")
            return _actor_of(claims), _moment_of("exp", claims["exp"])
        except (KeyError, TypeError) as error:
            raise _unauthenticated(
                "The token lacks a claim: it needs iss, aud, sub, roles, council and exp."
            ) from error


def _actor_of(claims: Mapping[str, object]) -> Actor:
    """Who the claims name. Raises KeyError for a missing one, or a Fault (UNAUTHENTICATED) for one in a wrong form."""
    subject = _word_of("sub", claims["sub"], LONGEST_SUBJECT)
    roles = frozenset(Role(role) for role in _texts_of("roles", claims["roles"]) if role in set(Role))
    if subject == Role.JOURNEY and Role.JOURNEY not in roles:
        raise _unauthenticated(f"The token's sub must not be {subject}: that is who the journeys are.")
    return Actor(
        subject=subject,
        roles=roles,
        council=_word_of("council", claims["council"], LONGEST_COUNCIL),
        teams=frozenset(_texts_of("teams", claims.get("teams", []))),
    )


def _word_of(claim: str, value: object, longest: int) -> str:
    if not isinstance(value, str) or not _is_word(value, longest):
        raise _unauthenticated(f"The token's {claim} must be text of {_form(longest)}.")
    return value


def _form(longest: int) -> str:
    return f"1 to {longest} characters that can be printed, with no space at the beginning or the end"


def _moment_of(claim: str, value: object) -> float:
    """Seconds since 1970. True is a number in Python, and NaN and infinite ones are in Python's JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LATEST:
        raise _unauthenticated(f"The token's {claim} must be a number: seconds since 1970, at most {LATEST}.")
    return float(value)


def _texts_of(claim: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _unauthenticated(f"The token's {claim} must be a list of text.")
    return value


def _is_word(text: str, longest: int) -> bool:
    """Whether it can be stored in records and events: not too long, all of it printable, no space at either end."""
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()
