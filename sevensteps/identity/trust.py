"""What is believed of an issuer's tokens: which claims make whom an actor of which council. It is data, not code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.claims import LONGEST_SUBJECT, unauthenticated, word_of

ClaimPath = tuple[str, ...]
"""The names that lead to a claim: ("realm_access", "roles") is `roles` within `realm_access`."""
Conditions = Mapping[ClaimPath, frozenset[str]]
"""Claims, and of each the values of which a token must have one."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A claim, and what its values mean here. A value that is not listed means nothing."""

    claim: ClaimPath
    roles: Mapping[str, frozenset[Role]]


@dataclass(frozen=True, slots=True)
class TeamNames:
    """A claim, and which team each of its values is. A value that is not listed is none."""

    claim: ClaimPath
    teams: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Machines:
    """How a program's own token is told from that of a person who uses the program, and what each program is."""

    known_by: Conditions
    lacking: tuple[ClaimPath, ...]
    clients: Meaning

    def is_one(self, claims: Mapping[str, object]) -> bool:
        """Whether the token is a program's own."""
        return _holds(self.known_by, claims) and not any(_values(claims, path) for path in self.lacking)


@dataclass(frozen=True, slots=True)
class ConsoleClient:
    """What the console is to an issuer whose people sign in to it."""

    client_id: str
    secret: str
    """The name of the file, in the folder of secrets, by which it proves itself."""
    scope: str
    """What it asks for beside `openid`, so that the access token is one for the audience; may be empty."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What one council believes of one issuer's tokens for one audience; or what the whole installation does."""

    council: str
    """Whose actors its tokens make; EVERY_COUNCIL for those who look after the whole installation."""
    file: str
    """Where it is written."""
    issuer: str
    audience: str
    subject: ClaimPath
    token_id: ClaimPath
    only: Conditions
    """What a token must have to be this council's at all, where several share an issuer."""
    roles: Meaning
    teams: TeamNames
    machines: Machines | None
    console: ConsoleClient | None = None
    """None where nobody signs in to the console by this issuer."""

    def actor_of(self, claims: Mapping[str, object]) -> Actor | None:
        """Who a token's claims name; None where it gives no role here. Raises a Fault for a subject in a wrong form."""
        if not _holds(self.only, claims):
            return None
        is_machine = self.machines is not None and self.machines.is_one(claims)
        meaning = self.machines.clients if self.machines and is_machine else self.roles
        roles = frozenset(
            role for value in _values(claims, meaning.claim) for role in meaning.roles.get(value, frozenset())
        )
        if not roles:
            return None
        teams = {self.teams.teams[value] for value in _values(claims, self.teams.claim) if value in self.teams.teams}
        return Actor(self._subject(claims, roles), roles, self.council, frozenset(teams))

    def token_id_of(self, claims: Mapping[str, object]) -> str:
        """The id of a token; empty where it has none."""
        return next(iter(_values(claims, self.token_id)), "")

    def _subject(self, claims: Mapping[str, object], roles: frozenset[Role]) -> str:
        if Role.JOURNEY in roles:
            return Role.JOURNEY.value  # whatever the issuer calls it: records say that the journeys did it
        subject = word_of(".".join(self.subject), next(iter(_values(claims, self.subject)), None), LONGEST_SUBJECT)
        if subject == Role.JOURNEY:
            raise unauthenticated(f"The token's subject must not be {subject}: that is who the journeys are.")
        return subject


def actor_of(claims: Mapping[str, object], trusts: Sequence[Trust]) -> tuple[Actor, str]:
    """Who a checked token speaks for, and its id, by what is believed of its issuer.

    Raises Faults: UNAUTHENTICATED for another audience, NO_ROLE, and COUNCIL_UNCLEAR where several councils would do.
    """
    meant = [trust for trust in trusts if trust.audience in _values(claims, ("aud",))]
    if not meant:
        audiences = ", ".join(sorted({trust.audience for trust in trusts}))
        raise unauthenticated(f"The token is for another audience. Ask the issuer for one for {audiences}.")
    found = [(trust, actor) for trust in meant if (actor := trust.actor_of(claims)) is not None]
    if not found:
        raise _no_role(meant)
    if len(found) > 1:
        raise Fault(
            Kind.DENIED,
            "COUNCIL_UNCLEAR",
            "The token gives roles in more than one place, and a call is made in one. Whoever looks after sign-in has "
            "to keep them apart, by `only` or by `audience`: "
            + ", ".join(sorted(trust.file for trust, _ in found))
            + ".",
        )
    ((trust, actor),) = found
    return actor, trust.token_id_of(claims)


def _no_role(meant: Sequence[Trust]) -> Fault:
    places = ", ".join(sorted({trust.file for trust in meant}))
    claims = ", ".join(sorted({".".join(trust.roles.claim) for trust in meant} - {""})) or "no claim"
    return Fault(
        Kind.DENIED,
        "NO_ROLE",
        f"The token is in order, but gives no role here: of a person {claims} would have to have a value, and a "
        f"program would have to be listed, in {places}. Ask whoever looks after sign-in for one, then sign in again.",
    )


def _holds(conditions: Conditions, claims: Mapping[str, object]) -> bool:
    return all(values & {*_values(claims, path)} for path, values in conditions.items())


def _values(claims: Mapping[str, object], path: ClaimPath) -> list[str]:
    """The texts that a claim has, one or a list; none where it is not there, or is something else."""
    value: object = claims
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    found = value if isinstance(value, list) else [value]
    return [text for text in found if isinstance(text, str)]
