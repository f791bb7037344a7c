"""The records of planning, on SQLite and on PostgreSQL."""

import asyncio
import json
from dataclasses import replace

import grpc
import pytest
import sqlalchemy as sa

from integration.planning.case import PlanningCase
from servers.services import PACK, SuiteOf, councils_of, refusal_of
from services.planning import store
from services.planning.domain.plan import Plan
from services.planning.tables import plans
from sevensteps import clock
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor, Role
from sevensteps.policy import Library
from sevensteps.service.pack_archive import Archive
from sevensteps.service.work import Work


async def test_a_case_goes_through_and_is_there_after_a_restart(suite_of: SuiteOf, database: str) -> None:
    """Two versions of the plan with money and support, read back the same by a service started anew."""
    async with suite_of("planning", database=database) as running:
        case = PlanningCase(running)
        await case.organise()
        await case.journey.OpenPlan(case.opening_of_plan(version=2))
        await case.pat.SubmitPlan(await case.submission())
        await case.journey.OpenMoney(case.opening_of_money(version=2))
        await case.fin.ArrangeMoney(await case.direct_payment())
        await case.journey.OpenSupport(case.opening_of_support(version=2))
        before = await case.stands()
    async with suite_of("planning", database=database) as running:
        again = PlanningCase(running)
        again.case_id = case.case_id
        assert await again.stands() == before
        answer = await again.pat.ArrangeSupport(await again.arrangement())
        assert list(answer.needs_left) == []


async def test_of_two_changes_at_the_same_time_one_is_kept(suite_of: SuiteOf, database: str) -> None:
    """Both read the same etag: one is answered, the other is told to read again."""
    async with suite_of("planning", database=database) as running:
        case = PlanningCase(running)
        await case.open_money()
        requests = [await case.holding("40.00") for _ in range(4)]
        answers = await asyncio.gather(*(case.fin.ArrangeMoney(each) for each in requests), return_exceptions=True)
        refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
        assert [each.code() for each in refused] == [grpc.StatusCode.ABORTED] * 3
        assert [each.weekly for each in (await case.stands()).money] == ["40.00"]


NEWER = {
    "direct_payment",
    "beyond_needs",
    "service",
    "advice_given",
    "lacks_capacity",
    "interested_involved",
    "complex",
}
"""What later plans say and the first stored ones do not."""


async def test_a_plan_from_before_a_question_was_asked_is_read_as_unknown(suite_of: SuiteOf, database: str) -> None:
    """A question that an older plan was not asked is unknown, not no."""
    async with suite_of("planning", database=database) as running:
        case = PlanningCase(running)
        await case.submit_plan()

        def forget(connection: sa.Connection) -> None:
            content = json.loads(connection.execute(sa.select(plans.c.content)).scalar_one())
            content["lines"] = [
                {name: said for name, said in line.items() if name not in NEWER} for line in content["lines"]
            ]
            older = {name: said for name, said in content.items() if name not in NEWER}
            connection.execute(sa.update(plans).values(content=json.dumps(older)))

        await running.store.write(forget)
        plan = (await case.stands()).plan
        assert not any(line.HasField("direct_payment") for line in plan.lines)
        assert [plan.HasField("advice_given"), plan.HasField("interested_involved")] == [False, False]
        assert not plan.HasField("complex")
        assert not plan.lacks_capacity
        assert {line.beyond_needs for line in plan.lines} == {"0.00"}


@pytest.mark.item(53)
async def test_a_submitted_version_is_never_written_again(suite_of: SuiteOf, database: str) -> None:
    """Not even by a writer who does not check first: there is no draft of that version to write over."""
    async with suite_of("planning", database=database) as running:
        case = PlanningCase(running)
        await case.submit_plan()
        before = (await case.stands()).plan
        actor = Actor("eve", frozenset({Role.PLANNER}), "example")
        archive = Archive(Library(Settings().policies))
        councils = councils_of(Settings(pack=PACK))

        def read(work: Work) -> Plan:
            return store.plan_to_read(work, store.planning(work, case.case_id), 1)

        def overwrite(work: Work) -> None:
            store.change_draft(work, replace(read(work), submitted=False, written_by=("eve",)))

        with pytest.raises(Fault) as refusal:
            await running.store.write(
                lambda connection: overwrite(Work(connection, actor, clock.now(), archive, councils))
            )
        assert refusal.value.kind is Kind.ABORTED
        assert (await case.pat.GetPlan(pb.GetPlanRequest(case_id=case.case_id, version=1))).plan == before


async def test_what_is_refused_leaves_no_trace(suite_of: SuiteOf, database: str) -> None:
    """A direct payment that fails a condition leaves no record, event or answer; the request may be sent again."""
    async with suite_of("planning", database=database) as running:
        case = PlanningCase(running)
        await case.open_money()
        before, told = await case.stands(), await case.events()
        request = await case.direct_payment()
        request.facts.prohibited = True
        for _ in range(2):
            assert (await refusal_of(case.fin.ArrangeMoney(request))).reason == "DIRECT_PAYMENT_CONDITIONS"
        assert await case.stands() == before
        assert await case.events() == told
