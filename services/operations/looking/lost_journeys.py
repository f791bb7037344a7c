"""Finding the open cases that have no running journey: cheaply while there is none, and which only where one is."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services.operations.domain.journeys import Ended
from services.operations.looking.listed_journeys import how_many, runs
from sevensteps import clock
from sevensteps.journeys import STOPPED, description, reason_of_end
from sevensteps.temporal import RUNNING, workflow_id

MOST = 500
"""How many are asked about in one look."""
AT_ONCE = 20
IN_ONE_QUERY = 100
LISTED_AGAIN_SECONDS = 600.0
"""How often all are compared, though nothing seems to be missing."""
NOT_LISTED_SECONDS = 25.0
"""How long it is not listed again: numbers also differ while cases are opened and end."""
LONGEST_REASON = 200
COMPLETED = "completed before its case ended"
MISSED_AFTER = timedelta(seconds=30)
"""How long after a case was opened its journey is missed, where the relay has brought it the first event."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """An open case that was opened just before: the position of the event that opened it, and when."""

    case_id: str
    number: int
    opened: datetime

    def has_been_brought(self, up_to: int) -> bool:
        """Whether it must have a journey, if the relay has come up to a position."""
        return self.number <= up_to and clock.now() - self.opened >= MISSED_AFTER


class OpenCases(Protocol):
    """Reads the rows of open cases: how many there are, those old enough to have a journey, and the new ones."""

    async def how_many_open(self) -> int:
        """All of them."""

    async def open_cases(self) -> set[str]:
        """Those that are old enough to be compared with all journeys."""

    async def new_cases(self) -> Sequence[NewCase]:
        """Those that are not, or only just."""


class LostJourneys:
    """Remembers which open cases have no running journey, and how that of each has ended."""

    def __init__(self) -> None:
        """Nothing has been compared."""
        self._lost: dict[str, Ended | None] = {}
        self._unasked: list[str] = []
        self._difference: int | None = None
        self._listed = 0.0

    async def look(self, client: Client, cases: OpenCases, brought: int) -> Mapping[str, Ended | None]:
        """The open cases without a running journey: how it has ended, or None where there is none.

        `brought` is the position up to which the relay has brought events. Raises RPCError where Temporal does not
        answer.
        """
        running = await how_many(client, RUNNING)
        difference = running - await cases.how_many_open()
        if self._must_list(difference):
            await self._list(client, cases)
            self._difference = difference
        else:
            await self._look_again(client)
        await self._ask(client)
        await self._look_at_new(client, await cases.new_cases(), brought)
        return self._lost

    def _must_list(self, difference: int) -> bool:
        if self._difference is None:
            return True
        age, known = monotonic() - self._listed, len(self._lost) + len(self._unasked)
        more = -difference > known  # as long as cases are too new to be told from those that will have a journey soon
        is_likely = known > MOST or more or difference != self._difference
        return age > LISTED_AGAIN_SECONDS or (age > NOT_LISTED_SECONDS and is_likely)

    async def _list(self, client: Client, cases: OpenCases) -> None:
        running = {run.case_id for run in await runs(client, RUNNING)}
        without = await cases.open_cases() - running
        self._listed = monotonic()
        self._keep(without)

    async def _look_again(self, client: Client) -> None:
        """Forget those whose journey runs again."""
        known = [*self._lost, *self._unasked]
        self._keep(set(known) - await _running(client, known))

    async def _look_at_new(self, client: Client, new: Sequence[NewCase], brought: int) -> None:
        """New cases are looked at by themselves: a journey may not have begun yet, but one that was stopped had."""
        unknown = {case.case_id: case for case in new if case.case_id not in self._lost}
        without = sorted(unknown.keys() - await _running(client, list(unknown)))[:MOST]
        for case_id, ended in (await _ends(client, without)).items():
            if ended.how != COMPLETED if isinstance(ended, Ended) else unknown[case_id].has_been_brought(brought):
                self._lost[case_id] = ended

    def _keep(self, without: set[str]) -> None:
        self._lost = {case_id: ended for case_id, ended in self._lost.items() if case_id in without}
        self._unasked = sorted(without - self._lost.keys())

    async def _ask(self, client: Client) -> None:
        """Ask how some have ended. Where none of many was ever there, the rest was not either: all are lost."""
        asked, rest = self._unasked[:MOST], self._unasked[MOST:]
        found = await _ends(client, asked)
        self._lost |= found
        if rest and len(found) == len(asked) and not any(found.values()):
            self._lost |= dict.fromkeys(rest)
            rest = []
        self._unasked = rest


async def _running(client: Client, case_ids: Collection[str]) -> set[str]:
    """Those of some cases whose journey runs."""
    running: set[str] = set()
    asked = list(case_ids)
    for first in range(0, len(asked), IN_ONE_QUERY):
        ids = ", ".join(f"'{workflow_id(case_id)}'" for case_id in asked[first : first + IN_ONE_QUERY])
        running |= {run.case_id for run in await runs(client, f"{RUNNING} AND WorkflowId IN ({ids})")}
    return running


async def _ends(client: Client, case_ids: Sequence[str]) -> dict[str, Ended | None]:
    """How the journeys of these cases have ended, or None where there is none; without those that run."""
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(case_id: str) -> Ended | bool | None:
        async with room:
            return await _ended(client, case_id)

    found = zip(case_ids, await asyncio.gather(*map(ask, case_ids)), strict=True)
    return {case_id: ended for case_id, ended in found if not isinstance(ended, bool)}


async def _ended(client: Client, case_id: str) -> Ended | bool | None:
    """How the journey of a case has ended, None where there is none, True where it runs."""
    try:
        journey = await description(client, case_id)
        info = journey.workflow_execution_info
        status = WorkflowExecutionStatus(info.status)
        if status in {WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW}:
            return True
        reason = await reason_of_end(client.get_workflow_handle(workflow_id(case_id)))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return Ended(STOPPED.get(status, COMPLETED), info.close_time.ToDatetime(tzinfo=UTC), reason[:LONGEST_REASON])
