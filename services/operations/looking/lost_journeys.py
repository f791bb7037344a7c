"""Finding the open cases that have no running journey: cheaply while there is none, and which only where one is."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from time import monotonic

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services.operations.domain.journeys import Ended
from services.operations.looking.listed_journeys import how_many, runs
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

OpenCases = Callable[[], Awaitable[set[str]]]
"""Reads the open cases that are old enough to have a journey."""


class LostJourneys:
    """Remembers which open cases have no running journey, and how that of each has ended."""

    def __init__(self) -> None:
        """Nothing has been compared."""
        self._lost: dict[str, Ended | None] = {}
        self._unasked: list[str] = []
        self._difference: int | None = None
        self._listed = 0.0

    async def look(
        self, client: Client, open_now: Callable[[], Awaitable[int]], open_cases: OpenCases
    ) -> Mapping[str, Ended | None]:
        """The open cases without a running journey: how it has ended, or None where there is none.

        Raises RPCError where Temporal does not answer.
        """
        running = await how_many(client, RUNNING)
        difference = running - await open_now()
        if self._must_list(difference):
            await self._list(client, open_cases)
            self._difference = difference
        else:
            await self._look_again(client)
        await self._ask(client)
        return self._lost

    def _must_list(self, difference: int) -> bool:
        if self._difference is None:
            return True
        age, known = monotonic() - self._listed, len(self._lost) + len(self._unasked)
        more = -difference > known  # as long as cases are too new to be told from those that will have a journey soon
        is_likely = known > MOST or more or difference != self._difference
        return age > LISTED_AGAIN_SECONDS or (age > NOT_LISTED_SECONDS and is_likely)

    async def _list(self, client: Client, open_cases: OpenCases) -> None:
        running = {run.case_id for run in await runs(client, RUNNING)}
        without = await open_cases() - running
        self._listed = monotonic()
        self._keep(without)

    async def _look_again(self, client: Client) -> None:
        """Forget those whose journey runs again."""
        known = [*self._lost, *self._unasked]
        running: set[str] = set()
        for first in range(0, len(known), IN_ONE_QUERY):
            ids = ", ".join(f"'{workflow_id(case_id)}'" for case_id in known[first : first + IN_ONE_QUERY])
            running |= {run.case_id for run in await runs(client, f"{RUNNING} AND WorkflowId IN ({ids})")}
        self._keep(set(known) - running)

    def _keep(self, without: set[str]) -> None:
        self._lost = {case_id: ended for case_id, ended in self._lost.items() if case_id in without}
        self._unasked = sorted(without - self._lost.keys())

    async def _ask(self, client: Client) -> None:
        """Ask how some have ended. Where none of many was ever there, the rest was not either: all are lost."""
        asked, rest = self._unasked[:MOST], self._unasked[MOST:]
        room = asyncio.Semaphore(AT_ONCE)

        async def ask(case_id: str) -> Ended | bool | None:
            async with room:
                return await _ended(client, case_id)

        found = await asyncio.gather(*map(ask, asked))
        self._lost |= {
            case_id: ended for case_id, ended in zip(asked, found, strict=True) if not isinstance(ended, bool)
        }
        if rest and not any(found):
            self._lost |= dict.fromkeys(rest)
            rest = []
        self._unasked = rest


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
