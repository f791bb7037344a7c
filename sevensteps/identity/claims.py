"""What a token says, read claim by claim; and what of it counts once it has been checked."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor

SKEW_SECONDS = 60.0
"""How far the clocks of an issuer and of this machine may differ, where no setting says so."""
TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - the reason of a refusal
LATEST = 253_402_300_799
"""The last second of the year 9999, since 1970."""
LONGEST_LIFE = 31 * 86_400.0
"""A token is good for so many seconds at most, whatever it says. So a revocation can be forgotten afterwards."""
LONGEST_SUBJECT = 255
"""Most characters in a subject, as in OpenID Connect."""
LONGEST_COUNCIL = 64
"""Most characters in a council's name."""
LONGEST_TOKEN_ID = 255
"""Most characters in the id of a token."""


@dataclass(frozen=True, slots=True)
class CheckedToken:
    """A token whose signature and claims are in order."""

    actor: Actor
    issued: float
    """The earliest moment at which it can have been issued, as clocks differ; in seconds since 1970."""
    expires: float
    token_id: str
    """Its own id; empty where it has none."""


def unauthenticated(detail: str) -> Fault:
    """For a token that speaks for nobody."""
    return Fault(Kind.UNAUTHENTICATED, "UNAUTHENTICATED", detail)


def expired() -> Fault:
    """For a token that was valid once; also at the end of a stream, which lasts no longer than its token."""
    return Fault(Kind.UNAUTHENTICATED, "TOKEN_EXPIRED", "The token has expired. Call, or watch, with a new one.")


def life_of(claims: Mapping[str, object], skew: float) -> tuple[float, float]:
    """When a token was issued and when it expires. Raises KeyError, or a Fault for one that is not valid yet."""
    issued, expires = moment_of("iat", claims["iat"]), moment_of("exp", claims["exp"])
    begins = moment_of("nbf", claims.get("nbf", issued))
    if max(issued, begins) > time.time() + skew:
        raise unauthenticated("The token is not valid yet. The issuer's clock may be wrong.")
    return issued, min(expires, issued + LONGEST_LIFE)


def moment_of(claim: str, value: object) -> float:
    """Seconds since 1970. True is a number in Python, and NaN and infinite ones are in Python's JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LATEST:
        raise unauthenticated(f"The token's {claim} must be a number: seconds since 1970, at most {LATEST}.")
    return float(value)


def word_of(claim: str, value: object, longest: int) -> str:
    """A word that records and events can hold. Raises a Fault (UNAUTHENTICATED) for anything else."""
    if not isinstance(value, str) or not is_word(value, longest):
        raise unauthenticated(f"The token's {claim} must be text of {form(longest)}.")
    return value


def texts_of(claim: str, value: object) -> list[str]:
    """A list of text. Raises a Fault (UNAUTHENTICATED) for anything else."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise unauthenticated(f"The token's {claim} must be a list of text.")
    return value


def is_word(text: str, longest: int) -> bool:
    """Whether it can be stored in records and events: not too long, all of it printable, no space at either end."""
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()


def form(longest: int) -> str:
    """What a word has to be, in words."""
    return f"1 to {longest} characters that can be printed, with no space at the beginning or the end"


def problem_of_subject(subject: str) -> str:
    """What is wrong with a subject; empty where a token may have it."""
    return "" if is_word(subject, LONGEST_SUBJECT) else f"must be {form(LONGEST_SUBJECT)}"
