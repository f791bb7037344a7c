"""Looking at what Temporal knows of the journeys: whether a worker runs, which are parked, which are not there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from temporalio.client import Client

from services.operations.domain.effects import Owed
from services.operations.domain.journeys import Case, Ended
from services.operations.looking.lost_journeys import LostJourneys, OpenCases
from services.operations.looking.parked_journeys import ParkedJourneys
from services.operations.looking.waiting_journeys import WaitingJourneys, Why
from services.operations.temporal_client import TemporalClient
from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.release_names import NONE
from sevensteps.releases import LONGEST_POLL, current_of, task_queue_of_journeys, worker_asked_at
from sevensteps.temporal import Parked

JUST_NOW = timedelta(seconds=10)
"""A worker that has asked for work so lately runs, whatever the feed says of it."""
LONGEST_LOOK = 25.0
"""How many seconds Temporal may take for all that is asked of it in one look."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Whether a worker runs journeys: when one last asked for work, and which release of it has them."""

    runs: bool
    asked_at: datetime | None
    release: str


@dataclass(frozen=True, slots=True)
class HowRead:
    """How the feed is read for the journeys, as far as it says: whether by somebody, and up to which position."""

    by_somebody: bool
    up_to: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What Temporal has told in one look, by case. Of parked journeys None where no worker says why."""

    worker: Worker
    parked: Mapping[str, Parked | None]
    lost: Mapping[str, Ended | None]


class Rows(OpenCases, Protocol):
    """How the rows are read while Temporal is asked: after each answer, so that what has moved is not told."""

    async def known(self, case_ids: Sequence[str]) -> Mapping[str, Case]:
        """Those of some cases that are open, as they are now."""


class Journeys:
    """Asks Temporal, and remembers what it need not be asked twice."""

    def __init__(self, settings: Settings, rows: Rows) -> None:
        """Nothing is asked yet."""
        self._client = TemporalClient(settings)
        self._task_queue = settings.task_queue
        self._rows = rows
        self._parked = ParkedJourneys()
        self._lost = LostJourneys()
        self._waiting = WaitingJourneys()

    async def look(self, read: HowRead, *, are_whole: bool) -> Seen:
        """Ask for all of them at once. `read` is how the feed is read for the journeys.

        Where the rows are not `are_whole`, nothing is missed. Raises a Fault, RPCError or TimeoutError where Temporal
        does not answer.
        """
        async with asyncio.timeout(LONGEST_LOOK):
            client = await self._client.now()
            worker = await self._worker(client, is_read=read.by_somebody)
            listed = await self._parked.listed(client)
            cases = await self._rows.known(list(listed))
            parked = await self._parked.why(client, listed, cases, answers=worker.runs)
            lost = await self._lost.look(client, self._rows, read.up_to) if are_whole else {}
            return Seen(worker, parked, lost)

    async def why(self, owed: Sequence[Owed]) -> Mapping[str, Why | None]:
        """Why cases do not get what they are owed, by case, as far as Temporal says. Raises as above."""
        async with asyncio.timeout(LONGEST_LOOK):
            return await self._waiting.why(await self._client.now(), owed)

    async def _worker(self, client: Client, *, is_read: bool) -> Worker:
        """A worker that has ended is known by its last poll after a while, and sooner by what it reads no more."""
        queue = await task_queue_of_journeys(client, self._task_queue)
        asked_at = worker_asked_at(queue)
        release = current_of(queue)
        silence = clock.now() - asked_at if asked_at else timedelta.max
        runs = silence < (LONGEST_POLL if is_read else JUST_NOW)
        return Worker(runs, asked_at, "" if release == NONE else release)
