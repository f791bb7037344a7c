"""The calls about complaints and requests for one's own data."""

from functools import partial

from services.assessment import matter_store, matter_wire, matters
from services.assessment.domain.matter import Doing, Made, MatterKind
from services.assessment.matter_wire import access_request_message, complaint_message
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class MattersServer:
    """Answers the calls of AssessmentService about complaints and requests for one's own data."""

    use_cases: UseCases

    @changes(pb.RecordComplaintResponse, matter_wire.complaint_of)
    def RecordComplaint(self, work: Work, request: pb.RecordComplaintRequest, made: Made) -> pb.RecordComplaintResponse:
        """See AssessmentService.RecordComplaint."""
        matter, case = matters.record(work, MatterKind.COMPLAINT, case_id=request.case_id, etag=request.etag, made=made)
        return pb.RecordComplaintResponse(complaint=complaint_message(matter), case=case_message(case))

    @changes(pb.AcknowledgeComplaintResponse, matter_wire.acknowledgement_of)
    def AcknowledgeComplaint(
        self, work: Work, request: pb.AcknowledgeComplaintRequest, doing: Doing
    ) -> pb.AcknowledgeComplaintResponse:
        """See AssessmentService.AcknowledgeComplaint."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.AcknowledgeComplaintResponse(complaint=complaint_message(matter), case=case_message(case))

    @changes(pb.ExtendComplaintResponse, matter_wire.extension_of)
    def ExtendComplaint(
        self, work: Work, request: pb.ExtendComplaintRequest, doing: Doing
    ) -> pb.ExtendComplaintResponse:
        """See AssessmentService.ExtendComplaint."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.ExtendComplaintResponse(complaint=complaint_message(matter), case=case_message(case))

    @changes(pb.ExplainComplaintDelayResponse, matter_wire.explanation_of)
    def ExplainComplaintDelay(
        self, work: Work, request: pb.ExplainComplaintDelayRequest, doing: Doing
    ) -> pb.ExplainComplaintDelayResponse:
        """See AssessmentService.ExplainComplaintDelay."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.ExplainComplaintDelayResponse(complaint=complaint_message(matter), case=case_message(case))

    @changes(pb.AnswerComplaintResponse, matter_wire.answer_of)
    def AnswerComplaint(
        self, work: Work, request: pb.AnswerComplaintRequest, doing: Doing
    ) -> pb.AnswerComplaintResponse:
        """See AssessmentService.AnswerComplaint."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.AnswerComplaintResponse(complaint=complaint_message(matter), case=case_message(case))

    @changes(pb.WithdrawComplaintResponse, matter_wire.withdrawal_of)
    def WithdrawComplaint(
        self, work: Work, request: pb.WithdrawComplaintRequest, doing: Doing
    ) -> pb.WithdrawComplaintResponse:
        """See AssessmentService.WithdrawComplaint."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.WithdrawComplaintResponse(complaint=complaint_message(matter), case=case_message(case))

    @changes(pb.RecordAccessRequestResponse, matter_wire.access_request_of)
    def RecordAccessRequest(
        self, work: Work, request: pb.RecordAccessRequestRequest, made: Made
    ) -> pb.RecordAccessRequestResponse:
        """See AssessmentService.RecordAccessRequest."""
        matter, case = matters.record(
            work, MatterKind.ACCESS_REQUEST, case_id=request.case_id, etag=request.etag, made=made
        )
        return pb.RecordAccessRequestResponse(access_request=access_request_message(matter), case=case_message(case))

    @changes(pb.ExtendAccessRequestResponse, matter_wire.access_extension_of)
    def ExtendAccessRequest(
        self, work: Work, request: pb.ExtendAccessRequestRequest, doing: Doing
    ) -> pb.ExtendAccessRequestResponse:
        """See AssessmentService.ExtendAccessRequest."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.ExtendAccessRequestResponse(access_request=access_request_message(matter), case=case_message(case))

    @changes(pb.AnswerAccessRequestResponse, matter_wire.access_answer_of)
    def AnswerAccessRequest(
        self, work: Work, request: pb.AnswerAccessRequestRequest, doing: Doing
    ) -> pb.AnswerAccessRequestResponse:
        """See AssessmentService.AnswerAccessRequest."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.AnswerAccessRequestResponse(access_request=access_request_message(matter), case=case_message(case))

    @changes(pb.WithdrawAccessRequestResponse, matter_wire.access_withdrawal_of)
    def WithdrawAccessRequest(
        self, work: Work, request: pb.WithdrawAccessRequestRequest, doing: Doing
    ) -> pb.WithdrawAccessRequestResponse:
        """See AssessmentService.WithdrawAccessRequest."""
        matter, case = matters.do(work, doing, case_id=request.case_id, etag=request.etag)
        return pb.WithdrawAccessRequestResponse(access_request=access_request_message(matter), case=case_message(case))

    @reads
    def ListComplaints(self, work: Work, request: pb.ListComplaintsRequest) -> pb.ListComplaintsResponse:
        """See AssessmentService.ListComplaints."""
        read = partial(matter_store.matters_of, work, MatterKind.COMPLAINT, request.case_id)
        found, token = page(work, request, read, complaint_message)
        return pb.ListComplaintsResponse(complaints=found, next_page_token=token)

    @reads
    def ListAccessRequests(self, work: Work, request: pb.ListAccessRequestsRequest) -> pb.ListAccessRequestsResponse:
        """See AssessmentService.ListAccessRequests."""
        read = partial(matter_store.matters_of, work, MatterKind.ACCESS_REQUEST, request.case_id)
        found, token = page(work, request, read, access_request_message)
        return pb.ListAccessRequestsResponse(access_requests=found, next_page_token=token)
