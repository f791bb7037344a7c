"""The use cases of who may act for the person, one function each, in one transaction each."""

from dataclasses import replace
from datetime import date

from services.assessment import representation_store
from services.assessment import store as cases
from services.assessment.domain.appointment import Appointing, Appointment, AppointmentKind
from services.assessment.domain.authority import Authority, Check, Checking, Instrument
from services.assessment.domain.capacity import BestInterests, BestInterestsDecision, Capacity, CapacityFinding
from services.assessment.domain.case import Case
from services.assessment.domain.standing import Standing
from services.assessment.representation import store
from sevensteps.errors import Violation, invalid
from sevensteps.events import (
    AdvocateAppointed,
    AppointmentEnded,
    AppropriatePersonAccepted,
    AuthorityChecked,
    AuthorityRecorded,
    AuthorityRevoked,
    BestInterestsDecided,
    CapacityAssessed,
    Payload,
)
from sevensteps.representation import OwnDecision
from sevensteps.service.work import Work, new_id


def appoint(work: Work, *, case_id: str, etag: str, appointing: Appointing) -> tuple[Appointment, Case]:
    """Appoint an advocate, or accept an appropriate person instead of one (s.67).

    Raises a Fault (INVALID) for the person themselves, or for a basis that their capacity does not allow.
    """
    case = _case_to_change(work, case_id, etag)
    _ensure_somebody_else(case, appointing.reference)
    if appointing.kind is AppointmentKind.APPROPRIATE_PERSON and not store.is_in_circle(work, case, appointing):
        raise invalid(
            Violation(
                "reference", "must be in the circle of support (AddPerson), and no provider or professional there"
            )
        )
    choose = OwnDecision.CHOOSE_REPRESENTATIVE
    appointing.ensure_basis(lacks_capacity=representation_store.lacks_capacity(work, case_id, choose, work.today))
    appointment = Appointment(new_id("appointment"), case_id, appointing, work.actor.subject, work.now_text)
    store.add_appointment(work, case, appointment)
    return appointment, cases.change_case(work, case, _appointed(appointment))


def _appointed(appointment: Appointment) -> Payload:
    appointing = appointment.appointing
    id_, starts_on, ends_on = appointment.appointment_id, appointing.starts_on.isoformat(), _text(appointing.ends_on)
    if appointing.kind is AppointmentKind.APPROPRIATE_PERSON:
        return AppropriatePersonAccepted(id_, appointing.basis, starts_on, ends_on)
    return AdvocateAppointed(id_, appointing.kind, starts_on, ends_on)


def end_appointment(
    work: Work, *, case_id: str, etag: str, appointment_id: str, ends_on: date, because: str
) -> tuple[Appointment, Case]:
    """End an appointment after a last day."""
    case = _case_to_change(work, case_id, etag)
    ended = representation_store.appointment(work, case_id, appointment_id).end(ends_on, because)
    store.end_appointment(work, ended)
    event = AppointmentEnded(appointment_id, ended.appointing.kind, ends_on.isoformat())
    return ended, cases.change_case(work, case, event)


def record_capacity(work: Work, *, case_id: str, etag: str, finding: CapacityFinding) -> tuple[Capacity, Case]:
    """Record an assessment of capacity for one decision (Mental Capacity Act 2005 ss.2, 3)."""
    case = _case_to_change(work, case_id, etag)
    capacity = Capacity(new_id("capacity"), case_id, finding, work.actor.subject, work.now_text)
    store.add_capacity(work, case, capacity)
    event = CapacityAssessed(
        capacity_id=capacity.capacity_id,
        decision=finding.decision,
        result=finding.abilities.result,
        assessed_on=finding.assessed_on.isoformat(),
        expires_on=_text(finding.expires_on),
    )
    return capacity, cases.change_case(work, case, event)


def record_best_interests(
    work: Work, *, case_id: str, etag: str, made: BestInterestsDecision
) -> tuple[BestInterests, Case]:
    """Record what was decided in the person's best interests (Mental Capacity Act 2005 s.4)."""
    case = _case_to_change(work, case_id, etag)
    representation_store.one_capacity(work, case_id, made.capacity_id).ensure_may_decide(made)
    decided = BestInterests(new_id("best-interests"), made, work.actor.subject, work.now_text)
    store.add_best_interests(work, case, decided)
    event = BestInterestsDecided(decided.best_interests_id, made.capacity_id, made.decided_on.isoformat())
    return decided, cases.change_case(work, case, event)


def record_authority(work: Work, *, case_id: str, etag: str, instrument: Instrument) -> tuple[Authority, Case]:
    """Record an attorney, deputy or appointee, who counts once the authority was checked."""
    case = _case_to_change(work, case_id, etag)
    _ensure_somebody_else(case, instrument.reference)
    authority = Authority(new_id("authority"), case_id, instrument, work.actor.subject, work.now_text)
    store.add_authority(work, case, authority)
    event = AuthorityRecorded(
        authority_id=authority.authority_id,
        kind=instrument.kind,
        covers=list(instrument.covers),
        valid_from=instrument.valid_from.isoformat(),
        expires_on=_text(instrument.expires_on),
    )
    return authority, cases.change_case(work, case, event)


def check_authority(
    work: Work, *, case_id: str, etag: str, authority_id: str, checking: Checking
) -> tuple[Authority, Case]:
    """Record that an authority was checked where it is registered, and what was found."""
    case = _case_to_change(work, case_id, etag)
    authority = representation_store.authority(work, case_id, authority_id)
    authority.ensure_may_check(checking)
    checked = replace(authority, checks=(*authority.checks, Check(checking, work.actor.subject, work.now_text)))
    store.add_check(work, case, checked)
    event = AuthorityChecked(authority_id, checking.checked_on.isoformat(), checking.checked_with, valid=checking.valid)
    return checked, cases.change_case(work, case, event)


def revoke_authority(
    work: Work, *, case_id: str, etag: str, authority_id: str, revoked_on: date, because: str
) -> tuple[Authority, Case]:
    """Record that an authority counts no more from a day on."""
    case = _case_to_change(work, case_id, etag)
    revoked = representation_store.authority(work, case_id, authority_id).revoke(revoked_on, because)
    store.revoke(work, revoked)
    return revoked, cases.change_case(work, case, AuthorityRevoked(authority_id, revoked_on.isoformat()))


def get_representation(work: Work, *, case_id: str, on: date | None) -> Standing:
    """Read who may act for the person on a day, or today."""
    return representation_store.standing(work, case_id, on or work.today)


def _case_to_change(work: Work, case_id: str, etag: str) -> Case:
    case = cases.case_to_change(work, case_id, etag)
    case.ensure_open()
    return case


def _ensure_somebody_else(case: Case, reference: str) -> None:
    if reference == case.person_reference:
        raise invalid(Violation("reference", "must be somebody else than the person whom the case is about"))


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
