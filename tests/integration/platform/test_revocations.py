"""A token that is revoked is refused by every service soon, on either database, whatever else is down."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar, cast

import pytest
import sqlalchemy as sa

from integration.assessment.practice import new_id
from servers.any_service import run_any
from servers.feed import Feed
from servers.services import NOBODY, PACK, Running, SuiteOf, reason_of, refusal_of
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.assessment.v1.assessment_pb2 import ListCasesRequest
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.api.identity.v1 import identity_pb2 as pb
from sevensteps.api.identity.v1.identity_pb2_grpc import IdentityServiceStub
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.revocations import Revocation, Revocations
from sevensteps.service import revocations
from sevensteps.service.store import Store, Unit
from sevensteps.service.tables import revoked

if TYPE_CHECKING:
    from sevensteps.api.identity.v1.identity_pb2_grpc import IdentityServiceAsyncStub

T = TypeVar("T")
SOON = 4.0
"""The two seconds of a look, and as much for a busy machine."""


@pytest.fixture
async def running(suite_of: SuiteOf, database: str) -> AsyncIterator[Running]:
    async with suite_of("assessment", database=database) as service:
        yield service


def operations(running: Running, council: str = EVERY_COUNCIL) -> "IdentityServiceAsyncStub":
    return running.stub(IdentityServiceStub, running.token("olu", Role.OPERATIONS, council=council))


def of_subject(subject: str, **fields: str) -> pb.RevokeTokensRequest:
    return pb.RevokeTokensRequest(**{"request_id": new_id(), "subject": subject, "because": "She has left."} | fields)


def of_token(token_id: str) -> pb.RevokeTokensRequest:
    return pb.RevokeTokensRequest(request_id=new_id(), token_id=token_id, because="It was in a mail.")


async def refused(running: Running, token: str) -> str:
    """Why a call with the token is refused; empty where it is answered."""
    return await reason_of(running.stub(AssessmentServiceStub, token).ListCases(ListCasesRequest()))


def token_id_of(running: Running, token: str) -> str:
    return running.keys.check(token).token_id


async def test_all_that_a_subject_was_issued_is_refused_and_a_later_sign_in_is_good(running: Running) -> None:
    """Also a token that had been good before; nobody else's."""
    tokens = [running.token("amy", Role.PRACTITIONER) for _ in range(2)]
    bob = running.token("bob", Role.PRACTITIONER)
    assert await refused(running, tokens[0]) == ""
    await operations(running).RevokeTokens(of_subject("amy"))
    assert [await refused(running, token) for token in tokens] == ["TOKEN_REVOKED", "TOKEN_REVOKED"]
    assert await refused(running, bob) == ""
    await asyncio.sleep(0.01)
    assert await refused(running, running.token("amy", Role.PRACTITIONER)) == ""


async def test_one_token_is_refused_and_the_subjects_others_are_good(running: Running) -> None:
    """By its id."""
    stolen, other = (running.token("amy", Role.PRACTITIONER) for _ in range(2))
    await operations(running).RevokeTokens(of_token(token_id_of(running, stolen)))
    assert (await refused(running, stolen), await refused(running, other)) == ("TOKEN_REVOKED", "")


async def test_a_council_revokes_its_own_tokens_alone(running: Running) -> None:
    """A subject or a token of another council is not its business, and neither is what others have revoked."""
    here, there = (running.token("amy", Role.PRACTITIONER, council=council) for council in ("example", "other"))
    await operations(running, "other").RevokeTokens(of_subject("amy"))
    await operations(running, "other").RevokeTokens(of_token(token_id_of(running, here)))
    assert (await refused(running, here), await refused(running, there)) == ("", "TOKEN_REVOKED")
    listed = await operations(running, "example").ListRevocations(pb.ListRevocationsRequest())
    assert list(listed.revocations) == []
    assert len((await operations(running).ListRevocations(pb.ListRevocationsRequest())).revocations) == 2


async def test_who_revoked_what_when_and_why_is_on_record(running: Running) -> None:
    """In pages, the oldest first."""
    identity = operations(running)
    sent = [of_subject("amy"), of_token("t-1"), of_subject("bob")]
    answers = [(await identity.RevokeTokens(each)).revocation for each in sent]
    first = await identity.ListRevocations(pb.ListRevocationsRequest(page_size=2))
    rest = await identity.ListRevocations(pb.ListRevocationsRequest(page_token=first.next_page_token))
    assert [*first.revocations, *rest.revocations] == answers
    assert rest.next_page_token == ""
    for asked, answer in zip(sent, answers, strict=True):
        assert (answer.request_id, answer.subject, answer.token_id, answer.because) == (
            asked.request_id,
            asked.subject,
            asked.token_id,
            asked.because,
        )
        assert (answer.council, answer.revoked_by) == (EVERY_COUNCIL, "olu")
        assert abs(answer.revoked_at.ToSeconds() - time.time()) < 60


async def test_a_revocation_that_is_sent_again_is_the_first_one(running: Running) -> None:
    """So a sign-in between the two is not revoked; the id of one revocation is no other one's."""
    identity, request = operations(running), of_subject("amy")
    first = await identity.RevokeTokens(request)
    await asyncio.sleep(0.01)
    token = running.token("amy", Role.PRACTITIONER)
    assert await identity.RevokeTokens(request) == first
    assert await refused(running, token) == ""
    fault = await refusal_of(identity.RevokeTokens(of_subject("bob", request_id=request.request_id)))
    assert (fault.reason, fault.violations[0].field) == ("FIELD_INVALID", "request_id")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.RevokeTokensRequest(request_id=new_id(), because="x"), "subject"),
        (pb.RevokeTokensRequest(request_id=new_id(), subject="a", token_id="b", because="x"), "subject"),  # noqa: S106
        (of_subject(" amy"), "subject"),
        (of_token("x" * 256), "token_id"),
        (of_subject("amy", because=" "), "because"),
        (of_subject("amy", request_id="1"), "request_id"),
    ],
)
async def test_what_is_revoked_is_said_once_and_why(
    running: Running, request_: pb.RevokeTokensRequest, field: str
) -> None:
    """A subject or a token, and a reason."""
    fault = await refusal_of(operations(running).RevokeTokens(request_))
    assert (fault.kind, fault.violations[0].field) == (Kind.INVALID, field)


async def test_another_instance_knows_within_two_seconds(running: Running) -> None:
    """It reads what the one that was told has put on record, and knows it at its next start, before the first call."""
    token = running.token("amy", Role.PRACTITIONER)
    assert await refused(running, token) == ""
    row = revocations.RecordedRevocation(
        new_id(), "example", "amy", "", "She has left.", "olu", clock.as_text(clock.now())
    )
    await running.store.write(lambda connection: revocations.add(connection, row))

    async def is_refused() -> bool:
        return await refused(running, token) == "TOKEN_REVOKED"

    began = monotonic()
    await until(is_refused, "the token to be refused")
    assert monotonic() - began < SOON


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_refuses_and_remembers(service: str, tmp_path: Path, database: str) -> None:
    """Each on its own record: told once, it refuses the token after a restart, too."""
    settings = Settings(data=tmp_path, database=database, pack=PACK, feed=NOBODY, assessment=NOBODY)
    async with AsyncExitStack() as first:
        running = await first.enter_async_context(run_any(service, settings))
        token = running.token("amy", Role.AUDITOR)
        await operations(running).RevokeTokens(of_subject("amy"))
    async with AsyncExitStack() as again:
        running = await again.enter_async_context(run_any(service, settings))
        amy = running.stub(IdentityServiceStub, token)
        assert await reason_of(amy.ListRevocations(pb.ListRevocationsRequest())) == "TOKEN_REVOKED"


async def test_an_open_stream_ends_soon(feed: Feed, settings: Settings) -> None:
    """Within two seconds, also where another instance was told; the streams of others go on."""
    ida, amy = (feed.running.stub(FeedServiceStub, feed.running.token(who, Role.INTEGRATOR)) for who in ("ida", "amy"))
    streams = [aiter(stub.WatchEvents(feed_pb2.WatchEventsRequest(), timeout=30)) for stub in (ida, amy)]
    for stream in streams:
        assert (await anext(stream)).bookmark == 0
    row = revocations.RecordedRevocation(
        new_id(), "example", "ida", "", "She has left.", "olu", clock.as_text(clock.now())
    )
    await feed.running.store.write(lambda connection: revocations.add(connection, row))
    began = monotonic()
    fault = await refusal_of(anext(streams[0]))
    assert (fault.kind, fault.reason) == (Kind.UNAUTHENTICATED, "TOKEN_REVOKED")
    assert monotonic() - began < SOON
    await feed.append([])
    going_on = asyncio.ensure_future(anext(streams[1]))
    await asyncio.sleep(0.3)
    assert not going_on.done()
    going_on.cancel()


class Away:
    """A store that does not answer for a while."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_away = True
        self.asked = 0

    async def read(self, unit: Unit[T]) -> T:
        self.asked += 1
        if self.is_away:
            raise Fault(Kind.UNAVAILABLE, "STORE_UNAVAILABLE", "away")
        return await self._store.read(unit)


async def test_while_the_database_is_away_what_was_revoked_stays_revoked(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that fails changes nothing, and the next one is made."""
    monkeypatch.setattr(revocations, "LOOK_SECONDS", 0.02)
    amy, bob = (running.keys.check(running.token(who, Role.PRACTITIONER)) for who in ("amy", "bob"))
    in_force = Revocations()
    in_force.take([Revocation(EVERY_COUNCIL, "amy", "", time.time())])
    away = Away(running.store)
    keeping = asyncio.create_task(revocations.keep(cast("Store", away), in_force))
    for who in ("amy", "bob"):
        await operations(running).RevokeTokens(of_subject(who))

    async def was_asked() -> bool:
        return away.asked > 2

    await until(was_asked, "some looks")
    assert (in_force.has(amy), in_force.has(bob), keeping.done()) == (True, False, False)
    away.is_away = False

    async def is_known() -> bool:
        return in_force.has(bob)

    await until(is_known, "the second one")
    assert in_force.has(amy)
    keeping.cancel()


async def test_a_revocation_is_forgotten_when_it_concerns_nobody(running: Running) -> None:
    """No token lives so long; its reason need not be kept longer."""
    await operations(running).RevokeTokens(of_subject("amy"))
    before = clock.as_text(clock.now() - revocations.KEPT - timedelta(seconds=1))
    old = revocations.RecordedRevocation(new_id(), "example", "bob", "", "He has left.", "olu", before)
    await running.store.write(lambda connection: revocations.add(connection, old))
    await revocations.forget(running.store)
    rows = await running.store.read(lambda connection: connection.execute(sa.select(revoked.c.subject)).all())
    assert [row.subject for row in rows] == ["amy"]
