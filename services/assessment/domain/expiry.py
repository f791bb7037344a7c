"""The last day of what says who may act for the person: it warns before, and then counts no more. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from services.assessment.domain.appointment import Appointment
from services.assessment.domain.authority import Authority
from services.assessment.domain.capacity import Capacity

WARNED_BEFORE = timedelta(days=30)
"""How long before its last day something warns: time to assess, to appoint or to check anew."""


class ExpiryKind(StrEnum):
    """What ends."""

    APPOINTMENT = "appointment"
    CAPACITY = "capacity"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Expiry:
    """The last day of a record, if it has one. `what` is the kind of appointment or authority, or the decision."""

    record_id: str
    kind: ExpiryKind
    what: str
    expires_on: date | None

    @classmethod
    def of_appointment(cls, appointment: Appointment) -> Self:
        """That of an advocate or an appropriate person."""
        appointing = appointment.appointing
        return cls(appointment.appointment_id, ExpiryKind.APPOINTMENT, appointing.kind, appointing.ends_on)

    @classmethod
    def of_capacity(cls, capacity: Capacity) -> Self:
        """That of an assessment of capacity."""
        finding = capacity.finding
        return cls(capacity.capacity_id, ExpiryKind.CAPACITY, finding.decision, finding.expires_on)

    @classmethod
    def of_authority(cls, authority: Authority) -> Self:
        """That of an attorney, deputy or appointee."""
        instrument = authority.instrument
        return cls(authority.authority_id, ExpiryKind.AUTHORITY, instrument.kind, instrument.expires_on)
