"""The desk at which plans are checked and signed: who sits there, and the plans that come."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

import sqlalchemy as sa

from servers.services import Running
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.approval.v1.approval_pb2_grpc import ApprovalServiceStub
from sevensteps.api.planning.v1 import planning_pb2 as planning
from sevensteps.events import PAYLOADS, DocumentAdded, Payload
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.service.tables import outbox
from sevensteps.service.work import new_id

if TYPE_CHECKING:
    from sevensteps.api.approval.v1.approval_pb2_grpc import ApprovalServiceAsyncStub


def request_id() -> str:
    """A new idempotency key."""
    return str(uuid4())


def line(
    line_id: str, use: planning.Use.ValueType = planning.USE_GENERAL, needs: tuple[str, ...] = ("nutrition",)
) -> planning.SpendLine:
    """A line of 40 pounds a week."""
    return planning.SpendLine(line_id=line_id, text="Somebody to cook with", needs=needs, use=use, weekly="40.00")


def plan(*lines: planning.SpendLine, version: int = 1) -> planning.Plan:
    """A submitted plan that answers all six questions and leaves nothing out, written by wyn."""
    questions = ("important", "change", "spend", "manage", "control", "next")
    return planning.Plan(
        version=version,
        state=planning.PLAN_STATE_SUBMITTED,
        template=planning.TEMPLATE_SIX,
        answers=dict.fromkeys(questions, "In my own words."),
        lines=lines or (line("l1"),),
        met_otherwise=["community"],
        helper=planning.PLAN_HELPER_FAMILY,
        risks_considered=True,
        person_involved=True,
        advocate_considered=True,
        advice_given=True,
        weekly=f"{40 * len(lines or (1,))}.00",
        written_by=["wyn"],
        top_up="0.00",
    )


@dataclass
class Desk:
    """A running approval service, a case, the journey that opens things and olu, who signs."""

    running: Running
    case_id: str = field(default_factory=lambda: new_id("case"))

    def by(self, subject: str, *roles: Role, council: str = "example") -> ApprovalServiceAsyncStub:
        """A caller; an approver unless their roles are given."""
        token = self.running.token(subject, *(roles or (Role.APPROVER,)), council=council)
        return self.running.stub(ApprovalServiceStub, token)

    @property
    def journey(self) -> ApprovalServiceAsyncStub:
        """The journey of the case."""
        return self.by("journey", Role.JOURNEY, council=EVERY_COUNCIL)

    def opening(self, of: planning.Plan | None = None, indicative: str = "") -> pb.OpenApprovalRequest:
        """The journey's request to open step 3, for a case assessed by ash; the plan costs what was indicated."""
        of = of or plan()
        request = pb.OpenApprovalRequest(
            request_id=request_id(),
            case_id=self.case_id,
            council="example",
            plan=of,
            eligible_needs=["nutrition", "community"],
            indicative_weekly=indicative or of.weekly,
            assessed_by=["ash"],
            opened_on="2026-06-01",
        )
        request.plan.case_id = self.case_id
        return request

    def closing(self) -> pb.CloseCaseRequest:
        """The journey's request to close the case."""
        return pb.CloseCaseRequest(request_id=request_id(), case_id=self.case_id)

    async def open(self, of: planning.Plan | None = None, indicative: str = "") -> pb.Approval:
        """Open step 3 and read it."""
        await self.journey.OpenApproval(self.opening(of, indicative))
        return await self.read()

    async def read(self, version: int = 0) -> pb.Approval:
        """The approval of a version; 0 for the newest."""
        return (await self.by("olu").GetApproval(pb.GetApprovalRequest(case_id=self.case_id, version=version))).approval

    async def execute(self, statement: str, **values: str) -> None:
        """Write into the records past the service."""
        await self.running.store.write(lambda connection: connection.execute(sa.text(statement), values))

    async def events(self) -> list[Payload]:
        """The case's events, in order, but for those of letters."""
        of_case = sa.select(outbox).where(outbox.c.case_id == self.case_id, outbox.c.type != DocumentAdded.TYPE)
        query = of_case.order_by(outbox.c.seq)
        rows = await self.running.store.read(lambda connection: connection.execute(query).all())
        return [PAYLOADS[row.type].of(row.payload) for row in rows]


def approving(approval: pb.Approval, *judgements: pb.Judgement) -> pb.ApprovePlanRequest:
    """A request to sign."""
    return pb.ApprovePlanRequest(
        request_id=request_id(),
        case_id=approval.case_id,
        version=approval.version,
        etag=approval.etag,
        because="It does what the person wants.",
        judgements=judgements,
    )


def returning(approval: pb.Approval) -> pb.ReturnPlanRequest:
    """A request to return."""
    return pb.ReturnPlanRequest(
        request_id=request_id(),
        case_id=approval.case_id,
        version=approval.version,
        etag=approval.etag,
        because="Let us talk about the evenings.",
    )
