"""What journeys ask about what they have asked: whether it is done, or is still owed."""

from collections.abc import Mapping

import grpc
from temporalio import activity

from sevensteps.api.asks.v1 import asks_pb2, asks_pb2_grpc
from sevensteps.asks import Confirmed
from sevensteps.rpc.asks import confirmed_of
from sevensteps.temporal import ASKED
from workflows.activities.calls import timeout, translating_errors
from workflows.journey.requests import GetAsk, RequestHeader


class Asks:
    """Asks the service of an ask what has become of it."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        """`channels` has one for each service, by name; they carry the journey's token."""
        self._stubs = {name: asks_pb2_grpc.AsksServiceStub(channels[name]) for name in set(ASKED.values())}

    @activity.defn(name=GetAsk.__name__)
    async def get_ask(self, header: RequestHeader, ask: GetAsk) -> Confirmed:
        """Say whether it is done or owed."""
        request = asks_pb2.GetAskRequest(case_id=header.case_id, operation=ask.operation, turn=ask.turn)
        with translating_errors():
            return confirmed_of(await self._stubs[ASKED[ask.operation]].GetAsk(request, timeout=timeout()))
