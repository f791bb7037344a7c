"""Many callers at the same moment, on both databases: one of them is first, and the others are told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from integration.assessment.practice import GOOD, Practice, call, new_id
from servers.services import Running, SuiteOf, reason_of
from services.assessment.tables import cases
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.events import DocumentAdded
from sevensteps.identity.actor import Role
from sevensteps.service.tables import answers, outbox, receipts

CHANNELS = 5


@pytest.fixture
async def running(suite_of: SuiteOf, database: str) -> AsyncIterator[Running]:
    async with suite_of("assessment", database=database) as service:
        yield service


async def counted(running: Running, table: sa.Table) -> int:
    """How many rows there are: of events, without those of what people are told in writing."""
    query = sa.select(sa.func.count()).select_from(table)
    if table is outbox:
        query = query.where(outbox.c.type != DocumentAdded.TYPE)
    return await running.store.read(lambda connection: connection.execute(query).scalar_one())


async def test_fifty_callers_with_one_request_id_open_one_case(running: Running) -> None:
    """All fifty get the same answer, and there is one case, one receipt, one stored answer, one event."""
    callers = [Practice(running).amy for _ in range(CHANNELS)]
    request = pb.OpenCaseRequest(request_id=new_id(), kind=pb.CASE_KIND_ADULT, person_reference="P-1")
    opened = await asyncio.gather(*(callers[n % CHANNELS].OpenCase(request) for n in range(50)))
    assert len({answer.case.case_id for answer in opened}) == 1
    assert [await counted(running, table) for table in (cases, receipts, answers, outbox)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "rpc", ["RecordSelfAssessment", "ProposeDetermination", "ConfirmDetermination", "GiveIndicativeBudget", "PlaceHold"]
)
async def test_of_twenty_with_one_etag_one_is_first(running: Running, rpc: str) -> None:
    """Nineteen are told that the record has changed, and the case has moved by one version."""
    work = Practice(running)
    request = await work.come_to(rpc)
    callers = [work.caller(Role.PRACTITIONER, subject="ben") for _ in range(CHANNELS)]
    version, told = int(work.case.etag), await counted(running, outbox)
    reasons = await asyncio.gather(
        *(reason_of(call(callers[n % CHANNELS], rpc, work.on_case(request))) for n in range(20))
    )
    assert Counter(reasons) == {"": 1, "ETAG_MISMATCH": 19}
    assert int((await work.read()).etag) == version + 1
    assert await counted(running, outbox) == told + 1


@pytest.mark.parametrize("rpc", ["RecordSelfAssessment", "ConfirmDetermination", "ResumeCase"])
async def test_one_change_sent_twenty_times_is_done_once(running: Running, rpc: str) -> None:
    """Who sends a change again before the first has been answered gets that first answer, not that it is stale."""
    work = Practice(running)
    request = await work.come_to(rpc)
    caller, told = work.who_may(rpc), await counted(running, outbox)
    first, *others = await asyncio.gather(*(call(caller, rpc, request) for _ in range(20)))
    assert all(other == first for other in others)
    assert await counted(running, outbox) == told + 1


async def test_changes_that_overwrite_nobody_are_all_done(running: Running) -> None:
    """A call that takes no etag waits for the one before it."""
    work = Practice(running)
    await work.open()
    olu = work.who_may("ResumeCase")
    await asyncio.gather(*(call(olu, "ResumeCase", work.on_case(GOOD["ResumeCase"])) for _ in range(20)))
    assert int((await work.read()).etag) == 21


async def test_many_cases_side_by_side_do_not_disturb_one_another(running: Running) -> None:
    """Every change to a case of one's own is done, and each case's events stand in the order of its changes."""

    async def walk() -> Practice:
        work = Practice(running)
        request = await work.come_to("GiveIndicativeBudget")
        await call(work.amy, "GiveIndicativeBudget", request)
        return work

    works = await asyncio.gather(*(walk() for _ in range(20)))
    rows = await running.store.read(
        lambda connection: connection.execute(sa.select(outbox.c.case_id, outbox.c.type).order_by(outbox.c.seq)).all()
    )
    for work in works:
        assert [row.type for row in rows if row.case_id == work.case.case_id and row.type != DocumentAdded.TYPE] == [
            "case.opened.v1",
            "conversation.recorded.v1",
            "determination.proposed.v1",
            "determination.confirmed.v1",
            "indicative_budget.given.v1",
        ]


async def test_a_caller_who_hangs_up_leaves_nothing_half_done(running: Running) -> None:
    """When a caller hangs up, the change is made entirely or not at all, and once if repeated."""
    work = Practice(running)
    await work.open()
    requests = [work.on_case(GOOD["ResumeCase"]) for _ in range(30)]
    olu = work.who_may("ResumeCase")
    for seconds, request in enumerate(requests):
        asked = asyncio.ensure_future(call(olu, "ResumeCase", request))
        await asyncio.sleep(seconds / 5000)
        asked.cancel()
    await asyncio.gather(*(call(olu, "ResumeCase", request) for request in requests))
    assert int((await work.read()).etag) == 1 + len(requests)
    assert await counted(running, outbox) == 1 + len(requests)
