"""Whether a case exists, who may act for its person, and what they can pay: asked of assessment, which owns cases."""

from datetime import date

import grpc

from sevensteps.api.assessment.v1 import (
    assessment_pb2,
    assessment_pb2_grpc,
    choices_pb2,
    choices_pb2_grpc,
    finances_pb2,
    finances_pb2_grpc,
    representation_pb2,
    representation_pb2_grpc,
)
from sevensteps.errors import ID, Fault, Kind, case_ended, not_found, stage_order
from sevensteps.identity.actor import Actor
from sevensteps.representation import NOTHING_ON_RECORD
from sevensteps.rpc.faults import fault_of
from sevensteps.service.kept_services import KeptServices, kept_services_of
from sevensteps.service.standing_finances import AskedFinances, standing_finances_of
from sevensteps.service.who_may_act import WhoMayAct, representation_of
from sevensteps.service.work import CaseUnknown

CALL_SECONDS = 5.0


class AssessmentRegister:
    """Asks AssessmentService.GetCase: before a refusal, and for a journey of one council.

    Asks RepresentationService.GetRepresentation before what turns on the person's capacity or on an authority, and
    FinancesService.GetFinancialAssessment before it is said who pays what, and
    ChoicesService.GetKeptServices before money or support moves away from the council. No other call waits.
    """

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries a token that may read every council's cases."""
        self._channel = channel
        self._assessment = assessment_pb2_grpc.AssessmentServiceStub(channel)
        self._representation = representation_pb2_grpc.RepresentationServiceStub(channel)
        self._finances = finances_pb2_grpc.FinancesServiceStub(channel)
        self._choices = choices_pb2_grpc.ChoicesServiceStub(channel)

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

    async def who_may_act(self, case_id: str, on: date | None) -> WhoMayAct:
        """See use_cases.CaseRegister."""
        if not ID.fullmatch(case_id):
            return WhoMayAct(NOTHING_ON_RECORD)
        request = representation_pb2.GetRepresentationRequest(case_id=case_id, on=on.isoformat() if on else "")
        try:
            answer = await self._representation.GetRepresentation(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            return WhoMayAct(NOTHING_ON_RECORD if fault_of(error).kind is Kind.NOT_FOUND else _nobody_knows(case_id))
        return WhoMayAct(representation_of(answer))

    async def finances(self, case_id: str) -> AskedFinances:
        """See use_cases.CaseRegister."""
        if not ID.fullmatch(case_id):
            return AskedFinances(None)
        request = finances_pb2.GetFinancialAssessmentRequest(case_id=case_id)
        try:
            answer = await self._finances.GetFinancialAssessment(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            return AskedFinances(
                None if fault_of(error).kind is Kind.NOT_FOUND else _nobody_knows_the_finances(case_id)
            )
        return AskedFinances(standing_finances_of(answer))

    async def kept_services(self, case_id: str) -> KeptServices:
        """See use_cases.CaseRegister."""
        if not ID.fullmatch(case_id):
            return KeptServices(())
        request = choices_pb2.GetKeptServicesRequest(case_id=case_id)
        try:
            answer = await self._choices.GetKeptServices(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            return KeptServices(() if fault_of(error).kind is Kind.NOT_FOUND else _not_known_what_is_kept(case_id))
        return kept_services_of(answer)

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


def _nobody_knows(case_id: str) -> Fault:
    return Fault(
        Kind.UNAVAILABLE,
        "REPRESENTATION_UNAVAILABLE",
        "Who may act for the person cannot be asked now. Send the same request again later.",
        metadata={"case_id": case_id},
    )


def _nobody_knows_the_finances(case_id: str) -> Fault:
    return Fault(
        Kind.UNAVAILABLE,
        "FINANCES_UNAVAILABLE",
        "What the person can pay cannot be asked now. Send the same request again later.",
        metadata={"case_id": case_id},
    )


def _not_known_what_is_kept(case_id: str) -> Fault:
    return Fault(
        Kind.UNAVAILABLE,
        "CHOICES_UNAVAILABLE",
        "Whether the person keeps a service as it is cannot be asked now. Send the same request again later.",
        metadata={"case_id": case_id},
    )
