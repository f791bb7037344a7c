"""Which tokens have been revoked, as this process last read it; and who is to hear of it at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.identity.claims import CheckedToken


@dataclass(frozen=True, slots=True)
class Revocation:
    """All tokens that a subject was issued until a moment, or one token by its id."""

    council: str
    """Whose tokens it concerns: those of one council, or of all (EVERY_COUNCIL)."""
    subject: str
    """Empty where it is one token."""
    token_id: str
    """Empty where it is a subject."""
    moment: float
    """When it was revoked, in seconds since 1970."""

    def concerns(self, token: CheckedToken) -> bool:
        """Whether the token is revoked by it."""
        if self.council not in (token.actor.council, EVERY_COUNCIL):
            return False
        if self.token_id:
            return self.token_id == token.token_id
        return self.subject == token.actor.subject and token.issued <= self.moment


class Revocations:
    """The revocations that are in force."""

    def __init__(self) -> None:
        """None yet."""
        self._by_subject: dict[str, list[Revocation]] = {}
        self._by_id: dict[str, list[Revocation]] = {}
        self._listeners: set[Callable[[], None]] = set()

    def take(self, revocations: Sequence[Revocation]) -> None:
        """These are in force now, and no others. Whoever listens is told."""
        self._by_subject, self._by_id = {}, {}
        for each in revocations:
            index, key = (self._by_id, each.token_id) if each.token_id else (self._by_subject, each.subject)
            index.setdefault(key, []).append(each)
        for listener in tuple(self._listeners):
            listener()

    def has(self, token: CheckedToken) -> bool:
        """Whether a token is revoked."""
        found = (*self._by_subject.get(token.actor.subject, ()), *self._by_id.get(token.token_id, ()))
        return any(each.concerns(token) for each in found)

    def ensure_good(self, token: CheckedToken) -> None:
        """Raise a Fault (UNAUTHENTICATED, TOKEN_REVOKED) for a token that is revoked."""
        if self.has(token):
            raise revoked()

    @contextmanager
    def telling(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call `listener` whenever revocations have been taken, for as long as the context lasts."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)


def revoked() -> Fault:
    """For a token that has been revoked; also at the end of a stream that began with it."""
    return Fault(
        Kind.UNAUTHENTICATED,
        "TOKEN_REVOKED",
        "The token has been revoked. Sign in again; if that does not help, ask whoever looks after this installation.",
    )
