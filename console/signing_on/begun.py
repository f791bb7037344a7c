"""A sign-on that a browser has begun: what only it knows until it comes back from the issuer.

All that the issuer has to repeat (`state`, `nonce`) or must not know yet (the verifier of PKCE) is made of one secret,
which the browser keeps as a cookie. So nothing is stored for whoever only comes by.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Self

LONGEST_SECONDS = 10 * 60
"""How long somebody may take at the issuer."""
LONGEST_PLACE = 2_000
"""Where somebody wanted to go is kept with it, unless it is so long that browsers would not keep it."""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-on by the issuer of a council, or of the whole installation."""

    secret: str
    place: str
    """The council, or EVERY_COUNCIL."""
    wanted: str
    """Where the browser goes afterwards."""
    at: int
    """When it was begun, in seconds since 1970."""

    @classmethod
    def now(cls, place: str, wanted: str, at: float) -> Self:
        """One that begins."""
        return cls(secrets.token_urlsafe(SECRET_BYTES), place, wanted if len(wanted) <= LONGEST_PLACE else "/", int(at))

    @classmethod
    def of_cookie(cls, cookie: str) -> Self | None:
        """That of a cookie; None where it has none."""
        try:
            written = json.loads(urlsafe_b64decode(cookie))
            return cls(str(written["secret"]), str(written["place"]), str(written["wanted"]), int(written["at"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    @property
    def cookie(self) -> str:
        """What the browser keeps meanwhile."""
        return urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @property
    def state(self) -> str:
        """What comes back with the browser: nobody else can have sent it."""
        return self._made("state")

    @property
    def nonce(self) -> str:
        """What comes back in the issuer's own words about who signed in: they were not said to somebody else."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """What is shown with the code: nobody else can use it (PKCE)."""
        return self._made("verifier")

    @property
    def challenge(self) -> str:
        """What the issuer is told of the verifier before."""
        return _text(sha256(self.verifier.encode()).digest())

    def fits(self, state: str, place: str, now: float) -> bool:
        """Whether who comes back now, to the address of a place and with this state, is who began it."""
        is_its = hmac.compare_digest(state.encode(), self.state.encode())
        return is_its and place == self.place and 0 <= now - self.at <= LONGEST_SECONDS

    def _made(self, what: str) -> str:
        return _text(hmac.digest(self.secret.encode(), what.encode(), "sha256"))


def _text(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")
