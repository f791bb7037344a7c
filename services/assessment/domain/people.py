"""The circle of support: who is around the person, and what may be shared with whom. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from services.assessment.domain.case import Case
from sevensteps.errors import ID, Fault, Kind, Violation, invalid


class ShareScope(StrEnum):
    """A part of the case that may be shared with somebody."""

    ASSESSMENT = "assessment"
    MONEY = "money"
    PLAN = "plan"
    SUPPORT = "support"
    REVIEWS = "reviews"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be shared with somebody, on whose word, from which day to which; `shared_until` is None for no end."""

    may_share: Collection[str]
    permitted_by: str
    shared_from: date
    shared_until: date | None
    recorded_by: str = ""
    recorded_at: str = ""

    def allows(self, scope: ShareScope, on: date) -> bool:
        """Whether a part of the case may be shared on a day."""
        runs = self.shared_from <= on and (self.shared_until is None or on <= self.shared_until)
        return runs and scope in self.may_share


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is added to the circle: the council's own reference, role and relation by their short names."""

    reference: str
    role: str
    relation: str
    known_since: date
    permission: Permission

    def ensure_somebody_else(self, case: Case) -> None:
        """Raise a Fault (INVALID) for the person whom the case is about: the circle is around them."""
        if self.reference == case.person_reference:
            raise invalid(Violation("reference", "must be somebody else: the case is about this person"))


@dataclass(frozen=True, slots=True)
class CirclePerson:
    """Somebody of the circle. Of the `permissions` that they had, the last counts; none after they were removed."""

    person_id: str
    case_id: str
    reference: str
    role: str
    relation: str
    known_since: date
    added_by: str
    added_at: str
    helps_through: str = ""
    removed_on: date | None = None
    removed_because: str = ""
    permissions: tuple[Permission, ...] = ()

    @property
    def permission(self) -> Permission:
        """What may be shared with them, while they are in the circle."""
        return self.permissions[-1]

    def may_be_told(self, scope: ShareScope, on: date) -> bool:
        """Whether a part of the case may be shared with them on a day."""
        return self.removed_on is None and self.permission.allows(scope, on)

    def permit(self, permission: Permission) -> Self:
        """Them with another permission."""
        return replace(self, permissions=(*self.permissions, permission))

    def remove(self, on: date, because: str) -> Self:
        """Them outside the circle."""
        return replace(self, removed_on=on, removed_because=because)

    def ensure_here(self) -> None:
        """Raise a Fault where they have left the circle."""
        if self.removed_on is not None:
            raise Fault(
                Kind.PRECONDITION,
                "LEFT_CIRCLE",
                f"They left the circle on {self.removed_on}. Add them anew with AddPerson, if the person wants it.",
                metadata={"case_id": self.case_id},
            )


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that the person can count on, other than people (s.9(6)); `ended_on` is None while it is there."""

    resource_id: str
    kind: str
    about: str
    recorded_by: str
    recorded_at: str
    ended_on: date | None = None


def ensure_not_circular(person_id: str, through: str, helps_through: Mapping[str, str]) -> None:
    """Raise a Fault (INVALID) where somebody would help through others who help through them.

    `helps_through` says of those in the circle through whom they help.
    """
    seen, follows = {person_id}, through
    while follows:
        if follows in seen:
            detail = "must not lead back: they help through somebody who helps through them"
            raise invalid(Violation("through_person_id", detail))
        seen.add(follows)
        follows = helps_through.get(follows, "")


def person_not_found(case_id: str, person_id: str) -> Fault:
    """Somebody who was never in the circle of the case."""
    who = f"nobody with the id {person_id}" if ID.fullmatch(person_id) else "nobody with this id"
    return Fault(
        Kind.NOT_FOUND,
        "PERSON_NOT_FOUND",
        f"The circle of the case has {who}. ListPeople has the ids.",
        metadata={"case_id": case_id},
    )


def in_circle_already(case_id: str, person_id: str) -> Fault:
    """Somebody who is added although they are in the circle."""
    return Fault(
        Kind.PRECONDITION,
        "IN_CIRCLE_ALREADY",
        f"They are in the circle already, as {person_id}. ChangePermission says what may be shared with them.",
        metadata={"case_id": case_id, "person_id": person_id},
    )


def resource_gone(case_id: str, ended_on: date | None) -> Fault:
    """Something that is ended although it was never there (`ended_on` is None), or is not there any more."""
    if ended_on is None:
        detail = "The case has nothing of this id that the person can count on. ListResources has the ids."
        return Fault(Kind.NOT_FOUND, "RESOURCE_NOT_FOUND", detail, metadata={"case_id": case_id})
    detail = f"It is not there any more since {ended_on}. Record it anew with RecordResource if it is back."
    return Fault(Kind.PRECONDITION, "RESOURCE_ENDED", detail, metadata={"case_id": case_id})
