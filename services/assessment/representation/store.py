"""How it is written who may act for the person. Statements are built once."""

import json
from datetime import date

import sqlalchemy as sa

from services.assessment.domain.appointment import Appointing, Appointment
from services.assessment.domain.authority import Authority
from services.assessment.domain.capacity import BestInterests, Capacity
from services.assessment.domain.case import Case
from services.assessment.domain.expiry import Expiry
from services.assessment.tables import (
    appointments,
    authorities,
    authority_checks,
    best_interests,
    capacity,
    circle,
    expiries,
)
from sevensteps.service.records import as_row, matching
from sevensteps.service.work import Work

PAID = ("provider", "professional")
"""Roles in the circle whose work it is to care for the person."""
IN_CIRCLE = sa.select(circle.c.person_id).where(
    *matching(circle, "case_id", "reference"), circle.c.removed_on.is_(None), circle.c.role.not_in(PAID)
)
ADD_APPOINTMENT = appointments.insert()
END_APPOINTMENT = (
    appointments.update()
    .where(appointments.c.appointment_id == sa.bindparam("the_appointment"))
    .values(ended_on=sa.bindparam("ended_on"), ended_because=sa.bindparam("ended_because"))
)
ADD_CAPACITY = capacity.insert()
ADD_BEST_INTERESTS = best_interests.insert()
ADD_AUTHORITY = authorities.insert()
ADD_CHECK = authority_checks.insert()
REVOKE = (
    authorities.update()
    .where(authorities.c.authority_id == sa.bindparam("the_authority"))
    .values(revoked_on=sa.bindparam("revoked_on"), revoked_because=sa.bindparam("revoked_because"))
)
ADD_EXPIRY = expiries.insert()
STOP_EXPIRY = expiries.update().where(expiries.c.record_id == sa.bindparam("the_record")).values(running=False)
STOP_EXPIRIES = (
    expiries.update()
    .where(
        expiries.c.case_id == sa.bindparam("the_case"),
        expiries.c.kind == sa.bindparam("the_kind"),
        expiries.c.what == sa.bindparam("the_one"),
    )
    .values(running=False)
)


def is_in_circle(work: Work, case: Case, appointing: Appointing) -> bool:
    """Whether somebody is in the circle of support of a case, and not because they are paid to care (s.67(6)(a))."""
    key = {"case_id": case.case_id, "reference": appointing.reference}
    return work.connection.execute(IN_CIRCLE, key).first() is not None


def add_appointment(work: Work, case: Case, appointment: Appointment) -> None:
    """Store an advocate or an appropriate person, before the case is changed by it."""
    row = as_row(appointment)
    del row["appointing"]
    work.connection.execute(ADD_APPOINTMENT, {**row, **as_row(appointment.appointing), "version": case.version})
    add_expiry(work, case, Expiry.of_appointment(appointment))


def end_appointment(work: Work, appointment: Appointment) -> None:
    """Store that an appointment ends: nobody needs to be warned of that day."""
    ended = {"ended_on": appointment.ended_on, "ended_because": appointment.ended_because}
    work.connection.execute(END_APPOINTMENT, {**ended, "the_appointment": appointment.appointment_id})
    stop_expiry(work, appointment.appointment_id)


def add_capacity(work: Work, case: Case, recorded: Capacity) -> None:
    """Store an assessment of capacity, before the case is changed by it. The days of those before it are past."""
    row, finding = as_row(recorded), as_row(recorded.finding)
    del row["finding"], row["best_interests"], finding["abilities"]
    abilities = as_row(recorded.finding.abilities)
    work.connection.execute(ADD_CAPACITY, {**row, **finding, **abilities, "version": case.version})
    expiry = Expiry.of_capacity(recorded)
    key = {"the_case": case.case_id, "the_kind": expiry.kind, "the_one": expiry.what}
    work.connection.execute(STOP_EXPIRIES, key)
    add_expiry(work, case, expiry)


def add_best_interests(work: Work, case: Case, decided: BestInterests) -> None:
    """Store what was decided in the person's best interests, before the case is changed by it."""
    row, made = as_row(decided), as_row(decided.made)
    del row["made"]
    typed = {"consulted": json.dumps(decided.made.consulted), "version": case.version}
    work.connection.execute(ADD_BEST_INTERESTS, {**row, **made, **typed})


def add_authority(work: Work, case: Case, authority: Authority) -> None:
    """Store an attorney, deputy or appointee, before the case is changed by it."""
    row, instrument = as_row(authority), as_row(authority.instrument)
    del row["instrument"], row["checks"]
    typed = {"covers": json.dumps(authority.instrument.covers), "version": case.version}
    work.connection.execute(ADD_AUTHORITY, {**row, **instrument, **typed})
    add_expiry(work, case, Expiry.of_authority(authority))


def add_check(work: Work, case: Case, authority: Authority) -> None:
    """Store the last check of an authority, before the case is changed by it."""
    check = authority.checks[-1]
    key = {"authority_id": authority.authority_id, "version": case.version}
    by = {"checked_by": check.checked_by, "recorded_at": check.recorded_at}
    work.connection.execute(ADD_CHECK, {**as_row(check.found), **by, **key})


def revoke(work: Work, authority: Authority) -> None:
    """Store that an authority was revoked."""
    revoked = {"revoked_on": authority.revoked_on, "revoked_because": authority.revoked_because}
    work.connection.execute(REVOKE, {**revoked, "the_authority": authority.authority_id})
    stop_expiry(work, authority.authority_id)


def add_expiry(work: Work, case: Case, expiry: Expiry) -> None:
    """Set the day on which something ends, where one is set."""
    if isinstance(expiry.expires_on, date):
        row = {**as_row(expiry), "case_id": case.case_id, "council": case.council}
        work.connection.execute(ADD_EXPIRY, {**row, "running": True, "warned": False, "expired_told": False})


def stop_expiry(work: Work, record_id: str) -> None:
    """Warn and tell no more of the end of something."""
    work.connection.execute(STOP_EXPIRY, {"the_record": record_id})
