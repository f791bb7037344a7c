"""Who calls, and what they may call. Every call carries a signed token (JWT): subject, roles, council, teams."""

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from sevensteps.errors import Fault, Kind, Violation, invalid

ISSUER = "sevensteps-development"
AUDIENCE = "sevensteps"
ALGORITHM = "Ed25519"
EVERY_COUNCIL = "*"
REMEMBERED = 1024
LONGEST_SUBJECT = 255
"""Characters of a subject at most, as OpenID Connect has it."""
LONGEST_COUNCIL = 64
"""Characters of a council's name at most."""


class Role(StrEnum):
    """What a caller is to the council. The last two are for the suite's own processes."""

    PRACTITIONER = "practitioner"
    PLANNER = "planner"
    APPROVER = "approver"
    ASSISTANT_TEAM_MANAGER = "assistant_team_manager"
    TEAM_MANAGER = "team_manager"
    SERVICE_MANAGER = "service_manager"
    HEAD_OF_SERVICE = "head_of_service"
    PANEL = "panel"
    RISK_PANEL = "risk_panel"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    OPERATIONS = "operations"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"
    JOURNEY = "journey"
    SERVICE = "service"


SIGNING = (
    Role.ASSISTANT_TEAM_MANAGER,
    Role.APPROVER,
    Role.TEAM_MANAGER,
    Role.SERVICE_MANAGER,
    Role.PANEL,
    Role.RISK_PANEL,
    Role.HEAD_OF_SERVICE,
)
"""Who decides on plans, each as far as the council's scheme of delegation goes; asked in this order."""
PEOPLE = frozenset(Role) - {Role.JOURNEY, Role.SERVICE}
ANYBODY = PEOPLE | {Role.JOURNEY}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: goes into every record, receipt and event."""

    subject: str
    roles: frozenset[Role]
    council: str
    teams: frozenset[str] = frozenset()

    def may_see(self, council: str) -> bool:
        """Whether records of this council are the actor's to read and write."""
        return self.council in (council, EVERY_COUNCIL)


def _rights(service: str, table: Mapping[str, Iterable[Role]]) -> dict[str, frozenset[Role]]:
    package = f"sevensteps.api.{service}.v1.{service.capitalize()}Service"
    return {f"/{package}/{rpc}": frozenset(roles) for rpc, roles in table.items()}


_JOURNEY = {Role.JOURNEY}
_ASSESSING = {Role.PRACTITIONER}
_PLANNING = {Role.PLANNER, Role.PRACTITIONER}
_MONEY = {Role.FINANCE, Role.PLANNER}
_REVIEWING = {Role.REVIEWER, Role.PRACTITIONER}

RIGHTS: Mapping[str, frozenset[Role]] = {
    **_rights(
        "assessment",
        {
            "OpenCase": _ASSESSING,
            "GetCase": ANYBODY | {Role.SERVICE},
            "ListCases": ANYBODY,
            "RecordUrgentSupport": _ASSESSING,
            "RecordSelfAssessment": _ASSESSING,
            "ConsiderAdvocacy": _ASSESSING,
            "ProposeDetermination": _ASSESSING,
            "ConfirmDetermination": _ASSESSING,
            "GiveIndicativeBudget": _ASSESSING,
            "GiveAdvice": _ASSESSING,
            "GetDetermination": ANYBODY,
            "PlaceHold": _ASSESSING | {Role.OPERATIONS},
            "ReleaseHold": _ASSESSING | {Role.OPERATIONS},
            "ResumeCase": {Role.OPERATIONS},
            "EndCase": _ASSESSING | _JOURNEY,
            "OpenAssessment": _JOURNEY,
        },
    ),
    **_rights(
        "planning",
        {
            "GetPlanning": ANYBODY,
            "GetPlan": ANYBODY,
            "SavePlan": _PLANNING,
            "SubmitPlan": _PLANNING,
            "ArrangeMoney": _MONEY,
            "ArrangeSupport": _PLANNING,
            "OpenPlan": _JOURNEY,
            "OpenMoney": _JOURNEY,
            "OpenSupport": _JOURNEY,
            "CloseCase": _JOURNEY,
        },
    ),
    **_rights(
        "approval",
        {
            "GetApproval": ANYBODY,
            "ApprovePlan": SIGNING,
            "ReturnPlan": SIGNING,
            "OpenApproval": _JOURNEY,
            "CloseCase": _JOURNEY,
        },
    ),
    **_rights(
        "review",
        {
            "GetLife": ANYBODY,
            "RecordSpend": _REVIEWING | {Role.FINANCE},
            "RequestReview": _REVIEWING | {Role.PLANNER},
            "TriggerReview": _REVIEWING | {Role.FINANCE, Role.OPERATIONS},
            "CompleteReview": _REVIEWING,
            "OpenLife": _JOURNEY,
            "OpenReview": _JOURNEY,
            "CloseCase": _JOURNEY,
        },
    ),
    **_rights(
        "receipts",
        {
            "ListReceipts": {Role.AUDITOR, Role.OPERATIONS, Role.PRACTITIONER},
            "ReadReceipts": {Role.AUDITOR, Role.OPERATIONS},
            "GetPack": {Role.AUDITOR, Role.OPERATIONS},
        },
    ),
    **_rights(
        "feed",
        {
            "ListEvents": {Role.INTEGRATOR, Role.OPERATIONS, Role.AUDITOR, Role.JOURNEY},
            "WatchEvents": {Role.INTEGRATOR, Role.OPERATIONS, Role.AUDITOR, Role.JOURNEY},
            "GetSubscription": _JOURNEY,
            "AcknowledgeEvents": _JOURNEY,
            "TrimEvents": {Role.OPERATIONS},
            "AppendEvents": {Role.SERVICE},
        },
    ),
}
"""Which role may call which RPC: the only place that says so. An RPC without a row cannot be called."""


def _unauthenticated(detail: str) -> Fault:
    return Fault(Kind.UNAUTHENTICATED, "UNAUTHENTICATED", detail)


@dataclass(slots=True)
class Keys:
    """The development key: signs tokens and checks them."""

    key: OKPKey
    _checked: dict[str, tuple[Actor, float]] = field(default_factory=dict)

    @classmethod
    def open(cls, data: Path) -> Self:
        """The key under the data folder; made on first start, readable by its owner alone."""
        path = data / "keys" / "development.pem"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=path.parent) as draft:  # readable by its owner alone
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
                f"No suite has been started with the data folder {data}. `make up` starts one; "
                "SEVENSTEPS_DATA names another folder.",
            )
        return cls.open(data)

    def issue(
        self, subject: str, roles: Iterable[Role], council: str, *, teams: Iterable[str] = (), seconds: float = 3600
    ) -> str:
        """A signed token, good for so many seconds. Raises a Fault (INVALID) for one that no service would accept."""
        for claim, value, longest in (("subject", subject, LONGEST_SUBJECT), ("council", council, LONGEST_COUNCIL)):
            if not _is_word(value, longest):
                raise invalid(Violation(claim, f"must be 1 to {longest} characters that can be printed"))
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

    def actor_of(self, token: str) -> Actor:
        """Who the token speaks for. Raises a Fault (UNAUTHENTICATED) for a wrong, forged or expired one."""
        known = self._checked.get(token)
        if known is None:
            known = self._check(token)
            if len(self._checked) >= REMEMBERED:
                self._checked.clear()
            self._checked[token] = known
        actor, expires = known
        if time.time() >= expires:
            raise _unauthenticated("The token has expired. Get a new one.")
        return actor

    def _check(self, token: str) -> tuple[Actor, float]:
        try:
            claims = jwt.decode(token, self.key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise _unauthenticated(
                "The token cannot be read or its signature is wrong. Get one from this suite's issuer."
            ) from error
        try:
            if claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
                raise _unauthenticated("The token is from another issuer or for another audience.")
            return _actor_of(claims), float(claims["exp"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise _unauthenticated(
                "The token lacks a claim: it needs iss, aud, sub, roles, council and exp."
            ) from error


def _actor_of(claims: Mapping[str, object]) -> Actor:
    """Who the claims name. Raises KeyError for a missing one, or a Fault (UNAUTHENTICATED) for one in a wrong form."""
    return Actor(
        subject=_word_of("sub", claims["sub"], LONGEST_SUBJECT),
        roles=frozenset(Role(role) for role in _texts_of("roles", claims["roles"]) if role in set(Role)),
        council=_word_of("council", claims["council"], LONGEST_COUNCIL),
        teams=frozenset(_texts_of("teams", claims.get("teams", []))),
    )


def _word_of(claim: str, given: object, longest: int) -> str:
    if not isinstance(given, str) or not _is_word(given, longest):
        raise _unauthenticated(f"The token's {claim} must be text of 1 to {longest} characters that can be printed.")
    return given


def _texts_of(claim: str, given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise _unauthenticated(f"The token's {claim} must be a list of text.")
    return given


def _is_word(text: str, longest: int) -> bool:
    """Whether it can stand in records and events: not blank, not too long, and nothing in it that is no sign."""
    return 0 < len(text) <= longest and text.isprintable() and not text.isspace()


def authorise(actor: Actor, rpc: str) -> None:
    """Raise a Fault (DENIED) unless one of the actor's roles may call the RPC ("/package.Service/Method")."""
    allowed = RIGHTS.get(rpc, frozenset())
    if not actor.roles & allowed:
        name = rpc.rpartition("/")[2]
        who = ", ".join(sorted(allowed & PEOPLE)) or "the suite itself"
        raise Fault(
            Kind.DENIED,
            "ROLE_LACKS_RIGHT",
            f"{name} may be called by: {who}. Your token has: {', '.join(sorted(actor.roles)) or 'no role'}.",
            metadata={"rpc": rpc},
        )
