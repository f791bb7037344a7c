"""The calls about contacts and enquiries."""

from datetime import date
from functools import partial

from services.assessment.contacts import handlers, wire
from services.assessment.contacts import store as contact_store
from services.assessment.domain.contact import Came, ContactDeciding
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import contacts_pb2 as pb
from sevensteps.api.assessment.v1 import contacts_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import Keeping, UseCases
from sevensteps.service.work import Work


class ContactsServer(pb_grpc.ContactsServiceServicer):
    """Answers the calls of ContactsService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.RecordContactResponse, wire.contact_of)
    def RecordContact(self, work: Work, request: pb.RecordContactRequest, came: Came) -> pb.RecordContactResponse:
        """See ContactsService.RecordContact."""
        contact, case = handlers.record_contact(work, case_id=request.case_id, etag=request.etag, came=came)
        return pb.RecordContactResponse(contact=wire.contact_message(contact), case=case_message(case))

    @changes(pb.DecideContactResponse, wire.deciding_of)
    def DecideContact(
        self, work: Work, request: pb.DecideContactRequest, deciding: ContactDeciding
    ) -> pb.DecideContactResponse:
        """See ContactsService.DecideContact."""
        contact, case = handlers.decide_contact(work, case_id=request.case_id, etag=request.etag, deciding=deciding)
        return pb.DecideContactResponse(contact=wire.contact_message(contact), case=case_message(case))

    @reads
    def ListContacts(self, work: Work, request: pb.ListContactsRequest) -> pb.ListContactsResponse:
        """See ContactsService.ListContacts."""
        read = partial(contact_store.contacts_of, work, request.case_id)
        found, token = page(work, request, read, wire.contact_message)
        return pb.ListContactsResponse(contacts=found, next_page_token=token)

    @changes(pb.RecordEnquiryResponse, wire.enquiry_of, keeping=Keeping(for_good=True))
    def RecordEnquiry(
        self, work: Work, request: pb.RecordEnquiryRequest, asked: tuple[str, str, date]
    ) -> pb.RecordEnquiryResponse:
        """See ContactsService.RecordEnquiry."""
        topic, route, asked_on = asked
        enquiry = handlers.record_enquiry(work, topic=topic, route=route, asked_on=asked_on)
        return pb.RecordEnquiryResponse(enquiry=wire.enquiry_message(enquiry))

    @reads
    def CountEnquiries(self, work: Work, request: pb.CountEnquiriesRequest) -> pb.CountEnquiriesResponse:
        """See ContactsService.CountEnquiries."""
        first, end = wire.months_of(request)
        counts = handlers.count_enquiries(work, first=first, end=end)
        return pb.CountEnquiriesResponse(counts=map(wire.count_message, counts))
