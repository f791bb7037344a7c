"""What every call passes, whatever the service: token, right, size; and what a caller hears of an error."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import grpc
import pytest
import sqlalchemy as sa
import structlog
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from joserfc import jwt
from joserfc.jwk import OKPKey
from structlog.testing import capture_logs

from integration.assessment.practice import GOOD, Practice, new_id
from servers.services import NOBODY, Running, SuiteOf, councils_of, refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.background import Background
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.tokens import ALGORITHM, AUDIENCE, ISSUER, Keys
from sevensteps.rpc import server
from sevensteps.rpc.client import channel
from sevensteps.rpc.faults import fault_of
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.server import Server

if TYPE_CHECKING:
    from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceAsyncStub

SERVICE = "sevensteps.api.assessment.v1.AssessmentService"
LIST = pb.ListCasesRequest()
OPENING = pb.OpenCaseRequest(request_id=new_id(), kind=pb.CASE_KIND_ADULT, person_reference="P-SECRET")


@pytest.fixture
async def running(suite_of: SuiteOf) -> AsyncIterator[Running]:
    async with suite_of("assessment") as service:
        yield service


def claims(**changed: object) -> dict[str, object]:
    """What a token says."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "amy",
        "roles": ["practitioner"],
        "council": "example",
        "teams": [],
        "jti": "1",
        "iat": time.time(),
        "exp": time.time() + 60,
    }
    return good | changed


def signed(keys: Keys, said: dict[str, object]) -> str:
    return jwt.encode({"alg": ALGORITHM}, said, keys.key, algorithms=[ALGORITHM])


async def unauthenticated(running: Running, token: str) -> Fault:
    """How a call with this token is refused."""
    fault = await refusal_of(running.stub(AssessmentServiceStub, token).ListCases(LIST))
    assert (fault.kind, fault.reason) == (Kind.UNAUTHENTICATED, "UNAUTHENTICATED")
    return fault


@pytest.mark.parametrize("metadata", [(), (("authorization", ""),), (("authorization", "Basic YW15OmFteQ=="),)])
async def test_without_a_token_nobody_comes_in(running: Running, metadata: tuple[tuple[str, str], ...]) -> None:
    """A call without a bearer token is told to send one."""
    async with grpc.aio.insecure_channel(running.address) as bare:
        fault = await refusal_of(AssessmentServiceStub(bare).ListCases(LIST, metadata=metadata))
    assert (fault.kind, fault.reason) == (Kind.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert "Bearer" in fault.detail


async def test_a_token_signed_by_another_key_is_refused(running: Running) -> None:
    """A token that this suite did not sign is refused."""
    forger = Keys(OKPKey.generate_key("Ed25519"))
    await unauthenticated(running, forger.issue("amy", [Role.PRACTITIONER], "example"))


async def test_a_token_that_was_changed_is_refused(running: Running) -> None:
    """Not one letter of a token may be changed: not its roles, not its signature."""
    header, body, signature = running.token("amy", Role.AUDITOR).split(".")
    other = running.token("amy", Role.OPERATIONS).split(".")
    for token in (f"{header}.{other[1]}.{signature}", f"{header}.{body}.{other[2]}", f"{header}.{body}.", "x", "a.b.c"):
        await unauthenticated(running, token)


async def test_a_token_that_asks_for_no_signature_is_refused(running: Running) -> None:
    """A token with `alg: none`, which asks not to be checked, is refused."""
    unsigned = "eyJhbGciOiJub25lIn0." + running.token("amy", Role.PRACTITIONER).split(".")[1] + "."
    await unauthenticated(running, unsigned)


async def test_a_token_expires(running: Running) -> None:
    """Even one that was valid a moment ago and has been remembered."""
    token = signed(running.keys, claims(exp=time.time() + 0.5))
    stub = running.stub(AssessmentServiceStub, token)
    await stub.ListCases(LIST)
    await asyncio.sleep(0.6)
    assert "expired" in (await refusal_of(stub.ListCases(LIST))).detail


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody-else"},
        {"aud": "payroll"},
        {"exp": "tomorrow"},
        {"exp": None},
        {"roles": None},
        {"roles": [["practitioner"]]},
    ],
)
async def test_a_token_says_what_it_must(running: Running, changed: dict[str, object]) -> None:
    """Another issuer's token, another audience's, or one with a claim of the wrong kind is refused."""
    await unauthenticated(running, signed(running.keys, claims(**changed)))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "roles", "council", "jti", "iat", "exp"])
async def test_a_token_lacks_nothing(running: Running, claim: str) -> None:
    """Every claim must be there."""
    said = claims()
    del said[claim]
    assert "claim" in (await unauthenticated(running, signed(running.keys, said))).detail


@pytest.mark.parametrize(
    "changed",
    [
        {"sub": ""},
        {"sub": "  "},
        {"sub": None},
        {"sub": 7},
        {"sub": "amy\n"},
        {"sub": "am\0y"},
        {"sub": "x" * 256},
        {"council": ""},
        {"council": None},
        {"council": "x" * 65},
        {"roles": "practitioner"},
        {"roles": {"practitioner": True}},
        {"roles": [["practitioner"]]},
        {"roles": None},
        {"teams": "north"},
        {"teams": [1]},
    ],
)
async def test_a_claim_is_in_its_form(running: Running, changed: dict[str, object]) -> None:
    """The subject goes into every event: a token whose subject could not is refused."""
    await unauthenticated(running, signed(running.keys, claims(**changed)))


@pytest.mark.parametrize("roles", [[], ["king"]])
async def test_roles_that_the_suite_does_not_know_give_no_right(running: Running, roles: object) -> None:
    """An unknown role is ignored: the token is valid, but may do nothing."""
    stub = running.stub(AssessmentServiceStub, signed(running.keys, claims(roles=roles)))
    fault = await refusal_of(stub.ListCases(LIST))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


async def test_a_refusal_is_logged_with_who_what_and_why(running: Running) -> None:
    """The log says which call was refused, to whom and why, but nothing of its content."""
    stub = running.stub(AssessmentServiceStub, running.token("olu", Role.OPERATIONS))
    with capture_logs() as logged:
        fault = await refusal_of(stub.OpenCase(OPENING))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
    assert "OpenCase may be called by: practitioner" in fault.detail
    refused = [line for line in logged if line["event"] == "call refused"]
    assert [(line["rpc"], line["reason"]) for line in refused] == [(f"/{SERVICE}/OpenCase", "ROLE_LACKS_RIGHT")]
    assert "P-SECRET" not in json.dumps(logged, default=str)


async def test_only_ids_go_into_the_log(running: Running) -> None:
    """What somebody typed where an id should be, a name or a page of text, is not written down."""
    amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER))
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        await refusal_of(amy.GetCase(pb.GetCaseRequest(case_id="Ada-Lovelace")))
        await refusal_of(amy.OpenCase(pb.OpenCaseRequest(request_id="Ada-Lovelace")))
        await refusal_of(amy.GetCase(pb.GetCaseRequest(case_id="case-3f8k2m9x0p1q")))
        await refusal_of(amy.OpenCase(pb.OpenCaseRequest(request_id=OPENING.request_id)))
    refused = [line for line in logged if line["event"] == "call refused"]
    assert [(line["case_id"], line["request_id"]) for line in refused] == [
        (None, None),
        (None, None),
        ("case-3f8k2m9x0p1q", None),
        (None, OPENING.request_id),
    ]
    assert "Ada" not in json.dumps(refused, default=str)


async def test_many_wrong_fields_are_told_all_the_same(running: Running) -> None:
    """A request that is wrong in a hundred places is refused as one that is wrong in one."""
    amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER))
    wrong = pb.RecordUrgentSupportRequest(needs=["washing"] * 100)
    fault = await refusal_of(amy.RecordUrgentSupport(wrong))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "FIELD_INVALID")
    assert 1 < len(fault.violations) <= 20


async def test_a_message_over_a_megabyte_is_refused(running: Running) -> None:
    """Nothing that large is read, and the service goes on."""
    work = Practice(running)
    await work.open()
    request = work.on_case(GOOD["RecordSelfAssessment"])
    assert isinstance(request, pb.RecordSelfAssessmentRequest)
    request.own_words = "x" * (1024 * 1024)
    fault = await refusal_of(work.amy.RecordSelfAssessment(request))
    assert (fault.kind, fault.reason) == (Kind.EXHAUSTED, "RESOURCE_EXHAUSTED")
    assert (await work.read()).etag == "1"


async def test_a_call_that_does_not_exist_is_unimplemented(running: Running) -> None:
    """An unknown call is UNIMPLEMENTED."""
    async with channel(running.address, lambda: running.token("amy", Role.PRACTITIONER)) as calls:
        unknown = calls.unary_unary(f"/{SERVICE}/DropEverything", bytes, bytes)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await unknown(b"")
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_body_that_is_no_message_is_refused(running: Running) -> None:
    """Bytes that are not the request do not reach a handler; a stranger's are not even looked at."""
    for token, reason in ((running.token("amy", Role.PRACTITIONER), "MESSAGE_UNREADABLE"), ("x", "UNAUTHENTICATED")):
        async with channel(running.address, partial(str, token)) as calls:
            raw = calls.unary_unary(f"/{SERVICE}/OpenCase", bytes, bytes)
            assert (await refusal_of(raw(b"\xff\xff\xff"))).reason == reason


async def test_our_own_mistake_tells_the_caller_nothing_and_the_log_everything_but_words(running: Running) -> None:
    """A fault of ours is INTERNAL without detail; the log has the trace, and not what the person said."""
    work = Practice(running)
    await work.open()
    drop = sa.text("ALTER TABLE self_assessments RENAME COLUMN own_words TO lost")
    await running.store.write(lambda connection: connection.execute(drop))
    request = work.on_case(GOOD["RecordSelfAssessment"])
    assert isinstance(request, pb.RecordSelfAssessmentRequest)
    request.own_words = "My brother hits me."
    with capture_logs() as logged:
        fault = await refusal_of(work.amy.RecordSelfAssessment(request))
    assert (fault.kind, fault.reason) == (Kind.INTERNAL, "INTERNAL")
    assert not {"sql", "self_assessments", "own_words", "brother"} & set(fault.detail.lower().split())
    failed = next(line for line in logged if line["event"] == "call failed")
    assert "own_words" in str(failed["exc_info"])
    assert "brother" not in str(failed["exc_info"])
    assert (await work.read()).etag == "1"


async def test_health_and_reflection_need_no_token(running: Running) -> None:
    """Whoever watches over the service may ask how it is and what it offers."""
    async with grpc.aio.insecure_channel(running.address) as bare:
        check: Callable[[health_pb2.HealthCheckRequest], Awaitable[health_pb2.HealthCheckResponse]] = bare.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        for name in ("", SERVICE):
            answer = await check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        describe = bare.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )
        asked = reflection_pb2.ServerReflectionRequest(list_services="*")
        listed = [each.name async for said in describe(iter([asked])) for each in said.list_services_response.service]
    assert SERVICE in listed


async def test_it_stops_when_the_calls_under_way_are_done(suite_of: SuiteOf) -> None:
    """Draining: a call that has begun is answered, and one that comes later finds nobody."""
    async with suite_of("assessment") as running:
        calls = channel(running.address, lambda: running.token("amy", Role.PRACTITIONER))
        stub = AssessmentServiceStub(calls)
        await stub.ListCases(LIST)
        lock = sqlite3.connect(running.data / "assessment.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        opening = asyncio.ensure_future(stub.OpenCase(OPENING))
        await asyncio.sleep(0.2)
        asyncio.get_running_loop().call_later(0.5, lock.close)
    assert (await opening).case.case_id
    assert (await refusal_of(stub.ListCases(LIST))).kind is Kind.UNAVAILABLE
    await calls.close()


async def test_a_call_that_takes_too_long_to_finish_is_told_to_come_again(
    suite_of: SuiteOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that stops does not wait for ever: the call that it cuts is UNAVAILABLE, not cancelled by nobody."""
    monkeypatch.setattr(server, "DRAIN_SECONDS", 0.3)
    async with suite_of("assessment") as running:
        lock = sqlite3.connect(running.data / "assessment.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        calls = channel(running.address, lambda: running.token("amy", Role.PRACTITIONER))
        opening = asyncio.ensure_future(AssessmentServiceStub(calls).OpenCase(OPENING))
        await asyncio.sleep(0.2)
        asyncio.get_running_loop().call_later(1.5, lock.close)
    fault = await refusal_of(opening)
    assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "STOPPING")
    await calls.close()


async def test_whoever_calls_while_it_stops_is_answered_or_told_to_come_again(suite_of: SuiteOf) -> None:
    """Of many callers who do not stop calling, none gets another status than UNAVAILABLE."""
    ends: set[grpc.StatusCode] = set()

    async def call_on(stub: "AssessmentServiceAsyncStub") -> None:
        while grpc.StatusCode.UNAVAILABLE not in ends:
            try:
                await stub.ListCases(LIST)
            except grpc.aio.AioRpcError as error:
                ends.add(error.code())

    async with suite_of("assessment") as running:
        token = running.token("amy", Role.PRACTITIONER)
        channels = [channel(running.address, partial(str, token)) for _ in range(4)]
        calling = [asyncio.create_task(call_on(AssessmentServiceStub(each))) for each in channels for _ in range(8)]
        await asyncio.sleep(0.5)
    await asyncio.gather(*calling)
    for each in channels:
        await each.close()
    assert ends == {grpc.StatusCode.UNAVAILABLE}


async def test_a_server_does_not_hang_up_because_of_pings(running: Running) -> None:
    """On a busy machine the pings of our own processes come together: nobody's call may be lost by that."""
    settings, ping = b"\0\0\0\4\0\0\0\0\0", b"\0\0\10\6\0\0\0\0\0" + b"12345678"
    host, _, port = running.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + 20 * ping)
    heard = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while part := await reader.read(4096):
                heard += part
    writer.close()
    assert heard.count(b"12345678") == 20
    assert b"too_many_pings" not in heard


async def test_an_address_that_is_taken_is_said_so(running: Running) -> None:
    """Two suites on one address: the second one says why it does not start."""

    class Nothing:
        names = (SERVICE,)
        checks = ()
        observations = ()

        def add_to(self, server: grpc.aio.Server) -> None: ...

        def begin(self, background: Background) -> None: ...

        def note_refused(self, actor: Actor, rpc: str, fault: Fault) -> None: ...
        def drain(self) -> None: ...

        async def close(self) -> None: ...

    second = Server(Nothing(), Identity.open(running.settings), councils_of(running.settings), running.address)
    with pytest.raises(Fault, match="is the suite running already"):
        await second.start()
    await second.stop()


async def test_nobody_there_is_unavailable(running: Running) -> None:
    """What gRPC itself says becomes a Fault too."""
    async with channel(NOBODY, lambda: running.token("amy", Role.PRACTITIONER)) as calls:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await AssessmentServiceStub(calls).ListCases(LIST)
    assert fault_of(refused.value).kind is Kind.UNAVAILABLE
