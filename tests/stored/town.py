"""A running suite, and the people of its councils who work with it through the public API."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

from google.protobuf.message import Message
from temporalio.client import Client

from sevensteps import journeys, temporal
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.caller import PatientCaller
from sevensteps.temporal import JOURNEY, STAGE, WAITING_FOR, Standing, WaitingFor

A = TypeVar("A", bound=Message)

PEOPLE: Mapping[str, Role] = {
    "amy": Role.PRACTITIONER,
    "peter": Role.PLANNER,
    "tom": Role.TEAM_MANAGER,
    "helen": Role.HEAD_OF_SERVICE,
    "frank": Role.FINANCE,
    "rita": Role.REVIEWER,
    "olu": Role.OPERATIONS,
}
"""Who works for every council, and in which role."""
PATIENCE = 60.0
"""Seconds to wait for what comes by itself."""
PAUSE = 0.3
JOURNEYS = f"WorkflowType = '{JOURNEY}' AND ExecutionStatus IN ('Running', 'Completed')"
PAGE = 1000
TOKEN_SECONDS = 4 * 3600.0


class StuckError(Exception):
    """A case does not go on; the text says which, where it stands and what was waited for or refused."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a journey is: its step, and what it waits for."""

    stage: str
    waiting_for: WaitingFor


class Town:
    """The people of every council, each with a token of their own, and the journeys. An async context manager.

    Where journeys are while cases go on is read from Temporal's list of them, as `sevensteps case list` does: that many
    questions put to the journeys themselves would be work for the worker, which is to take the cases further.
    """

    def __init__(self, settings: Settings) -> None:
        """`settings` say where the suite runs; its development key signs the tokens."""
        self.settings = settings
        self._keys = Keys.existing(settings.data)
        self._callers: dict[tuple[str, str], PatientCaller] = {}
        self._open = AsyncExitStack()
        self._temporal: Client | None = None
        self._places: dict[str, Place] = {}
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._temporal = await journeys.connect(self.settings)
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._looking:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await self._open.aclose()

    @property
    def client(self) -> Client:
        """A client of the suite's Temporal server."""
        if self._temporal is None:
            raise RuntimeError("Enter the town first.")
        return self._temporal

    async def caller(self, who: str, council: str) -> PatientCaller:
        """Somebody of a council, with a token."""
        if (who, council) not in self._callers:
            token = self._keys.issue(who, [PEOPLE[who]], council, seconds=TOKEN_SECONDS)
            caller = await self._open.enter_async_context(PatientCaller(self.settings, token))
            self._callers.setdefault((who, council), caller)
        return self._callers[who, council]

    async def ask(self, who: str, council: str, request: Message, answer: type[A]) -> A:
        """Make a call as somebody of a council. Raises the Fault that the service sent."""
        return await (await self.caller(who, council)).ask(request, answer)

    async def events(self) -> list[feed_pb2.Event]:
        """Every event of every council, in the order of the feed."""
        events: list[feed_pb2.Event] = []
        request = feed_pb2.ListEventsRequest(page_size=PAGE)
        more = True
        while more:
            page = await self.ask("olu", EVERY_COUNCIL, request, feed_pb2.ListEventsResponse)
            events += page.events
            request.page_token = page.next_page_token
            more = page.more
        return events

    def place(self, case_id: str) -> Place | None:
        """Where a journey was a moment ago; None while it has not been seen."""
        return self._places.get(case_id)

    async def _look(self) -> None:
        while True:
            async for journey in self.client.list_workflows(JOURNEYS):
                shown = journey.typed_search_attributes
                stage, waiting_for = shown.get(STAGE), shown.get(WAITING_FOR)
                if stage and waiting_for:
                    case_id = journey.id.removeprefix(temporal.workflow_id(""))
                    self._places[case_id] = Place(stage, WaitingFor(waiting_for))
            await asyncio.sleep(PAUSE)

    async def standing(self, case_id: str) -> Standing:
        """What a journey itself says when no service is being asked. Raises StuckError where that does not come."""
        deadline = monotonic() + PATIENCE
        told = "its journey did not answer"
        while monotonic() < deadline:
            try:
                standing = await journeys.standing(self.client, case_id)
            except Fault as fault:
                told = fault.detail
            else:
                if _is_at_rest(standing):
                    return standing
                told = standing.sentence
            await asyncio.sleep(PAUSE)
        raise StuckError(f"{case_id} was not ready in {PATIENCE:.0f} seconds: {told}")


def _is_at_rest(standing: Standing) -> bool:
    """Whether the journey waits for people, for a date, or for nothing any more."""
    if standing.ending:
        return standing.waiting_for in {WaitingFor.NOTHING, WaitingFor.MEND}
    return standing.waiting_for not in {WaitingFor.SERVICE, WaitingFor.ENDING}
