"""Asking what a journey is parked on, and the service that it asks what has become of that: as whoever repairs."""

from collections.abc import Mapping

import grpc

from services.operations.domain.prediction import Prediction
from services.operations.domain.skipping import NOT_PARKED, ask_of, predict_skip
from services.operations.repairs.calls import CALL_SECONDS, refusals_as_faults
from services.operations.repairs.unheard import GONE, SILENT
from services.operations.temporal_client import TemporalClient
from sevensteps import journeys
from sevensteps.api.asks.v1 import asks_pb2 as pb
from sevensteps.api.asks.v1 import asks_pb2_grpc
from sevensteps.asks import Ask, Confirmed
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.asks import confirmed_of
from sevensteps.temporal import ASKED


class Skipping:
    """Says what giving up an ask would do, and makes sure of it before it is done."""

    def __init__(self, services: Mapping[str, grpc.aio.Channel], temporal: TemporalClient) -> None:
        """`services` has a channel for each, by name, with the token of whoever repairs."""
        self._stubs = {name: asks_pb2_grpc.AsksServiceStub(services[name]) for name in set(ASKED.values())}
        self._temporal = temporal

    async def foresee(self, case_id: str) -> Prediction:
        """What would happen to a case. Raises a Fault where nobody answers."""
        try:
            ask = await self._ask_of(case_id)
        except Fault as fault:
            if fault.reason in {*GONE, SILENT}:
                return Prediction(does=False, sentence=f"Its journey does not say what it asks. {fault.detail}")
            raise
        return predict_skip(ask, await self._confirmed(case_id, ask)) if ask else NOT_PARKED

    async def ensure(self, case_id: str, about: str) -> Ask:
        """What is to be given up, as it was said to be when the repair was planned.

        Raises a Fault (PRECONDITION): PARKED_OTHERWISE where the journey is not parked on that any more, ASK_OWED where
        the service does not say that it may be given up.
        """
        ask = await self._ask_of(case_id)
        if ask is None or ask.key != about:
            operation = about.partition("/")[0]
            detail = f"Its journey is not parked on {operation} any more, which was to be given up. Plan again."
            raise Fault(Kind.PRECONDITION, "PARKED_OTHERWISE", detail, metadata={"case_id": case_id})
        prediction = predict_skip(ask, await self._confirmed(case_id, ask))
        if not prediction.does:
            raise Fault(Kind.PRECONDITION, "ASK_OWED", prediction.sentence, metadata={"case_id": case_id})
        return ask

    async def _ask_of(self, case_id: str) -> Ask | None:
        return ask_of(await journeys.standing(await self._temporal.now(), case_id))

    async def _confirmed(self, case_id: str, ask: Ask) -> Confirmed:
        request = pb.GetAskRequest(case_id=case_id, operation=ask.operation, turn=ask.turn)
        with refusals_as_faults():
            return confirmed_of(await self._stubs[ASKED[ask.operation]].GetAsk(request, timeout=CALL_SECONDS))
