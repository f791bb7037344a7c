"""Receipts and the law that they name, read over the wire from a service that decides."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from grpc_health.v1 import health_pb2

from integration.receipts.checked import decided
from servers.services import Running, SuiteOf, refusal_of
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.policy import Library
from sevensteps.service import receipt_pages, receipts

if TYPE_CHECKING:
    from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceAsyncStub


@pytest.fixture
async def running(suite_of: SuiteOf, database: str) -> AsyncIterator[Running]:
    async with suite_of("assessment", database=database) as service:
        yield service


def reader(running: Running, *roles: Role, council: str = "example") -> ReceiptsServiceAsyncStub:
    return running.stub(ReceiptsServiceStub, running.token("aud", *roles, council=council))


DECISIONS = ["deadlines", "eligibility", "duty", "deadlines", "indicative-budget"]
"""What is decided in step 1 of somebody who is eligible."""


async def streamed(stub: ReceiptsServiceAsyncStub, after: str = "") -> list[pb.Receipt]:
    request = pb.ReadReceiptsRequest(after=after)
    return [receipt async for part in stub.ReadReceipts(request) for receipt in part.receipts]


async def test_a_case_lists_its_decisions_in_order_page_by_page(running: Running) -> None:
    """One page or many give the same receipts: each with what it was decided on, by whom and when."""
    case_id = await decided(running)
    await decided(running)
    auditor = reader(running, Role.AUDITOR)
    whole = await auditor.ListReceipts(pb.ListReceiptsRequest(case_id=case_id))
    decisions = [receipt.decision for receipt in whole.receipts]
    assert (decisions[0], decisions[-1]) == (DECISIONS[0], DECISIONS[-1])
    assert sorted(decisions) == sorted(DECISIONS)  # those of one moment have no order of their own on PostgreSQL
    assert not whole.next_page_token
    told = whole.receipts[decisions.index("eligibility")]
    assert (told.case_id, told.council, told.actor, told.verdict) == (case_id, "example", "amy", "met")
    kept = json.loads(told.receipt)
    assert kept["facts"]["outcomes"]["hygiene"] == {"cannot_unaided": True}
    assert kept["answers"]["plain"] == kept["answers"]["durable_rules"]

    paged: list[pb.Receipt] = []
    token = ""
    while token or not paged:
        request = pb.ListReceiptsRequest(case_id=case_id, page_size=1, page_token=token)
        page = await auditor.ListReceipts(request)
        assert len(page.receipts) == 1
        paged += page.receipts
        token = page.next_page_token
    assert paged == list(whole.receipts)


async def test_every_receipt_is_streamed_in_order_from_any_place(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small the messages, each receipt comes once, oldest first; a stream can begin after any of them."""
    cases = [await decided(running) for _ in range(3)]
    monkeypatch.setattr(receipt_pages, "MOST_BYTES", 1)
    operations = reader(running, Role.OPERATIONS, council="*")
    found = await streamed(operations)
    assert [receipt.case_id for receipt in found] == [case_id for case_id in cases for _ in DECISIONS]
    moments = [receipt.decided_at.ToDatetime() for receipt in found]
    assert moments == sorted(moments)
    assert await streamed(operations, found[3].receipt_id) == found[4:]


async def test_law_outlives_the_files_it_was_read_from(running: Running, tmp_path: Path) -> None:
    """With only the answer of GetPack, another process makes the same decision again."""
    case_id = await decided(running)
    auditor = reader(running, Role.AUDITOR)
    library = Library(tmp_path / "nowhere")
    for receipt in (await auditor.ListReceipts(pb.ListReceiptsRequest(case_id=case_id))).receipts:
        kept = json.loads(receipt.receipt)
        law = await auditor.GetPack(pb.GetPackRequest(hash=kept["hash"]))
        library.add_version(law.pack, kept["hash"], law.files)
        assert library.verify(kept) == ()
    fault = await refusal_of(auditor.GetPack(pb.GetPackRequest(hash="0" * 64)))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "PACK_NOT_FOUND")


async def test_another_council_sees_nothing(running: Running) -> None:
    """No list, no stream, and no place to begin in another council's receipts."""
    case_id = await decided(running)
    (first, *_) = await streamed(reader(running, Role.AUDITOR))
    stranger = reader(running, Role.AUDITOR, council="elsewhere")
    assert not (await stranger.ListReceipts(pb.ListReceiptsRequest(case_id=case_id))).receipts
    assert await streamed(stranger) == []
    fault = await refusal_of(streamed(stranger, first.receipt_id))
    assert (fault.kind, fault.reason, fault.violations[0].field) == (Kind.INVALID, "CURSOR_INVALID", "after")


async def test_a_page_token_is_of_the_same_case(running: Running) -> None:
    """A page token of another case's list or an invented one is refused; the field is named."""
    first, second = await decided(running), await decided(running)
    auditor = reader(running, Role.AUDITOR)
    token = (await auditor.ListReceipts(pb.ListReceiptsRequest(case_id=first, page_size=1))).next_page_token
    for wrong, reason in ((token, "CURSOR_FILTER_MISMATCH"), ("made-up", "CURSOR_INVALID")):
        fault = await refusal_of(auditor.ListReceipts(pb.ListReceiptsRequest(case_id=second, page_token=wrong)))
        assert (fault.reason, fault.violations[0].field) == (reason, "page_token")
    fault = await refusal_of(auditor.ListReceipts(pb.ListReceiptsRequest()))
    assert [violation.field for violation in fault.violations] == ["case_id"]


async def test_who_has_no_right_reads_nothing(running: Running) -> None:
    """A practitioner reads a case's receipts and not everybody's; other roles read none."""
    case_id = await decided(running)
    listing, pack = pb.ListReceiptsRequest(case_id=case_id), pb.GetPackRequest(hash="0")
    assert (await reader(running, Role.PRACTITIONER).ListReceipts(listing)).receipts
    for role in Role:
        stub = reader(running, role)
        if not may(role, "ListReceipts"):
            assert (await refusal_of(stub.ListReceipts(listing))).reason == "ROLE_LACKS_RIGHT"
        if not may(role, "ReadReceipts"):
            assert (await refusal_of(streamed(stub))).reason == "ROLE_LACKS_RIGHT"
        if not may(role, "GetPack"):
            assert (await refusal_of(stub.GetPack(pack))).reason == "ROLE_LACKS_RIGHT"
    assert {role for role in Role if may(role, "ReadReceipts")} == {Role.AUDITOR, Role.OPERATIONS}


def may(role: Role, rpc: str) -> bool:
    return role in RIGHTS[f"/{receipts.NAME}/{rpc}"]


async def test_it_is_healthy_under_its_own_name(running: Running) -> None:
    """Whoever watches over the service may ask for this part of it."""
    async with grpc.aio.insecure_channel(running.address) as bare:
        check: Callable[[health_pb2.HealthCheckRequest], Awaitable[health_pb2.HealthCheckResponse]] = bare.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        answer = await check(health_pb2.HealthCheckRequest(service=receipts.NAME))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
