"""A case, and what the services have on record of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

from google.protobuf.message import Message

from sevensteps import clock
from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from stored.town import Town

A = TypeVar("A", bound=Message)
Request = Callable[..., Message]
"""Makes a request of its fields, given by name."""

LACKED = {"adult": ("nutrition", "community"), "carer": ("recreation",)}
"""The outcomes that somebody who is eligible cannot achieve, by kind of case."""


def today(days: int = 0) -> str:
    """The day so many days from today, as YYYY-MM-DD."""
    return (clock.today() + timedelta(days=days)).isoformat()


@dataclass(frozen=True)
class Records:
    """A case of one council, as its people read it."""

    town: Town
    name: str
    council: str
    kind: str
    case_id: str

    async def record(self) -> assessment_pb2.Case:
        """The case itself."""
        request = assessment_pb2.GetCaseRequest(case_id=self.case_id)
        return (await self._read(request, assessment_pb2.GetCaseResponse)).case

    async def acts(self) -> assessment_pb2.ListActsResponse:
        """What was done to the case as a whole."""
        return await self._read(assessment_pb2.ListActsRequest(case_id=self.case_id), assessment_pb2.ListActsResponse)

    async def determination(self) -> assessment_pb2.Determination:
        """The newest determination."""
        request = assessment_pb2.GetDeterminationRequest(case_id=self.case_id)
        return (await self._read(request, assessment_pb2.GetDeterminationResponse)).determination

    async def planning(self) -> planning_pb2.Planning:
        """Its plan, money and support."""
        request = planning_pb2.GetPlanningRequest(case_id=self.case_id)
        return (await self._read(request, planning_pb2.GetPlanningResponse)).planning

    async def approval(self) -> approval_pb2.Approval:
        """The approval of its newest plan."""
        request = approval_pb2.GetApprovalRequest(case_id=self.case_id)
        return (await self._read(request, approval_pb2.GetApprovalResponse)).approval

    async def life(self) -> review_pb2.Life:
        """Its life with the plan."""
        return (await self._read(review_pb2.GetLifeRequest(case_id=self.case_id), review_pb2.GetLifeResponse)).life

    async def _read(self, request: Message, answer: type[A]) -> A:
        return await self.town.ask("amy", self.council, request, answer)

    async def _change(
        self, who: str, request: Request, answer: type[A], etag: str, fields: Mapping[str, object]
    ) -> None:
        sent = request(request_id=str(uuid4()), case_id=self.case_id, etag=etag, **fields)
        await self.town.ask(who, self.council, sent, answer)
