"""A case in steps 2, 4 and 5, taken forward over gRPC as the journey and the people would."""

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from servers.services import Running
from sevensteps import clock
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.api.planning.v1.planning_pb2_grpc import PlanningServiceStub
from sevensteps.events import DocumentAdded
from sevensteps.identity.actor import Role
from sevensteps.service.tables import outbox, receipts
from sevensteps.service.work import new_id

OPENED_ON = "2026-11-02"
NEEDS = ("nutrition", "community")

WITH_CAPACITY = pb.DirectPaymentFacts(
    has_capacity=True,
    requests=True,
    prohibited=False,
    capable_with_help=True,
    appropriate=True,
    court_order_exclusion=False,
)


def new_request() -> str:
    """The id of a new request."""
    return str(uuid4())


def in_days(days: int) -> str:
    """The day so many days from today, as a request writes it."""
    return (clock.today() + timedelta(days=days)).isoformat()


class PlanningCase:
    """One case, and those who work on it: the journey, Pat who plans, Fin who pays."""

    def __init__(self, running: Running, council: str = "example") -> None:
        """The case is not in planning yet: `open_plan` begins."""
        self.case_id = new_id("case")
        self.council = council
        self.journey = running.stub(PlanningServiceStub, running.token("journey", Role.JOURNEY, council="*"))
        self.pat = running.stub(PlanningServiceStub, running.token("pat", Role.PLANNER, council=council))
        self.fin = running.stub(PlanningServiceStub, running.token("fin", Role.FINANCE, council=council))
        self.running = running

    async def stands(self) -> pb.Planning:
        """Where planning stands."""
        return (await self.pat.GetPlanning(pb.GetPlanningRequest(case_id=self.case_id))).planning

    async def events(self) -> list[tuple[str, dict[str, object]]]:
        """The case's events in order: types and payloads, but for what the person is told in writing."""
        of_case = sa.select(outbox).where(outbox.c.case_id == self.case_id, outbox.c.type != DocumentAdded.TYPE)
        query = of_case.order_by(outbox.c.seq)
        rows = await self.running.store.read(lambda connection: connection.execute(query).all())
        return [(row.type, json.loads(row.payload)) for row in rows]

    async def decided(self) -> list[tuple[str, str]]:
        """The receipts of the case in order: decisions and verdicts."""
        query = sa.select(receipts).where(receipts.c.case_id == self.case_id).order_by(receipts.c.decided_at)
        rows = await self.running.store.read(lambda connection: connection.execute(query).all())
        return [(row.decision, row.verdict) for row in rows]

    def opening_of_plan(self, version: int = 1, needs: Sequence[str] = NEEDS) -> pb.OpenPlanRequest:
        """What the journey sends to open step 2."""
        return pb.OpenPlanRequest(
            request_id=new_request(),
            case_id=self.case_id,
            council=self.council,
            version=version,
            eligible_needs=needs,
            indicative_weekly="82.91",
            opened_on=OPENED_ON,
        )

    def opening_of_money(self, version: int = 1, budget: str = "60.00") -> pb.OpenMoneyRequest:
        """What the journey sends to open step 4."""
        return pb.OpenMoneyRequest(
            request_id=new_request(),
            case_id=self.case_id,
            version=version,
            personal_budget_weekly=budget,
            opened_on=OPENED_ON,
        )

    def opening_of_support(self, version: int = 1) -> pb.OpenSupportRequest:
        """What the journey sends to open step 5."""
        return pb.OpenSupportRequest(
            request_id=new_request(), case_id=self.case_id, version=version, opened_on=OPENED_ON
        )

    async def draft(self) -> pb.SavePlanRequest:
        """A plan that answers all six questions, with one line for each need: 60.00 in all."""
        questions = ("important", "change", "spend", "manage", "control", "next")
        return pb.SavePlanRequest(
            request_id=new_request(),
            case_id=self.case_id,
            etag=(await self.stands()).etag,
            template=pb.TEMPLATE_SIX,
            answers={question: f"What I say about {question}." for question in questions},
            lines=[
                pb.SpendLine(
                    line_id="l1", text="Help with cooking", needs=["nutrition"], use=pb.USE_GENERAL, weekly="40.00"
                ),
                pb.SpendLine(
                    line_id="l2", text="A choir and the bus", needs=["community"], use=pb.USE_GENERAL, weekly="20"
                ),
            ],
            helper=pb.PLAN_HELPER_FAMILY,
            risks_considered=True,
            person_involved=True,
            review_on=in_days(180),
        )

    async def submission(self) -> pb.SubmitPlanRequest:
        """What Pat sends to submit."""
        return pb.SubmitPlanRequest(request_id=new_request(), case_id=self.case_id, etag=(await self.stands()).etag)

    async def holding(self, weekly: str = "60.00") -> pb.ArrangeMoneyRequest:
        """Money that the council manages."""
        return pb.ArrangeMoneyRequest(
            request_id=new_request(),
            case_id=self.case_id,
            etag=(await self.stands()).etag,
            kind=pb.MONEY_KIND_COUNCIL_MANAGED,
            weekly=weekly,
        )

    async def direct_payment(
        self, weekly: str = "60.00", facts: pb.DirectPaymentFacts = WITH_CAPACITY
    ) -> pb.ArrangeMoneyRequest:
        """Money paid to the person, who has capacity."""
        request = await self.holding(weekly)
        request.kind = pb.MONEY_KIND_DIRECT_PAYMENT
        request.payee = pb.PAYEE_PERSON
        request.facts.CopyFrom(facts)
        return request

    async def arrangement(self, *needs: str, starts_on: str = "") -> pb.ArrangeSupportRequest:
        """A provider who meets these needs, or else all of them."""
        return pb.ArrangeSupportRequest(
            request_id=new_request(),
            case_id=self.case_id,
            etag=(await self.stands()).etag,
            kind=pb.SUPPORT_KIND_PROVIDER,
            needs=needs or NEEDS,
            starts_on=starts_on or in_days(14),
        )

    async def open_plan(self) -> None:
        """Take the case into step 2."""
        await self.journey.OpenPlan(self.opening_of_plan())

    async def submit_plan(self) -> None:
        """Take the case to the end of step 2."""
        await self.open_plan()
        await self.pat.SavePlan(await self.draft())
        await self.pat.SubmitPlan(await self.submission())

    async def open_money(self) -> None:
        """Take the case into step 4."""
        await self.submit_plan()
        await self.journey.OpenMoney(self.opening_of_money())

    async def open_support(self) -> None:
        """Take the case into step 5."""
        await self.open_money()
        await self.fin.ArrangeMoney(await self.holding())
        await self.journey.OpenSupport(self.opening_of_support())

    async def organise(self) -> None:
        """Take the case to the end of step 5."""
        await self.open_support()
        await self.pat.ArrangeSupport(await self.arrangement())
