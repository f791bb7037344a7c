"""Callers who change cases as fast as they are answered, and keep what they were answered."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import grpc

from integration.assessment.practice import complaint, new_id, opening
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.config import Settings
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.client import channel
from sevensteps.rpc.faults import fault_of

CALL_SECONDS = 60.0


@dataclass
class Load:
    """So many callers at once. Each opens a case, and records one complaint after another in it."""

    settings: Settings
    callers: int
    council: str
    answered: Counter[str] = field(default_factory=Counter)
    """How many complaints were answered, by case."""
    refused: list[str] = field(default_factory=list)
    """What a caller was told instead of an answer: nothing, if the channel kept it from all trouble."""
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Call until `end`."""
        token = Keys.open(self.settings.data).issue("amy", [Role.PRACTITIONER], self.council)
        async with channel(self.settings.assessment, lambda: token) as calls:
            await asyncio.gather(*(self._work(calls) for _ in range(self.callers)))

    def end(self) -> None:
        """Everybody finishes the call under way, and makes no other."""
        self._over.set()

    async def answers(self, more: int) -> None:
        """Wait until so many more were answered."""
        before = self.answered.total()
        while self.answered.total() < before + more:
            assert not self.refused, self.refused
            await asyncio.sleep(0.02)

    async def _work(self, calls: grpc.aio.Channel) -> None:
        stub = AssessmentServiceStub(calls)
        try:
            opened = await stub.OpenCase(opening(reference=f"P-{uuid4()}"), timeout=CALL_SECONDS)
            case = opened.case
            while not self._over.is_set():
                request = complaint()
                request.request_id, request.case_id, request.etag = new_id(), case.case_id, case.etag
                case = (await stub.RecordComplaint(request, timeout=CALL_SECONDS)).case
                self.answered[case.case_id] += 1
        except grpc.aio.AioRpcError as error:
            self.refused.append(f"{error.code().name} {fault_of(error).reason}: {error.details()}")
