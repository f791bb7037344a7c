"""What repairs do to a case: by the calls that anybody makes, with the rights of whoever repairs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from google.protobuf.message import Message
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse, ResetActivityRequest
from temporalio.service import RPCError, RPCStatusCode

from services.operations.domain.action import Action
from services.operations.domain.prediction import Prediction
from services.operations.domain.repair import Proof
from services.operations.repairs.calls import CALL_SECONDS, refusals_as_faults
from services.operations.repairs.correcting import Correcting
from services.operations.repairs.repair_store import Repair, RepairCase
from services.operations.repairs.skipping import Skipping
from services.operations.repairs.unheard import Unheard
from services.operations.temporal_client import PROCESS, TemporalClient
from sevensteps import journeys
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1 import assessment_pb2_grpc
from sevensteps.asks import Ask
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.errors import Fault, Kind
from sevensteps.fields import number_of
from sevensteps.rpc.client import channel
from sevensteps.temporal import Standing, workflow_id

TIMEOUT = timedelta(seconds=5)
AT_ONCE = 16
"""How many cases are asked about at once."""
_token: ContextVar[str] = ContextVar("token of whoever repairs")


class Hands(Protocol):
    """Acts on cases, and looks at them: before, where that is asked for, and again."""

    async def foresee(
        self, action: Action, given: Mapping[str, str], case_ids: Sequence[str], token: str
    ) -> Mapping[str, Prediction]:
        """What an action would do to each, where journeys and services have to be asked. Raises the Fault of either."""

    async def act(self, repair: Repair, case: RepairCase, token: str) -> None:
        """Do to a case what a repair does. Done twice it does no harm. Raises the Fault of whoever refuses."""

    async def look(self, case_id: str) -> Standing:
        """Where the case's journey says that it stands. Raises a Fault where it does not answer."""

    async def read_back(self, repair: Repair, case: RepairCase, token: str) -> Proof:
        """What the owning service has after an action that the journey does not hear of. Raises its Fault."""

    async def close(self) -> None:
        """Hang up."""


class OwnHands:
    """Those of the running suite."""

    def __init__(self, settings: Settings) -> None:
        """`settings` say where services and Temporal are. Nothing is connected yet."""
        certificates = certificates_for_calls(settings, PROCESS)
        self._channels = {
            name: channel(settings.address(name), _token.get, certificates) for name in (*DECIDING_SERVICES, "feed")
        }
        self._assessment = assessment_pb2_grpc.AssessmentServiceStub(self._channels["assessment"])
        self._temporal = TemporalClient(settings)
        self._unheard = Unheard(self._channels["feed"], self._temporal)
        self._skipping = Skipping(self._channels, self._temporal)
        self._correcting = Correcting(self._channels["review"])

    async def foresee(
        self, action: Action, given: Mapping[str, str], case_ids: Sequence[str], token: str
    ) -> Mapping[str, Prediction]:
        """See Hands."""
        _token.set(token)
        match action:
            case Action.REPLAY:
                brought_to = await self._unheard.brought_to()
                return await _each(case_ids, lambda case_id: self._unheard.foresee(case_id, brought_to))
            case Action.SKIP:
                return await _each(case_ids, self._skipping.foresee)
            case Action.CORRECT:
                return await _each(case_ids, lambda case_id: self._correcting.foresee(case_id, given))
            case _:
                return {}

    async def act(self, repair: Repair, case: RepairCase, token: str) -> None:
        """See Hands."""
        _token.set(token)
        match repair.action:
            case Action.RETRY:
                await self._retry(case.case_id)
            case Action.REBUILD:
                await self._end_journey(case.case_id)
                await self._resume(repair, case)  # the relay brings it, finds no journey, and starts one
            case Action.RESUME:
                await self._resume(repair, case)
            case Action.REPLAY:  # the relay brings it, and before it whatever the journey has not heard
                await self._resume(repair, case, replay=True)
            case Action.SKIP:
                await self._resume(repair, case, ask=await self._skipping.ensure(case.case_id, case.about))
            case _:
                await self._change_record(repair, case)

    async def _change_record(self, repair: Repair, case: RepairCase) -> None:
        """What a service has on record of the case is changed there; the journey hears of it as of any other change."""
        match repair.action:
            case Action.HOLD | Action.RELEASE:
                await self._hold_or_release(repair, case)
            case Action.END:
                await self._end(repair, case)
            case Action.ASSIGN:
                await self._assign(repair, case)
            case Action.ESCALATE:
                await self._escalate(repair, case)
            case Action.CORRECT:
                request_id = _request_id(repair, case)
                await self._correcting.correct(request_id, case.case_id, repair.given, repair.because)

    async def look(self, case_id: str) -> Standing:
        """See Hands."""
        return await journeys.standing(await self._temporal.now(), case_id)

    async def read_back(self, repair: Repair, case: RepairCase, token: str) -> Proof:
        """See Hands."""
        _token.set(token)
        return await self._correcting.look(case.case_id, repair.given)

    async def close(self) -> None:
        """See Hands."""
        for each in self._channels.values():
            await each.close()

    async def _resume(self, repair: Repair, case: RepairCase, *, replay: bool = False, ask: Ask | None = None) -> None:
        request = pb.ResumeCaseRequest(
            request_id=_request_id(repair, case),
            case_id=case.case_id,
            because=repair.because,
            replay=replay,
            skips=ask.operation if ask else "",
            turn=ask.turn if ask else 0,
        )
        await self._ask("ResumeCase", request)

    async def _hold_or_release(self, repair: Repair, case: RepairCase) -> None:
        now, same = await self._now(repair, case)
        if repair.action is Action.HOLD and not now.on_hold:
            reason = number_of(pb.HoldReason, repair.given["hold_reason"])
            await self._ask("PlaceHold", pb.PlaceHoldRequest(reason=reason, **same))
        elif repair.action is Action.RELEASE and now.on_hold:
            await self._ask("ReleaseHold", pb.ReleaseHoldRequest(**same))

    async def _end(self, repair: Repair, case: RepairCase) -> None:
        """Ask that the case be ended, unless it has ended as it should; one that ended otherwise is refused."""
        now, same = await self._now(repair, case)
        ending = number_of(pb.Ending, repair.given["ending"])
        if now.ending != ending:
            await self._ask("EndCase", pb.EndCaseRequest(ending=ending, **same))

    async def _assign(self, repair: Repair, case: RepairCase) -> None:
        now, same = await self._now(repair, case)
        if now.team != repair.given["team"]:
            await self._ask("AssignCase", pb.AssignCaseRequest(team=repair.given["team"], **same))

    async def _escalate(self, repair: Repair, case: RepairCase) -> None:
        _, same = await self._now(repair, case)
        await self._ask("EscalateCase", pb.EscalateCaseRequest(role=repair.given["escalate_to"], **same))

    async def _now(self, repair: Repair, case: RepairCase) -> tuple[pb.Case, dict[str, str]]:
        """The case as its service has it now, and what every call that changes it says."""
        found = await self._ask("GetCase", pb.GetCaseRequest(case_id=case.case_id))
        now = found.case if isinstance(found, pb.GetCaseResponse) else pb.Case()
        same = {
            "request_id": _request_id(repair, case),
            "case_id": case.case_id,
            "etag": now.etag,
            "because": repair.because,
        }
        return now, same

    async def _ask(self, rpc: str, request: Message) -> Message:
        """Ask the assessment service as whoever repairs."""
        with refusals_as_faults():
            answer: Message = await getattr(self._assessment, rpc)(request, timeout=CALL_SECONDS)
        return answer

    async def _end_journey(self, case_id: str) -> None:
        """End the journey of a case, where one runs."""
        handle = (await self._temporal.now()).get_workflow_handle(workflow_id(case_id))
        try:
            await handle.terminate(reason="rebuilt from the feed", rpc_timeout=TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise _silent() from error

    async def _retry(self, case_id: str) -> None:
        """Have whatever the journey asks for asked at once."""
        client = await self._temporal.now()
        try:
            described: DescribeWorkflowExecutionResponse = await journeys.description(client, case_id)
            for waiting in described.pending_activities:
                request = ResetActivityRequest(
                    namespace=client.namespace,
                    execution=WorkflowExecution(workflow_id=workflow_id(case_id)),
                    id=waiting.activity_id,
                    identity=PROCESS,
                )
                await client.workflow_service.reset_activity(request, timeout=TIMEOUT)
        except RPCError as error:
            raise _silent() from error


async def _each(case_ids: Sequence[str], foresee: Callable[[str], Awaitable[Prediction]]) -> Mapping[str, Prediction]:
    """Foresee for each of many, some at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(case_id: str) -> Prediction:
        async with room:
            return await foresee(case_id)

    found = await asyncio.gather(*map(one, case_ids))
    return dict(zip(case_ids, found, strict=True))


def _silent() -> Fault:
    return Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not answer now. Continue the repair later.")


def _request_id(repair: Repair, case: RepairCase) -> str:
    """The same for the same case of the same repair, each time that it is taken in hand."""
    return str(uuid5(NAMESPACE_URL, f"{repair.repair_id}/{case.case_id}/{case.done}"))
