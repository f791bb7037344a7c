"""Attorneys, deputies and appointees: what their authority covers, and when it counts (MCA 2005 ss.9-21). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.representation import AuthorityKind, OwnDecision

MAY_COVER: Mapping[AuthorityKind, frozenset[OwnDecision]] = {
    AuthorityKind.ATTORNEY_HEALTH: frozenset(OwnDecision),
    AuthorityKind.DEPUTY_HEALTH: frozenset(OwnDecision),
    AuthorityKind.ATTORNEY_FINANCE: frozenset({OwnDecision.CHOOSE_MANAGER}),
    AuthorityKind.DEPUTY_FINANCE: frozenset({OwnDecision.CHOOSE_MANAGER}),
    AuthorityKind.APPOINTEE: frozenset(),
}
"""Which decisions each kind may cover: only an authority for health and welfare decides about care (s.32(4)(a))."""


class CheckedWith(StrEnum):
    """Where an authority was checked."""

    PUBLIC_GUARDIAN = "public_guardian"
    COURT_ORDER = "court_order"
    WORK_AND_PENSIONS = "work_and_pensions"


MAY_CHECK: Mapping[AuthorityKind, frozenset[CheckedWith]] = {
    AuthorityKind.ATTORNEY_HEALTH: frozenset({CheckedWith.PUBLIC_GUARDIAN}),
    AuthorityKind.ATTORNEY_FINANCE: frozenset({CheckedWith.PUBLIC_GUARDIAN}),
    AuthorityKind.DEPUTY_HEALTH: frozenset({CheckedWith.PUBLIC_GUARDIAN, CheckedWith.COURT_ORDER}),
    AuthorityKind.DEPUTY_FINANCE: frozenset({CheckedWith.PUBLIC_GUARDIAN, CheckedWith.COURT_ORDER}),
    AuthorityKind.APPOINTEE: frozenset({CheckedWith.WORK_AND_PENSIONS}),
}
"""Where each kind is registered."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What gives somebody the authority, and for which decisions. `expires_on` is the last day, if there is one."""

    kind: AuthorityKind
    reference: str
    instrument: str
    covers: tuple[OwnDecision, ...]
    valid_from: date
    expires_on: date | None
    usable_with_capacity: bool


@dataclass(frozen=True, slots=True)
class Checking:
    """What somebody found when they checked an authority on a day."""

    checked_on: date
    checked_with: CheckedWith
    valid: bool
    because: str


@dataclass(frozen=True, slots=True)
class Check:
    """A check on record."""

    found: Checking
    checked_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority on record, with every check in order. It counts no more from `revoked_on` on."""

    authority_id: str
    case_id: str
    instrument: Instrument
    recorded_by: str
    recorded_at: str
    revoked_on: date | None = None
    revoked_because: str = ""
    checks: tuple[Check, ...] = ()

    def counts_on(self, day: date) -> bool:
        """Whether it counts on a day: in date, not revoked, and found valid when it was checked last by then."""
        first, last = self.instrument.valid_from, self.instrument.expires_on
        in_date = first <= day and (last is None or day <= last)
        return in_date and (self.revoked_on is None or day < self.revoked_on) and self._found_valid(day)

    def _found_valid(self, day: date) -> bool:
        by_then = [check.found for check in self.checks if check.found.checked_on <= day]
        return bool(by_then) and by_then[-1].valid

    def ensure_may_check(self, checking: Checking) -> None:
        """Raise a Fault (INVALID) for a check elsewhere than such an authority is registered, or out of order."""
        self._ensure_not_revoked()
        where = MAY_CHECK[self.instrument.kind]
        if checking.checked_with not in where:
            raise invalid(Violation("checked_with", f"must be one of {', '.join(sorted(where))}"))
        earliest = max((check.found.checked_on for check in self.checks), default=date.min)
        if checking.checked_on < earliest:
            raise invalid(Violation("checked_on", f"must be a day from {earliest}, when it was checked last"))

    def revoke(self, revoked_on: date, because: str) -> Self:
        """The authority that counts no more from a day on."""
        self._ensure_not_revoked()
        if revoked_on < self.instrument.valid_from:
            raise invalid(Violation("revoked_on", f"must be a day from {self.instrument.valid_from}, its first day"))
        return replace(self, revoked_on=revoked_on, revoked_because=because)

    def _ensure_not_revoked(self) -> None:
        if self.revoked_on:
            raise Fault(
                Kind.PRECONDITION,
                "AUTHORITY_REVOKED",
                f"The authority was revoked from {self.revoked_on} on. Record another one where there is one.",
                metadata={"case_id": self.case_id},
            )


def authority_not_found(case_id: str) -> Fault:
    """An authority that the case does not have."""
    detail = f"Case {case_id} has no such authority. ListAuthorities has their ids."
    return Fault(Kind.NOT_FOUND, "AUTHORITY_NOT_FOUND", detail, metadata={"case_id": case_id})
