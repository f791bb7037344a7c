"""What is on record about who may act for the person, as it is read. Statements are built once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.appointment import Appointing, Appointment, AppointmentKind, appointment_not_found
from services.assessment.domain.assessment import Assessment
from services.assessment.domain.authority import (
    Authority,
    Check,
    CheckedWith,
    Checking,
    Instrument,
    authority_not_found,
)
from services.assessment.domain.capacity import (
    Abilities,
    BestInterests,
    BestInterestsDecision,
    Capacity,
    CapacityFinding,
    capacity_not_found,
)
from services.assessment.domain.case import Case
from services.assessment.domain.standing import Standing, standing_on
from services.assessment.tables import appointments, authorities, authority_checks, best_interests, capacity
from sevensteps import clock
from sevensteps.errors import Violation, invalid
from sevensteps.policy.model.verdict import Json
from sevensteps.representation import AuthorityKind, OwnDecision
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import matching
from sevensteps.service.statements import Row
from sevensteps.service.tables import receipts
from sevensteps.service.work import Work

T = TypeVar("T")
WHOLE = 1_000_000
"""More than a case has of anything."""
APPOINTMENTS = in_part(
    sa.select(appointments).where(*matching(appointments, "case_id")).order_by(appointments.c.version)
)
CAPACITY = in_part(sa.select(capacity).where(*matching(capacity, "case_id")).order_by(capacity.c.version))
BEST_INTERESTS = (
    sa.select(best_interests).where(*matching(best_interests, "capacity_id")).order_by(best_interests.c.version)
)
AUTHORITIES = in_part(sa.select(authorities).where(*matching(authorities, "case_id")).order_by(authorities.c.version))
CHECKS = (
    sa.select(authority_checks).where(*matching(authority_checks, "authority_id")).order_by(authority_checks.c.version)
)
ADVOCACY = (
    sa.select(receipts.c.verdict)
    .where(
        *matching(receipts, "case_id"),
        receipts.c.decision == "advocacy",
        receipts.c.decided_at < sa.bindparam("before"),
    )
    .order_by(receipts.c.decided_at.desc())
    .limit(1)
)


def appointments_of(work: Work, case_id: str, after: int = 0, size: int = WHOLE) -> list[Appointment]:
    """The advocates and appropriate persons of a case, in the order recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_appointment(dict(row)) for row in rows(work, APPOINTMENTS, case_id, after, size)]


def appointment(work: Work, case_id: str, appointment_id: str) -> Appointment:
    """One of them. Raises a Fault (NOT_FOUND)."""
    found = next((each for each in appointments_of(work, case_id) if each.appointment_id == appointment_id), None)
    if found is None:
        raise appointment_not_found(case_id)
    return found


def capacity_of(work: Work, case_id: str, after: int = 0, size: int = WHOLE) -> list[Capacity]:
    """The assessments of capacity of a case, in the order recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_capacity(work, dict(row)) for row in rows(work, CAPACITY, case_id, after, size)]


def one_capacity(work: Work, case_id: str, capacity_id: str) -> Capacity:
    """One of them. Raises a Fault (NOT_FOUND)."""
    found = next((each for each in capacity_of(work, case_id) if each.capacity_id == capacity_id), None)
    if found is None:
        raise capacity_not_found(case_id)
    return found


def authorities_of(work: Work, case_id: str, after: int = 0, size: int = WHOLE) -> list[Authority]:
    """The attorneys, deputies and appointees of a case, in the order recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_authority(work, dict(row)) for row in rows(work, AUTHORITIES, case_id, after, size)]


def authority(work: Work, case_id: str, authority_id: str) -> Authority:
    """One of them. Raises a Fault (NOT_FOUND)."""
    found = next((each for each in authorities_of(work, case_id) if each.authority_id == authority_id), None)
    if found is None:
        raise authority_not_found(case_id)
    return found


def standing(work: Work, case_id: str, day: date) -> Standing:
    """What counts on a day. Raises a Fault (NOT_FOUND)."""
    return standing_on(
        day,
        capacity_of(work, case_id),
        appointments_of(work, case_id),
        authorities_of(work, case_id),
        _advocacy(work, case_id, day),
    )


def lacks_capacity(work: Work, case_id: str, decision: OwnDecision, day: date) -> bool | None:
    """Whether the person lacks the capacity for a decision on a day; None where nothing counts, and it is presumed."""
    counts = standing_on(day, capacity_of(work, case_id), (), (), "").representation.capacity_for(decision)
    return None if counts is None else not counts.has


def as_recorded(work: Work, case: Case, assessment: Assessment) -> Assessment:
    """What was assessed, with the capacity to arrange care as it is on record. Raises a Fault (INVALID)."""
    lacks = lacks_capacity(work, case.case_id, OwnDecision.ARRANGE_CARE, assessment.assessed_on)
    return assessment.with_capacity(lacks=lacks)


def facts_of_advocacy(work: Work, case: Case, facts: Mapping[str, Json]) -> Mapping[str, Json]:
    """The facts about an advocate (s.67), with the appropriate person who is on record. Raises a Fault (INVALID)."""
    counting = (each for each in appointments_of(work, case.case_id) if each.counts_on(work.today))
    if all(each.appointing.kind is not AppointmentKind.APPROPRIATE_PERSON for each in counting):
        return facts
    if facts.get("appropriate_person") is False:
        detail = "must be true or left out: one is on record (ListAppointments); EndAppointment where that is over"
        raise invalid(Violation("appropriate_person", detail))
    return {**facts, "appropriate_person": True}


def _advocacy(work: Work, case_id: str, day: date) -> str:
    """The last verdict about an advocate by the end of a day; "" before the first."""
    before = clock.as_text(clock.begin_of_uk_day(day + timedelta(days=1)))
    found = work.connection.execute(ADVOCACY, {"case_id": case_id, "before": before}).scalar()
    return str(found or "")


def _appointment(row: Row) -> Appointment:
    row.pop("version")
    appointing = _taken(row, Appointing)
    kind = AppointmentKind(appointing.kind)
    return Appointment(**row, appointing=replace(appointing, kind=kind))


def _capacity(work: Work, row: Row) -> Capacity:
    row.pop("version")
    abilities = _taken(row, Abilities)
    row["decision"] = OwnDecision(row["decision"])
    finding = CapacityFinding(
        **{name: row.pop(name) for name in CapacityFinding.__dataclass_fields__ if name != "abilities"},
        abilities=abilities,
    )
    return Capacity(**row, finding=finding, best_interests=tuple(_best_interests(work, row["capacity_id"])))


def _best_interests(work: Work, capacity_id: str) -> Iterator[BestInterests]:
    for found in work.connection.execute(BEST_INTERESTS, {"capacity_id": capacity_id}).mappings():
        row: Row = dict(found)
        row.pop("version")
        row["consulted"] = tuple(json.loads(row["consulted"]))
        made = _taken(row, BestInterestsDecision)
        yield BestInterests(**row, made=made)


def _authority(work: Work, row: Row) -> Authority:
    row.pop("version")
    row["kind"] = AuthorityKind(row["kind"])
    row["covers"] = tuple(OwnDecision(name) for name in json.loads(row["covers"]))
    instrument = _taken(row, Instrument)
    found = work.connection.execute(CHECKS, {"authority_id": row["authority_id"]}).mappings()
    return Authority(**row, instrument=instrument, checks=tuple(_check(dict(check)) for check in found))


def _check(row: Row) -> Check:
    row["checked_with"] = CheckedWith(row["checked_with"])
    return Check(_taken(row, Checking), row["checked_by"], row["recorded_at"])


def _taken(row: Row, kind: type[T]) -> T:
    """A value of the columns that are its own, which leave the row."""
    return kind(**{name: row.pop(name) for name in kind.__dataclass_fields__})  # type: ignore[attr-defined]
