"""Whether a case exists, asked where cases are owned: the assessment service."""

import grpc

from sevensteps.api.assessment.v1 import assessment_pb2, assessment_pb2_grpc
from sevensteps.errors import ID, Fault, Kind, case_ended, not_found, stage_order
from sevensteps.identity.actor import Actor
from sevensteps.rpc.faults import fault_of
from sevensteps.service.work import CaseUnknown

CALL_SECONDS = 5.0


class AssessmentRegister:
    """Asks AssessmentService.GetCase. Only before a refusal, so that a call that is in order never waits for it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries a token that may read every council's cases."""
        self._channel = channel
        self._assessment = assessment_pb2_grpc.AssessmentServiceStub(channel)

    async def why_missing(self, missing: CaseUnknown, actor: Actor) -> Fault:
        """See use_cases.CaseRegister."""
        if not ID.fullmatch(missing.case_id):
            return not_found(missing.case_id)
        request = assessment_pb2.GetCaseRequest(case_id=missing.case_id)
        try:
            answer = await self._assessment.GetCase(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.kind is Kind.NOT_FOUND:
                return not_found(missing.case_id)
            return Fault(
                Kind.UNAVAILABLE,
                "CASES_UNAVAILABLE",
                "Whether this case exists cannot be checked now. Send the same request again later.",
                metadata={"case_id": missing.case_id},
            )
        if not actor.may_see(answer.case.council):
            return not_found(missing.case_id)
        if answer.case.ending:
            return case_ended(missing.case_id)
        return stage_order(missing.first, missing.case_id)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()
