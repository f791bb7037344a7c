"""How the assessment service answers as the register of publications."""

import grpc

from sevensteps.api.publications.v1 import publications_pb2 as pb
from sevensteps.api.publications.v1 import publications_pb2_grpc as pb_grpc
from sevensteps.fields import Fields, number_of
from sevensteps.rpc.interceptor import Context
from sevensteps.service import publishing
from sevensteps.service.calls import changes
from sevensteps.service.publication_wire import message, moment_of
from sevensteps.service.published_packs import Register
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

NAME = "sevensteps.api.publications.v1.PublicationsService"


def _moment(request: pb.PutInForceRequest, fields: Fields) -> str:
    return moment_of(request, fields)


class PublicationsServer(pb_grpc.PublicationsServiceServicer):
    """Answers the calls of PublicationsService."""

    def __init__(self, use_cases: UseCases, register: Register) -> None:
        """`use_cases` runs them over the store, which has the register."""
        self.use_cases = use_cases
        self._register = register

    @changes(pb.PutInForceResponse, _moment)
    def PutInForce(self, work: Work, request: pb.PutInForceRequest, moment: str) -> pb.PutInForceResponse:
        """See PublicationsService.PutInForce."""
        in_force = publishing.put_in_force(work, request.publication_id, moment)
        return pb.PutInForceResponse(publication=message(in_force))

    async def SettlePublication(
        self, request: pb.SettlePublicationRequest, context: Context
    ) -> pb.SettlePublicationResponse:
        """See PublicationsService.SettlePublication."""
        fields = Fields()
        moment = moment_of(request, fields)
        fields.check()
        settled = await self._register.settle(request.publication_id, moment)
        return pb.SettlePublicationResponse(
            outcome=number_of(pb.Outcome, settled.outcome),
            published_by=settled.published_by,
            confirmed_by=settled.confirmed_by,
        )


def add_to(server: grpc.aio.Server, use_cases: UseCases, register: Register) -> None:
    """Serve the register beside the service's own calls."""
    pb_grpc.add_PublicationsServiceServicer_to_server(PublicationsServer(use_cases, register), server)
