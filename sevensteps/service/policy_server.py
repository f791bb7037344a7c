"""How every service that decides takes the packs of a publication, and lists what was published."""

import asyncio

import grpc

from sevensteps import clock
from sevensteps.api.policy.v1 import policy_pb2 as pb
from sevensteps.api.policy.v1 import policy_pb2_grpc as pb_grpc
from sevensteps.fields import Fields
from sevensteps.policy import Library
from sevensteps.rpc.interceptor import Context
from sevensteps.service import publications, publishing
from sevensteps.service.calls import changes
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.service.publication_wire import message, moment_of
from sevensteps.service.publications import Publication, PublishedPack
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

NAME = "sevensteps.api.policy.v1.PolicyService"
MOST = 100
MOST_WORDS = 2_000


def _read_publication(request: pb.StagePublicationRequest, fields: Fields) -> tuple[PublishedPack, ...]:
    fields.id("publication_id", request.publication_id)
    fields.text("because", request.because, limit=MOST_WORDS)
    names = [pack.pack for pack in request.packs]
    if not names:
        fields.wrong("packs", "must name at least one pack")
    if len(set(names)) < len(names):
        fields.wrong("packs", "must not name a pack twice")
    for index, pack in enumerate(request.packs):
        fields.id(f"packs[{index}].pack", pack.pack)
        fields.id(f"packs[{index}].hash", pack.hash)
        if pack.replaces:
            fields.id(f"packs[{index}].replaces", pack.replaces)
    packs = sorted(request.packs, key=lambda pack: pack.pack)
    return tuple(PublishedPack(pack.pack, pack.hash, pack.replaces) for pack in packs)


def _moment(request: pb.SchedulePublicationRequest, fields: Fields) -> str:
    return moment_of(request, fields)


class PolicyServer(pb_grpc.PolicyServiceServicer):
    """Answers the calls of PolicyService."""

    def __init__(self, use_cases: UseCases, library: Library) -> None:
        """`use_cases` runs them over the store; `library` is the service's own."""
        self.use_cases = use_cases
        self._library = library

    async def StagePublication(
        self, request: pb.StagePublicationRequest, context: Context
    ) -> pb.StagePublicationResponse:
        """See PolicyService.StagePublication. The packs are read before the transaction, which is to be short."""
        fields = Fields()
        _read_publication(request, fields)
        fields.check()
        await asyncio.to_thread(self._read_packs, request)
        return await self._stage(request, context)

    @changes(pb.SchedulePublicationResponse, _moment)
    def SchedulePublication(
        self, work: Work, request: pb.SchedulePublicationRequest, moment: str
    ) -> pb.SchedulePublicationResponse:
        """See PolicyService.SchedulePublication."""
        scheduled = publishing.schedule(work, request.publication_id, moment)
        return pb.SchedulePublicationResponse(publication=message(scheduled))

    async def ListPublications(
        self, request: pb.ListPublicationsRequest, context: Context
    ) -> pb.ListPublicationsResponse:
        """See PolicyService.ListPublications."""
        fields = Fields()
        size = fields.page_size(request.page_size, default=MOST, largest=MOST)
        fields.check()
        listed = {"list": "publications"}
        after = position_of(request.page_token, listed)
        found, more = await self.use_cases.look(lambda work: publications.page(work.connection, after, size))
        token = token_of(after + len(found), listed) if more else ""
        return pb.ListPublicationsResponse(publications=map(message, found), next_page_token=token)

    @changes(pb.StagePublicationResponse, _read_publication)
    def _stage(
        self, work: Work, request: pb.StagePublicationRequest, packs: tuple[PublishedPack, ...]
    ) -> pb.StagePublicationResponse:
        publication = Publication(
            request.publication_id, packs, work.actor.subject, request.because, published_at=work.now_text
        )
        staged = publishing.stage(work, publication)
        needs_two = publishing.needs_second_person(work.councils, staged)
        return pb.StagePublicationResponse(publication=message(staged), needs_second_person=needs_two)

    def _read_packs(self, request: pb.StagePublicationRequest) -> None:
        """Have the library know every pack. Raises a Fault where one is not that version, or cannot decide."""
        today = clock.today()
        for pack in request.packs:
            if not self._library.has_version(pack.hash):
                self._library.add_version(pack.pack, pack.hash, request.files)
            self._library.ensure_usable(pack.hash, today)


def add_to(server: grpc.aio.Server, use_cases: UseCases, library: Library) -> None:
    """Serve publications beside the service's own calls."""
    pb_grpc.add_PolicyServiceServicer_to_server(PolicyServer(use_cases, library), server)
