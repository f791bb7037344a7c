"""Who may act for the person, as it goes on the wire."""

from datetime import date

from services.assessment.domain.appointment import Appointment, AppointmentKind
from services.assessment.domain.authority import Authority, Check
from services.assessment.domain.capacity import BestInterests, Capacity
from services.assessment.domain.standing import Standing
from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.fields import moment, number_of
from sevensteps.representation import StandingAuthority, StandingCapacity


def appointment_message(appointment: Appointment) -> pb.Appointment:
    """An advocate or an appropriate person."""
    appointing = appointment.appointing
    is_appropriate_person = appointing.kind is AppointmentKind.APPROPRIATE_PERSON
    return pb.Appointment(
        appointment_id=appointment.appointment_id,
        kind=number_of(pb.AppointmentKind, appointing.kind),
        reference=appointing.reference,
        basis=number_of(pb.AppointmentBasis, appointing.basis),
        starts_on=appointing.starts_on.isoformat(),
        ends_on=_text(appointing.ends_on),
        because=appointing.because,
        recorded_by=appointment.recorded_by,
        recorded_at=moment(appointment.recorded_at),
        ended_on=_text(appointment.ended_on),
        ended_because=appointment.ended_because,
        paid_or_professional=False if is_appropriate_person else None,
    )


def capacity_message(capacity: Capacity) -> pb.Capacity:
    """An assessment of capacity, with what was decided on it."""
    finding, abilities = capacity.finding, capacity.finding.abilities
    return pb.Capacity(
        capacity_id=capacity.capacity_id,
        decision=number_of(pb.OwnDecision, finding.decision),
        assessed_on=finding.assessed_on.isoformat(),
        assessed_by=finding.assessed_by,
        result=number_of(pb.CapacityResult, abilities.result),
        understands=abilities.understands,
        retains=abilities.retains,
        weighs=abilities.weighs,
        communicates=abilities.communicates,
        impairment=abilities.impairment,
        because_of_it=abilities.because_of_it,
        help_given=finding.help_given,
        because=finding.because,
        expires_on=_text(finding.expires_on),
        fluctuates=finding.fluctuates,
        recorded_by=capacity.recorded_by,
        recorded_at=moment(capacity.recorded_at),
        best_interests=[best_interests_message(each) for each in capacity.best_interests],
    )


def best_interests_message(decided: BestInterests) -> pb.BestInterests:
    """What was decided in the person's best interests."""
    made = decided.made
    return pb.BestInterests(
        best_interests_id=decided.best_interests_id,
        capacity_id=made.capacity_id,
        decided_on=made.decided_on.isoformat(),
        decided_by=made.decided_by,
        consulted=made.consulted,
        wishes=made.wishes,
        less_restrictive=made.less_restrictive,
        decided=made.decided,
        because=made.because,
        conflict_of_interest=made.conflict_of_interest,
        safeguards=made.safeguards,
        recorded_by=decided.recorded_by,
        recorded_at=moment(decided.recorded_at),
    )


def authority_message(authority: Authority) -> pb.Authority:
    """An attorney, deputy or appointee, with every check."""
    instrument = authority.instrument
    return pb.Authority(
        authority_id=authority.authority_id,
        kind=number_of(pb.AuthorityKind, instrument.kind),
        reference=instrument.reference,
        instrument=instrument.instrument,
        covers=[number_of(pb.OwnDecision, decision) for decision in instrument.covers],
        valid_from=instrument.valid_from.isoformat(),
        expires_on=_text(instrument.expires_on),
        usable_with_capacity=instrument.usable_with_capacity,
        recorded_by=authority.recorded_by,
        recorded_at=moment(authority.recorded_at),
        checks=[_check_message(check) for check in authority.checks],
        revoked_on=_text(authority.revoked_on),
        revoked_because=authority.revoked_because,
    )


def _check_message(check: Check) -> pb.AuthorityCheck:
    return pb.AuthorityCheck(
        checked_on=check.found.checked_on.isoformat(),
        checked_with=number_of(pb.CheckedWith, check.found.checked_with),
        valid=check.found.valid,
        because=check.found.because,
        checked_by=check.checked_by,
        recorded_at=moment(check.recorded_at),
    )


def standing_message(standing: Standing) -> pb.GetRepresentationResponse:
    """What counts on a day."""
    return pb.GetRepresentationResponse(
        on=standing.on.isoformat(),
        capacity=[_standing_capacity(each) for each in standing.representation.capacity],
        appointments=[_standing_appointment(each) for each in standing.appointments],
        authorities=[_standing_authority(each) for each in standing.representation.authorities],
        advocacy=number_of(decision_pb2.Verdict, standing.advocacy),
        advocate_missing=standing.advocate_missing,
    )


def _standing_capacity(capacity: StandingCapacity) -> pb.StandingCapacity:
    return pb.StandingCapacity(
        capacity_id=capacity.capacity_id,
        decision=number_of(pb.OwnDecision, capacity.decision),
        result=pb.CAPACITY_RESULT_HAS if capacity.has else pb.CAPACITY_RESULT_LACKS,
        expires_on=_text(capacity.expires_on),
        best_interests_by=capacity.best_interests_by,
    )


def _standing_appointment(appointment: Appointment) -> pb.StandingAppointment:
    appointing = appointment.appointing
    return pb.StandingAppointment(
        appointment_id=appointment.appointment_id,
        kind=number_of(pb.AppointmentKind, appointing.kind),
        reference=appointing.reference,
        ends_on=_text(appointment.last_day),
    )


def _standing_authority(authority: StandingAuthority) -> pb.StandingAuthority:
    return pb.StandingAuthority(
        authority_id=authority.authority_id,
        kind=number_of(pb.AuthorityKind, authority.kind),
        reference=authority.reference,
        may_decide=[number_of(pb.OwnDecision, decision) for decision in sorted(authority.may_decide)],
        expires_on=_text(authority.expires_on),
    )


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
