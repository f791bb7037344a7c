"""Whoever has a valid token and not the right is refused, and that is on record: without a way to flood the record."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from google.protobuf.descriptor_pb2 import MethodOptions

from servers.feed import Feed
from servers.operations import Operations, run_operations
from servers.services import reason_of
from servers.waiting import until
from services.operations.repairs import auditing, refused_calls
from services.operations.repairs.refused_calls import ACTS, ONE_BY_ONE
from services.operations.tables import audit
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.audit_chain import problems
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub

pytestmark = pytest.mark.usefixtures("no_looks")

Rows = Sequence[sa.RowMapping]
STOP = pb.StopRepairRequest(repair_id="repair-1", because="x")


def caller(
    operations: Operations, subject: str, *roles: Role, council: str = "example"
) -> "OperationsServiceAsyncStub":
    """Somebody with a valid token."""
    token = operations.running.token(subject, *roles, council=council)
    return operations.running.stub(OperationsServiceStub, token)


async def entries(operations: Operations, count: int = 0) -> Rows:
    """The audit, once it has so many entries."""

    async def read() -> Rows:
        query = sa.select(audit).order_by(audit.c.number)
        return await operations.running.store.read(lambda connection: connection.execute(query).mappings().all())

    async def are_there() -> bool:
        return len(await read()) >= count

    await until(are_there, f"{count} entries")
    return await read()


def told(rows: Rows) -> list[tuple[str, str, str, str]]:
    return [(row["council"], row["subject"], row["act"], row["refused"]) for row in rows]


async def test_each_attempt_is_on_record(operations: Operations) -> None:
    """Who, of which council, with which roles, and what they tried; in the same chain as all else."""
    amy = caller(operations, "amy", Role.PRACTITIONER)
    aud = caller(operations, "aud", Role.AUDITOR, Role.FINANCE, council="elsewhere")
    assert await reason_of(amy.PlanRepair(pb.PlanRepairRequest())) == "ROLE_LACKS_RIGHT"
    assert await reason_of(amy.AgreeRepair(pb.AgreeRepairRequest())) == "ROLE_LACKS_RIGHT"
    assert await reason_of(aud.ContinueRepair(pb.ContinueRepairRequest())) == "ROLE_LACKS_RIGHT"
    assert await reason_of(aud.StopRepair(STOP)) == "ROLE_LACKS_RIGHT"
    rows = await entries(operations, 4)
    assert told(rows) == [
        ("example", "amy", "repair.planned", "ROLE_LACKS_RIGHT"),
        ("example", "amy", "repair.agreed", "ROLE_LACKS_RIGHT"),
        ("elsewhere", "aud", "repair.continued", "ROLE_LACKS_RIGHT"),
        ("elsewhere", "aud", "repair.stopped", "ROLE_LACKS_RIGHT"),
    ]
    assert json.loads(rows[2]["before"]) == {"roles": ["auditor", "finance"]}
    assert list(problems([dict(row) for row in rows])) == []


async def test_who_only_reads_or_has_no_valid_token_is_not_on_record(operations: Operations) -> None:
    """Nobody writes into the record whom no issuer knows; what is refused to a reader is in the log."""
    planner = caller(operations, "pat", Role.PLANNER)
    assert await reason_of(planner.ListAudit(pb.ListAuditRequest())) == "ROLE_LACKS_RIGHT"
    assert await reason_of(planner.GetRepair(pb.GetRepairRequest())) == "ROLE_LACKS_RIGHT"
    token = operations.running.token("eve", Role.PRACTITIONER)
    for wrong in ("", "nonsense", token[:-8] + "AAAAAAAA"):
        stranger = operations.running.stub(OperationsServiceStub, wrong)
        assert await reason_of(stranger.StopRepair(STOP)) in {"UNAUTHENTICATED", "TOKEN_INVALID"}
    expired = operations.running.keys.issue("eve", [Role.PRACTITIONER], "example", seconds=-60)
    assert "EXPIRED" in await reason_of(operations.running.stub(OperationsServiceStub, expired).StopRepair(STOP))
    await reason_of(planner.StopRepair(STOP))
    assert told(await entries(operations, 1)) == [("example", "pat", "repair.stopped", "ROLE_LACKS_RIGHT")]


async def test_nobody_floods_the_record(settings: Settings, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first few of a subject are told one by one; of the rest, how many. Another subject is told all the same."""
    monkeypatch.setattr(refused_calls, "PAUSE_SECONDS", 0.1)
    following = replace(settings, feed=feed.running.address)
    async with run_operations(following) as operations:
        eve, amy = (caller(operations, subject, Role.PRACTITIONER) for subject in ("eve", "amy"))
        attempts = 40
        for _ in range(attempts // 8):
            await asyncio.gather(*(reason_of(eve.StopRepair(STOP)) for _ in range(8)))
        assert await reason_of(amy.StopRepair(STOP)) == "ROLE_LACKS_RIGHT"
        rows = await entries(operations, ONE_BY_ONE + 1)
        assert Counter(row["subject"] for row in rows) == {"eve": ONE_BY_ONE, "amy": 1}
        monkeypatch.setattr(refused_calls, "HOUR_SECONDS", 0.0)
        rows = await entries(operations, ONE_BY_ONE + 2)
        assert (rows[-1]["subject"], rows[-1]["act"]) == ("eve", "repair.stopped")
        assert json.loads(rows[-1]["after"]) == {"attempts": attempts - ONE_BY_ONE}
        monkeypatch.setattr(refused_calls, "HOUR_SECONDS", 3600.0)
        assert await reason_of(eve.StopRepair(STOP)) == "ROLE_LACKS_RIGHT"  # the next hour begins anew
        assert len(await entries(operations, ONE_BY_ONE + 3)) == ONE_BY_ONE + 3


async def test_what_was_only_counted_is_told_at_the_end(settings: Settings, feed: Feed) -> None:
    """An instance that stops leaves nothing out."""
    following = replace(settings, feed=feed.running.address)
    async with run_operations(following) as operations:
        eve = caller(operations, "eve", Role.PRACTITIONER)
        for _ in range(ONE_BY_ONE + 3):
            await reason_of(eve.StopRepair(STOP))
    async with run_operations(following) as operations:
        rows = await entries(operations)
        assert len(rows) == ONE_BY_ONE + 1
        assert json.loads(rows[-1]["after"]) == {"attempts": 3}


async def test_many_subjects_are_counted_together(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tokens somebody gets, the memory and the record stay within bounds."""
    monkeypatch.setattr(refused_calls, "MOST_SUBJECTS", 2)
    monkeypatch.setattr(refused_calls, "PAUSE_SECONDS", 0.1)
    for subject in ("a", "b", "c", "d", "d"):
        await reason_of(caller(operations, subject, Role.PRACTITIONER).StopRepair(STOP))
    assert [row["subject"] for row in await entries(operations, 2)] == ["a", "b"]
    monkeypatch.setattr(refused_calls, "HOUR_SECONDS", 0.0)
    *_, others = await entries(operations, 3)
    assert (others["council"], others["subject"], json.loads(others["after"])) == ("*", "*", {"attempts": 3})


async def test_no_answer_waits_for_the_record(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the records cannot be written the refusal is the same; the attempt is on record once they can."""
    monkeypatch.setattr(refused_calls, "PAUSE_SECONDS", 0.1)
    add, tried = auditing.add, asyncio.Event()

    def cannot(*_: object) -> None:
        tried.set()
        raise Fault(Kind.UNAVAILABLE, "STORE_UNAVAILABLE", "The records cannot be written now.")

    monkeypatch.setattr(auditing, "add", cannot)
    amy = caller(operations, "amy", Role.PRACTITIONER)
    assert await reason_of(amy.StopRepair(STOP)) == "ROLE_LACKS_RIGHT"
    await asyncio.wait_for(tried.wait(), 10)
    assert not await entries(operations)
    monkeypatch.setattr(auditing, "add", add)
    assert told(await entries(operations, 1)) == [("example", "amy", "repair.stopped", "ROLE_LACKS_RIGHT")]


def test_every_call_that_changes_something_is_an_act() -> None:
    """A new one is not left out by mistake."""
    service = pb.DESCRIPTOR.services_by_name["OperationsService"]
    reading = MethodOptions.NO_SIDE_EFFECTS
    changing = {
        f"/{service.full_name}/{method.name}"
        for method in service.methods
        if method.GetOptions().idempotency_level != reading
    }
    assert changing == ACTS.keys()
