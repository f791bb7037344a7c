"""How every service takes revocations of tokens, and says whose tokens it accepts."""

import grpc

from sevensteps import clock
from sevensteps.api.identity.v1 import identity_pb2 as pb
from sevensteps.api.identity.v1 import identity_pb2_grpc as pb_grpc
from sevensteps.fields import Fields, moment
from sevensteps.identity.claims import LONGEST_TOKEN_ID, form, is_word, problem_of_subject
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service import revocations
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.service.revocations import RecordedRevocation
from sevensteps.service.store import Store

NAME = "sevensteps.api.identity.v1.IdentityService"
PAGE, LARGEST_PAGE = 100, 1000
MOST_WORDS = 2_000
LISTED = "revocations"


class IdentityServer(pb_grpc.IdentityServiceServicer):
    """Answers the calls of IdentityService."""

    def __init__(self, store: Store, identity: Identity) -> None:
        """`store` has the revocations, `identity` those that are in force in this process."""
        self._store = store
        self._identity = identity

    async def RevokeTokens(self, request: pb.RevokeTokensRequest, context: Context) -> pb.RevokeTokensResponse:
        """See IdentityService.RevokeTokens."""
        new = _read(request)
        recorded = await self._store.write(lambda connection: revocations.add(connection, new))
        await revocations.read(self._store, self._identity.revocations)
        return pb.RevokeTokensResponse(revocation=_message(recorded))

    async def ListRevocations(self, request: pb.ListRevocationsRequest, context: Context) -> pb.ListRevocationsResponse:
        """See IdentityService.ListRevocations."""
        fields = Fields()
        size = fields.page_size(request.page_size, default=PAGE, largest=LARGEST_PAGE)
        fields.check()
        actor = caller()
        listed = {"list": LISTED, "council": actor.council}
        after = position_of(request.page_token, listed)
        found, more = await self._store.read(lambda connection: revocations.page(connection, actor, after, size))
        token = token_of(found[-1][0], listed) if more else ""
        return pb.ListRevocationsResponse(revocations=[_message(each) for _, each in found], next_page_token=token)

    async def ListIssuers(self, request: pb.ListIssuersRequest, context: Context) -> pb.ListIssuersResponse:
        """See IdentityService.ListIssuers."""
        actor, councils = caller(), self._identity.issuers.councils()
        issuers = [
            pb.Issuer(
                issuer=issuer.url,
                councils=[council for council in councils[issuer.url] if actor.may_see(council)],
                keys_fetched_at=moment(issuer.fetched_at),
                problem=issuer.problem,
            )
            for issuer in self._identity.issuers.all()
        ]
        return pb.ListIssuersResponse(issuers=[issuer for issuer in issuers if issuer.councils])


def _read(request: pb.RevokeTokensRequest) -> RecordedRevocation:
    """What is to be revoked. Raises a Fault (INVALID) for wrong fields."""
    fields = Fields()
    request_id = fields.request_id(request.request_id).lower()
    fields.text("because", request.because, limit=MOST_WORDS)
    if bool(request.subject) == bool(request.token_id):
        fields.wrong("subject", "either a subject or a token_id, not both")
    elif request.subject and (problem := problem_of_subject(request.subject)):
        fields.wrong("subject", problem)
    elif request.token_id and not is_word(request.token_id, LONGEST_TOKEN_ID):
        fields.wrong("token_id", f"must be {form(LONGEST_TOKEN_ID)}")
    fields.check()
    actor = caller()
    return RecordedRevocation(
        request_id,
        actor.council,
        request.subject,
        request.token_id,
        request.because,
        revoked_by=actor.subject,
        revoked_at=clock.as_text(clock.now()),
    )


def _message(of: RecordedRevocation) -> pb.Revocation:
    return pb.Revocation(
        request_id=of.request_id,
        subject=of.subject,
        token_id=of.token_id,
        because=of.because,
        council=of.council,
        revoked_by=of.revoked_by,
        revoked_at=moment(of.revoked_at),
    )


def add_to(server: grpc.aio.Server, store: Store, identity: Identity) -> None:
    """Serve it beside the service's own calls."""
    pb_grpc.add_IdentityServiceServicer_to_server(IdentityServer(store, identity), server)
