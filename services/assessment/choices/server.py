"""The calls about what the person chooses."""

from functools import partial

from services.assessment.choices import handlers, store, wire
from services.assessment.domain.choices import Help, Keeping
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import choices_pb2 as pb
from sevensteps.api.assessment.v1 import choices_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class ChoicesServer(pb_grpc.ChoicesServiceServicer):
    """Answers the calls of ChoicesService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.ChooseHelpResponse, wire.help_of)
    def ChooseHelp(self, work: Work, request: pb.ChooseHelpRequest, chosen: Help) -> pb.ChooseHelpResponse:
        """See ChoicesService.ChooseHelp."""
        case = handlers.choose_help(work, case_id=request.case_id, etag=request.etag, chosen=chosen)
        return pb.ChooseHelpResponse(case=case_message(case))

    @reads
    def ListHelp(self, work: Work, request: pb.ListHelpRequest) -> pb.ListHelpResponse:
        """See ChoicesService.ListHelp."""
        found, token = page(work, request, partial(store.help_of, work, request.case_id), wire.help_message)
        return pb.ListHelpResponse(help=found, next_page_token=token)

    @changes(pb.KeepServiceResponse, wire.keeping_of)
    def KeepService(self, work: Work, request: pb.KeepServiceRequest, keeping: Keeping) -> pb.KeepServiceResponse:
        """See ChoicesService.KeepService."""
        service, case = handlers.keep_service(work, case_id=request.case_id, etag=request.etag, keeping=keeping)
        return pb.KeepServiceResponse(service=wire.kept_message(service), case=case_message(case))

    @changes(pb.LetServiceGoResponse, wire.letting_go_of)
    def LetServiceGo(self, work: Work, request: pb.LetServiceGoRequest, because: str) -> pb.LetServiceGoResponse:
        """See ChoicesService.LetServiceGo."""
        service, case = handlers.let_service_go(
            work,
            case_id=request.case_id,
            etag=request.etag,
            kept_service_id=request.kept_service_id,
            because=because,
        )
        return pb.LetServiceGoResponse(service=wire.kept_message(service), case=case_message(case))

    @reads
    def ListKeptServices(self, work: Work, request: pb.ListKeptServicesRequest) -> pb.ListKeptServicesResponse:
        """See ChoicesService.ListKeptServices."""
        found, token = page(work, request, partial(store.kept_of, work, request.case_id), wire.kept_message)
        return pb.ListKeptServicesResponse(services=found, next_page_token=token)

    @reads
    def GetKeptServices(self, work: Work, request: pb.GetKeptServicesRequest) -> pb.GetKeptServicesResponse:
        """See ChoicesService.GetKeptServices."""
        kept = store.kept_now(work, request.case_id)
        return pb.GetKeptServicesResponse(services=[wire.standing_message(service) for service in kept])
