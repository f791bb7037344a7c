"""Frank of the finance team at work on the finances of one case, over the wire."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from typing import TYPE_CHECKING

from integration.assessment.practice import Practice, new_id
from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.api.assessment.v1.finances_pb2_grpc import FinancesServiceStub
from sevensteps.identity.actor import Role

if TYPE_CHECKING:
    from sevensteps.api.assessment.v1.finances_pb2_grpc import FinancesServiceAsyncStub


class FinanceDesk:
    """Frank. Each step sends the etag of the one before."""

    def __init__(self, work: Practice) -> None:
        """`work` is the practice that has the case."""
        self.work = work
        self.frank = self.caller(Role.FINANCE, subject="frank")
        self.last = pb.FinancialAssessment()

    def caller(self, *roles: Role, subject: str = "somebody", council: str = "example") -> FinancesServiceAsyncStub:
        """Another caller of the same service."""
        return self.work.running.stub(FinancesServiceStub, self.work.running.token(subject, *roles, council=council))

    async def assess(self, request: pb.AssessFinancesRequest) -> pb.FinancialAssessment:
        """Assess the finances."""
        answer = await self.frank.AssessFinances(self.work.on_case(request))
        self.work.case, self.last = answer.case, answer.financial_assessment
        return self.last

    async def judge(self, weekly_charge: str, because: str = "We have looked at why.") -> pb.FinancialAssessment:
        """Judge the charge of the last assessment."""
        answer = await self.frank.JudgeFinances(self.judgement(weekly_charge, because))
        self.work.case, self.last = answer.case, answer.financial_assessment
        return self.last

    def judgement(self, weekly_charge: str, because: str = "We have looked at why.") -> pb.JudgeFinancesRequest:
        """What judges the last assessment."""
        return pb.JudgeFinancesRequest(
            request_id=new_id(),
            case_id=self.work.case.case_id,
            etag=self.work.case.etag,
            financial_assessment_id=self.last.financial_assessment_id,
            weekly_charge=weekly_charge,
            because=because,
        )

    async def stands(self) -> pb.FinancialAssessment:
        """The assessment that stands."""
        request = pb.GetFinancialAssessmentRequest(case_id=self.work.case.case_id)
        return (await self.frank.GetFinancialAssessment(request)).financial_assessment
