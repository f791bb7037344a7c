"""Advocates, and appropriate persons instead of one (Care Act 2014 ss.67, 68). Pure."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from sevensteps.errors import Fault, Kind, Violation, invalid


class AppointmentKind(StrEnum):
    """Who speaks for the person without deciding for them."""

    ADVOCATE = "advocate"
    SAFEGUARDING_ADVOCATE = "safeguarding_advocate"
    MENTAL_CAPACITY_ADVOCATE = "mental_capacity_advocate"
    APPROPRIATE_PERSON = "appropriate_person"


class Basis(StrEnum):
    """On what an appropriate person rests (s.67(6))."""

    CONSENT = "consent"
    BEST_INTERESTS = "best_interests"


@dataclass(frozen=True, slots=True)
class Appointing:
    """Who is to speak for the person, as what, from a first day to a last, and why. `basis` is "" for advocates."""

    kind: AppointmentKind
    reference: str
    starts_on: date
    ends_on: date | None
    because: str
    basis: str = ""

    def ensure_basis(self, *, lacks_capacity: bool | None) -> None:
        """Raise a Fault (INVALID) where an appropriate person does not rest on what the person's capacity asks for.

        `lacks_capacity` is what is on record of choosing a representative; None where nothing is, and it is presumed.
        """
        if self.basis == Basis.CONSENT and lacks_capacity:
            detail = "must be best_interests: it is on record that the person lacks the capacity to choose (s.67(6)(b))"
            raise invalid(Violation("basis", detail))
        if self.basis == Basis.BEST_INTERESTS and not lacks_capacity:
            detail = (
                "must be consent: capacity is presumed, unless RecordCapacity says otherwise of choose_representative"
            )
            raise invalid(Violation("basis", detail))


@dataclass(frozen=True, slots=True)
class Appointment:
    """Somebody who speaks for the person, on record."""

    appointment_id: str
    case_id: str
    appointing: Appointing
    recorded_by: str
    recorded_at: str
    ended_on: date | None = None
    ended_because: str = ""

    @property
    def last_day(self) -> date | None:
        """Their last day: as it was set at first, or when they were ended; None where there is none."""
        return self.ended_on or self.appointing.ends_on

    def counts_on(self, day: date) -> bool:
        """Whether they speak for the person on a day."""
        return self.appointing.starts_on <= day and (self.last_day is None or day <= self.last_day)

    def end(self, ends_on: date, because: str) -> Self:
        """The appointment with a last day. Raises a Fault where it ended before, or would end before it began."""
        if self.ended_on:
            raise Fault(
                Kind.PRECONDITION,
                "APPOINTMENT_ENDED",
                f"The appointment was ended already, after {self.ended_on}. Record another one if need be.",
                metadata={"case_id": self.case_id},
            )
        first, last = self.appointing.starts_on, self.appointing.ends_on
        if ends_on < first or (last and ends_on > last):
            until = f" to {last}" if last else ""
            raise invalid(Violation("ends_on", f"must be a day from {first}{until}"))
        return replace(self, ended_on=ends_on, ended_because=because)


def appointment_not_found(case_id: str) -> Fault:
    """An appointment that the case does not have."""
    detail = f"Case {case_id} has no such appointment. ListAppointments has their ids."
    return Fault(Kind.NOT_FOUND, "APPOINTMENT_NOT_FOUND", detail, metadata={"case_id": case_id})
