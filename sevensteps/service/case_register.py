"""Whether a case exists, asked where cases are owned: the assessment service."""

import grpc

from sevensteps.api.assessment.v1 import assessment_pb2, assessment_pb2_grpc
from sevensteps.errors import ID, Fault, Kind, case_ended, not_found, stage_order
from sevensteps.identity.actor import Actor
from sevensteps.rpc.faults import fault_of
from sevensteps.service.work import CaseUnknown

CALL_SECONDS = 5.0


class AssessmentRegister:
    """Asks AssessmentService.GetCase: before a refusal, and for a journey of one council. No other call waits."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries a token that may read every council's cases."""
        self._channel = channel
        self._assessment = assessment_pb2_grpc.AssessmentServiceStub(channel)

    async def why_missing(self, missing: CaseUnknown, actor: Actor) -> Fault:
        """See use_cases.CaseRegister."""
        try:
            case = await self._case(missing.case_id, actor)
        except Fault as fault:
            return fault
        return case_ended(missing.case_id) if case.ending else stage_order(missing.first, missing.case_id)

    async def ensure_seen(self, case_id: str, actor: Actor) -> None:
        """See use_cases.CaseRegister."""
        await self._case(case_id, actor)

    async def _case(self, case_id: str, actor: Actor) -> assessment_pb2.Case:
        """A case that the actor may see. Raises Faults: NOT_FOUND, UNAVAILABLE where nobody can tell."""
        if not ID.fullmatch(case_id):
            raise not_found(case_id)
        request = assessment_pb2.GetCaseRequest(case_id=case_id)
        try:
            answer = await self._assessment.GetCase(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            if fault_of(error).kind is Kind.NOT_FOUND:
                raise not_found(case_id) from None
            raise Fault(
                Kind.UNAVAILABLE,
                "CASES_UNAVAILABLE",
                "Whether this case exists cannot be checked now. Send the same request again later.",
                metadata={"case_id": case_id},
            ) from None
        if not actor.may_see(answer.case.council):
            raise not_found(case_id)
        return answer.case

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()
