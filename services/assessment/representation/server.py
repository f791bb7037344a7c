"""The calls about who may act for the person."""

from datetime import date
from functools import partial

import grpc

from services.assessment import representation_store
from services.assessment.domain.appointment import Appointing
from services.assessment.domain.authority import Checking, Instrument
from services.assessment.domain.capacity import BestInterestsDecision, CapacityFinding
from services.assessment.representation import handlers, wire
from services.assessment.representation.messages import (
    appointment_message,
    authority_message,
    best_interests_message,
    capacity_message,
    standing_message,
)
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.api.assessment.v1 import representation_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class RepresentationServer(pb_grpc.RepresentationServiceServicer):
    """Answers the calls of RepresentationService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.AppointAdvocateResponse, wire.advocate_of)
    def AppointAdvocate(
        self, work: Work, request: pb.AppointAdvocateRequest, appointing: Appointing
    ) -> pb.AppointAdvocateResponse:
        """See RepresentationService.AppointAdvocate."""
        appointment, case = handlers.appoint(work, case_id=request.case_id, etag=request.etag, appointing=appointing)
        return pb.AppointAdvocateResponse(appointment=appointment_message(appointment), case=case_message(case))

    @changes(pb.AcceptAppropriatePersonResponse, wire.appropriate_person_of)
    def AcceptAppropriatePerson(
        self, work: Work, request: pb.AcceptAppropriatePersonRequest, appointing: Appointing
    ) -> pb.AcceptAppropriatePersonResponse:
        """See RepresentationService.AcceptAppropriatePerson."""
        appointment, case = handlers.appoint(work, case_id=request.case_id, etag=request.etag, appointing=appointing)
        return pb.AcceptAppropriatePersonResponse(appointment=appointment_message(appointment), case=case_message(case))

    @changes(pb.EndAppointmentResponse, wire.ending_of)
    def EndAppointment(
        self, work: Work, request: pb.EndAppointmentRequest, ending: tuple[str, date, str]
    ) -> pb.EndAppointmentResponse:
        """See RepresentationService.EndAppointment."""
        appointment_id, ends_on, because = ending
        appointment, case = handlers.end_appointment(
            work,
            case_id=request.case_id,
            etag=request.etag,
            appointment_id=appointment_id,
            ends_on=ends_on,
            because=because,
        )
        return pb.EndAppointmentResponse(appointment=appointment_message(appointment), case=case_message(case))

    @reads
    def ListAppointments(self, work: Work, request: pb.ListAppointmentsRequest) -> pb.ListAppointmentsResponse:
        """See RepresentationService.ListAppointments."""
        read = partial(representation_store.appointments_of, work, request.case_id)
        found, token = page(work, request, read, appointment_message)
        return pb.ListAppointmentsResponse(appointments=found, next_page_token=token)

    @changes(pb.RecordCapacityResponse, wire.capacity_of)
    def RecordCapacity(
        self, work: Work, request: pb.RecordCapacityRequest, finding: CapacityFinding
    ) -> pb.RecordCapacityResponse:
        """See RepresentationService.RecordCapacity."""
        capacity, case = handlers.record_capacity(work, case_id=request.case_id, etag=request.etag, finding=finding)
        return pb.RecordCapacityResponse(capacity=capacity_message(capacity), case=case_message(case))

    @changes(pb.RecordBestInterestsResponse, wire.best_interests_of)
    def RecordBestInterests(
        self, work: Work, request: pb.RecordBestInterestsRequest, made: BestInterestsDecision
    ) -> pb.RecordBestInterestsResponse:
        """See RepresentationService.RecordBestInterests."""
        decided, case = handlers.record_best_interests(work, case_id=request.case_id, etag=request.etag, made=made)
        return pb.RecordBestInterestsResponse(best_interests=best_interests_message(decided), case=case_message(case))

    @reads
    def ListCapacity(self, work: Work, request: pb.ListCapacityRequest) -> pb.ListCapacityResponse:
        """See RepresentationService.ListCapacity."""
        read = partial(representation_store.capacity_of, work, request.case_id)
        found, token = page(work, request, read, capacity_message)
        return pb.ListCapacityResponse(capacity=found, next_page_token=token)

    @changes(pb.RecordAuthorityResponse, wire.instrument_of)
    def RecordAuthority(
        self, work: Work, request: pb.RecordAuthorityRequest, instrument: Instrument
    ) -> pb.RecordAuthorityResponse:
        """See RepresentationService.RecordAuthority."""
        authority, case = handlers.record_authority(
            work, case_id=request.case_id, etag=request.etag, instrument=instrument
        )
        return pb.RecordAuthorityResponse(authority=authority_message(authority), case=case_message(case))

    @changes(pb.CheckAuthorityResponse, wire.checking_of)
    def CheckAuthority(
        self, work: Work, request: pb.CheckAuthorityRequest, checked: tuple[str, Checking]
    ) -> pb.CheckAuthorityResponse:
        """See RepresentationService.CheckAuthority."""
        authority_id, checking = checked
        authority, case = handlers.check_authority(
            work, case_id=request.case_id, etag=request.etag, authority_id=authority_id, checking=checking
        )
        return pb.CheckAuthorityResponse(authority=authority_message(authority), case=case_message(case))

    @changes(pb.RevokeAuthorityResponse, wire.revocation_of)
    def RevokeAuthority(
        self, work: Work, request: pb.RevokeAuthorityRequest, revocation: tuple[str, date, str]
    ) -> pb.RevokeAuthorityResponse:
        """See RepresentationService.RevokeAuthority."""
        authority_id, revoked_on, because = revocation
        authority, case = handlers.revoke_authority(
            work,
            case_id=request.case_id,
            etag=request.etag,
            authority_id=authority_id,
            revoked_on=revoked_on,
            because=because,
        )
        return pb.RevokeAuthorityResponse(authority=authority_message(authority), case=case_message(case))

    @reads
    def ListAuthorities(self, work: Work, request: pb.ListAuthoritiesRequest) -> pb.ListAuthoritiesResponse:
        """See RepresentationService.ListAuthorities."""
        read = partial(representation_store.authorities_of, work, request.case_id)
        found, token = page(work, request, read, authority_message)
        return pb.ListAuthoritiesResponse(authorities=found, next_page_token=token)

    @reads
    def GetRepresentation(self, work: Work, request: pb.GetRepresentationRequest) -> pb.GetRepresentationResponse:
        """See RepresentationService.GetRepresentation."""
        on = wire.day_asked_for(request)
        return standing_message(handlers.get_representation(work, case_id=request.case_id, on=on))


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_RepresentationServiceServicer_to_server(RepresentationServer(use_cases), server)
