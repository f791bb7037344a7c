"""A person's life with a plan, as the review service sees it, and those who call it."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import sqlalchemy as sa

from servers.services import Running
from sevensteps import clock
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.api.review.v1.review_pb2_grpc import ReviewServiceStub
from sevensteps.events import PAYLOADS, DocumentAdded, Payload
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.service.tables import outbox, receipts
from sevensteps.service.work import new_id

if TYPE_CHECKING:
    from sevensteps.api.review.v1.review_pb2_grpc import ReviewServiceAsyncStub


def request_id() -> str:
    """A new idempotency key."""
    return str(uuid4())


def today() -> str:
    """This day as the service sees it."""
    return clock.today().isoformat()


def spending(
    life: pb.Life, amount: str = "12.50", *, line_id: str = "l1", spent_on: str = "", evidence: str = ""
) -> pb.RecordSpendRequest:
    """A request to record money spent today, or on another day."""
    return pb.RecordSpendRequest(
        request_id=request_id(),
        case_id=life.case_id,
        etag=life.etag,
        line_id=line_id,
        amount=amount,
        spent_on=spent_on or today(),
        evidence=evidence,
    )


def request(life: pb.Life) -> pb.RequestReviewRequest:
    """A request for a review."""
    return pb.RequestReviewRequest(
        request_id=request_id(), case_id=life.case_id, etag=life.etag, because="The evenings."
    )


def trigger(life: pb.Life, what: pb.ReviewTrigger.ValueType = pb.REVIEW_TRIGGER_HOSPITAL) -> pb.TriggerReviewRequest:
    """A stay in hospital, or something else that happened."""
    return pb.TriggerReviewRequest(request_id=request_id(), case_id=life.case_id, etag=life.etag, trigger=what)


def day(days_ahead: int) -> str:
    """A day as many days ahead of this one, or (negative) before it."""
    return (clock.today() + timedelta(days=days_ahead)).isoformat()


def plan(support_since: str = "2026-06-01", **lines: str) -> pb.PlanInForce:
    """What a plan in force says: its lines by their ids, in pounds a week; "l1" of 80 pounds unless they are given."""
    return pb.PlanInForce(
        lines=[pb.PlanLine(line_id=line, weekly=weekly) for line, weekly in (lines or {"l1": "80.00"}).items()],
        support_since=support_since,
        needs=["nutrition", "community"],
    )


def completion(
    life: pb.Life, outcome: pb.ReviewOutcome.ValueType = pb.REVIEW_OUTCOME_CONTINUE
) -> pb.CompleteReviewRequest:
    """A review that found that cooking works."""
    return pb.CompleteReviewRequest(
        request_id=request_id(),
        case_id=life.case_id,
        etag=life.etag,
        achieved={"nutrition": pb.ACHIEVED_YES, "community": pb.ACHIEVED_PARTLY},
        how_it_worked="Cooking works; the club was closed.",
        money_used_properly=True,
        outcome=outcome,
    )


@dataclass
class Home:
    """A running review service, a case, the journey that opens things and rae, who reviews."""

    running: Running
    case_id: str = field(default_factory=lambda: new_id("case"))

    def by(self, subject: str, role: Role = Role.REVIEWER, council: str = "example") -> ReviewServiceAsyncStub:
        """A caller."""
        return self.running.stub(ReviewServiceStub, self.running.token(subject, role, council=council))

    @property
    def journey(self) -> ReviewServiceAsyncStub:
        """The journey of the case."""
        return self.by("journey", Role.JOURNEY, EVERY_COUNCIL)

    @property
    def rae(self) -> ReviewServiceAsyncStub:
        """The reviewer."""
        return self.by("rae")

    def life_opening(
        self,
        round_: int = 1,
        *,
        started_on: str = "2026-06-01",
        continues: bool = False,
        direct_payment_since: str = "",
        review_on: str = "",
        version: int = 1,
        in_force: pb.PlanInForce | None = None,
    ) -> pb.OpenLifeRequest:
        """The journey's request to open step 6."""
        return pb.OpenLifeRequest(
            request_id=request_id(),
            case_id=self.case_id,
            council="example",
            round=round_,
            plan_version=version,
            started_on=started_on,
            continues=continues,
            direct_payment_since=direct_payment_since,
            review_on=review_on,
            in_force=in_force or plan(),
        )

    def review_opening(self, round_: int = 1, opened_on: str = "2026-07-13") -> pb.OpenReviewRequest:
        """The journey's request to open step 7."""
        return pb.OpenReviewRequest(request_id=request_id(), case_id=self.case_id, round=round_, opened_on=opened_on)

    def closing(self) -> pb.CloseCaseRequest:
        """The journey's request to close the case."""
        return pb.CloseCaseRequest(request_id=request_id(), case_id=self.case_id)

    def reading(self) -> pb.GetLifeRequest:
        """A request to read where the case stands."""
        return pb.GetLifeRequest(case_id=self.case_id)

    async def read(self) -> pb.Life:
        """Where the case stands."""
        return (await self.rae.GetLife(self.reading())).life

    async def live(
        self,
        in_force: pb.PlanInForce | None = None,
        *,
        started_on: str = "2026-06-01",
        direct_payment_since: str = "",
    ) -> pb.Life:
        """Open step 6 and read it."""
        opening = self.life_opening(started_on=started_on, in_force=in_force, direct_payment_since=direct_payment_since)
        await self.journey.OpenLife(opening)
        return await self.read()

    async def review(self) -> pb.Life:
        """Open step 7 and read it."""
        await self.journey.OpenReview(self.review_opening())
        return await self.read()

    async def come_to(self, state: pb.LifeState.ValueType) -> pb.Life:
        """Bring a new case to a state, and read it."""
        life = await self.live()
        if state == pb.LIFE_STATE_LIVING:
            return life
        if state == pb.LIFE_STATE_CLOSED:
            await self.journey.CloseCase(self.closing())
            return await self.read()
        life = await self.review()
        if state == pb.LIFE_STATE_UNDER_REVIEW:
            return life
        return (await self.rae.CompleteReview(completion(life))).life

    async def events(self) -> list[Payload]:
        """The case's events, in order, but for what the person is told in writing."""
        of_case = sa.select(outbox).where(outbox.c.case_id == self.case_id, outbox.c.type != DocumentAdded.TYPE)
        query = of_case.order_by(outbox.c.seq)
        rows = await self.running.store.read(lambda connection: connection.execute(query).all())
        return [PAYLOADS[row.type].of(row.payload) for row in rows]

    async def facts_of(self, schedule: str) -> dict[str, Any]:
        """The facts of a stored decision."""
        query = sa.select(receipts.c.receipt).where(receipts.c.receipt_id == schedule)
        receipt = await self.running.store.read(lambda connection: connection.execute(query).scalar_one())
        facts: dict[str, Any] = json.loads(receipt)["facts"]
        return facts
