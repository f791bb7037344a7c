"""Asking journeys what they have heard, and the feed what there is to hear: with the token of whoever repairs."""

import grpc

from services.operations.domain.prediction import Prediction
from services.operations.domain.replaying import REBUILD, Told, predict_replay
from services.operations.repairs.calls import CALL_SECONDS, refusals_as_faults
from services.operations.temporal_client import TemporalClient
from sevensteps import journeys
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1 import feed_pb2_grpc
from sevensteps.errors import Fault
from sevensteps.events import HEARD
from sevensteps.temporal import Remembered

PAGE_SIZE = 1000
JOURNEYS = "journeys"
"""The subscription by which events are brought to the journeys."""
SILENT = "JOURNEY_SILENT"
GONE = frozenset({"JOURNEY_MISSING", "JOURNEY_STOPPED"})


class Unheard:
    """Says what telling a journey everything again would do."""

    def __init__(self, feed: grpc.aio.Channel, temporal: TemporalClient) -> None:
        """`feed` carries the token of whoever repairs."""
        self._feed = feed_pb2_grpc.FeedServiceStub(feed)
        self._temporal = temporal

    async def brought_to(self) -> int:
        """The position up to which every event was brought to its journey. Raises the Fault of the feed."""
        with refusals_as_faults():
            listed = await self._feed.ListSubscriptions(pb.ListSubscriptionsRequest(), timeout=CALL_SECONDS)
        return next((each.position for each in listed.subscriptions if not each.subject and each.name == JOURNEYS), 0)

    async def foresee(self, case_id: str, brought_to: int) -> Prediction:
        """What would happen to a case. The feed is asked first: what comes after that is no event that was missed."""
        client = await self._temporal.now()
        try:
            told = await self._told(case_id)
            stands = await journeys.standing(client, case_id)
            heard = await journeys.remembered(client, case_id) or Remembered(stands.heard)
        except Fault as fault:
            if fault.reason in GONE:
                return Prediction(does=False, sentence=f"No journey runs for it. {REBUILD}")
            if fault.reason == SILENT:
                return Prediction(does=False, sentence=f"It cannot be told what it has heard. {fault.detail}")
            raise
        return predict_replay(told, brought_to, stands, heard)

    async def _told(self, case_id: str) -> list[Told]:
        """The events of a case that its journey is to hear."""
        request = pb.ListEventsRequest(page_size=PAGE_SIZE, filter=pb.EventFilter(case_id=case_id, types=sorted(HEARD)))
        told: list[Told] = []
        while True:
            with refusals_as_faults():
                page = await self._feed.ListEvents(request, timeout=CALL_SECONDS)
            told += [Told(event.position, event.type) for event in page.events]
            request.page_token = page.next_page_token
            if not page.more:
                return told
