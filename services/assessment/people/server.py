"""The calls about the circle of support."""

from datetime import date
from functools import partial

from services.assessment.domain.people import Newcomer, Permission
from services.assessment.people import handlers, store, wire
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import people_pb2 as pb
from sevensteps.api.assessment.v1 import people_pb2_grpc as pb_grpc
from sevensteps.rpc.interceptor import Context
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class PeopleServer(pb_grpc.PeopleServiceServicer):
    """Answers the calls of PeopleService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.AddPersonResponse, wire.newcomer_of)
    def AddPerson(self, work: Work, request: pb.AddPersonRequest, newcomer: Newcomer) -> pb.AddPersonResponse:
        """See PeopleService.AddPerson."""
        person, case = handlers.add_person(work, newcomer, case_id=request.case_id, etag=request.etag)
        return pb.AddPersonResponse(person=wire.person_message(person), case=case_message(case))

    @changes(pb.ChangePermissionResponse, wire.permission_of)
    def ChangePermission(
        self, work: Work, request: pb.ChangePermissionRequest, permission: Permission
    ) -> pb.ChangePermissionResponse:
        """See PeopleService.ChangePermission."""
        person, case = handlers.change_permission(
            work, permission, case_id=request.case_id, etag=request.etag, person_id=request.person_id
        )
        return pb.ChangePermissionResponse(person=wire.person_message(person), case=case_message(case))

    @changes(pb.HelpThroughResponse, wire.helper_of)
    def HelpThrough(self, work: Work, request: pb.HelpThroughRequest, through: str) -> pb.HelpThroughResponse:
        """See PeopleService.HelpThrough."""
        person, case = handlers.help_through(
            work, case_id=request.case_id, etag=request.etag, person_id=request.person_id, through=through
        )
        return pb.HelpThroughResponse(person=wire.person_message(person), case=case_message(case))

    @changes(pb.RemovePersonResponse, wire.removal_of)
    def RemovePerson(self, work: Work, request: pb.RemovePersonRequest, because: str) -> pb.RemovePersonResponse:
        """See PeopleService.RemovePerson."""
        person, case = handlers.remove_person(
            work, case_id=request.case_id, etag=request.etag, person_id=request.person_id, because=because
        )
        return pb.RemovePersonResponse(person=wire.person_message(person), case=case_message(case))

    @reads
    def ListPeople(self, work: Work, request: pb.ListPeopleRequest) -> pb.ListPeopleResponse:
        """See PeopleService.ListPeople."""
        found, token = page(work, request, partial(store.people_of, work, request.case_id), wire.person_message)
        return pb.ListPeopleResponse(people=found, next_page_token=token)

    async def GetPermission(self, request: pb.GetPermissionRequest, context: Context) -> pb.GetPermissionResponse:
        """See PeopleService.GetPermission."""
        scope, on = wire.asked_of(request)
        asked = partial(handlers.may_share, case_id=request.case_id, person_id=request.person_id, scope=scope, on=on)
        return pb.GetPermissionResponse(may_share=await self.use_cases.look(asked))

    @changes(pb.RecordResourceResponse, wire.resource_of)
    def RecordResource(
        self, work: Work, request: pb.RecordResourceRequest, resource: tuple[str, str]
    ) -> pb.RecordResourceResponse:
        """See PeopleService.RecordResource."""
        kind, about = resource
        recorded, case = handlers.record_resource(
            work, case_id=request.case_id, etag=request.etag, kind=kind, about=about
        )
        return pb.RecordResourceResponse(resource=wire.resource_message(recorded), case=case_message(case))

    @changes(pb.EndResourceResponse, wire.end_of)
    def EndResource(self, work: Work, request: pb.EndResourceRequest, ended_on: date) -> pb.EndResourceResponse:
        """See PeopleService.EndResource."""
        ended, case = handlers.end_resource(
            work, case_id=request.case_id, etag=request.etag, resource_id=request.resource_id, ended_on=ended_on
        )
        return pb.EndResourceResponse(resource=wire.resource_message(ended), case=case_message(case))

    @reads
    def ListResources(self, work: Work, request: pb.ListResourcesRequest) -> pb.ListResourcesResponse:
        """See PeopleService.ListResources."""
        found, token = page(work, request, partial(store.resources_of, work, request.case_id), wire.resource_message)
        return pb.ListResourcesResponse(resources=found, next_page_token=token)
