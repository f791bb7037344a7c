"""Asking Temporal which journeys are parked, and each of them once why."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from services.operations.domain.journeys import Case
from services.operations.looking.listed_journeys import Run, runs
from sevensteps.temporal import RUNNING, STANDS, WAITING_FOR, Parked, Standing, WaitingFor, workflow_id

PARKED = f"{RUNNING} AND {WAITING_FOR.name} = '{WaitingFor.MEND}'"
MOST = 500
"""How many are asked why in one look."""
LONGEST_ASKING = 10.0
"""How many seconds a look may take for that; the rest is asked at the next one."""
AT_ONCE = 10
ASKED_AGAIN_SECONDS = 300.0
"""How long an answer is remembered, where nothing that is seen from here has changed."""
ANSWER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a run is parked, as it has said; and after which event, and when."""

    run_id: str
    heard: int
    at: float
    why: Parked


class ParkedJourneys:
    """Remembers why journeys are parked, for as long as they are."""

    def __init__(self) -> None:
        """Nobody has been asked."""
        self._answers: dict[str, Answer] = {}

    async def listed(self, client: Client) -> Mapping[str, Run]:
        """Those that are parked now, by case. Raises RPCError."""
        return {run.case_id: run for run in await runs(client, PARKED)}

    async def why(
        self, client: Client, listed: Mapping[str, Run], cases: Mapping[str, Case], *, answers: bool
    ) -> Mapping[str, Parked | None]:
        """Why each is parked, by case; None where that is not known. Where no worker `answers`, none is asked.

        One that says that it is not parked any more is left out.
        """
        parked = [run for case_id, run in listed.items() if case_id in cases]
        self._answers = {case_id: answer for case_id, answer in self._answers.items() if case_id in listed}
        asked = [run for run in parked if not self._is_known(run, cases[run.case_id])][:MOST] if answers else []
        gone = await self._ask(client, asked, cases)
        return {run.case_id: self._known(run) for run in parked if run.case_id not in gone}

    def _is_known(self, run: Run, case: Case) -> bool:
        answer = self._answers.get(run.case_id)
        if answer is None or (answer.run_id, answer.heard) != (run.run_id, case.heard):
            return False
        return monotonic() - answer.at < ASKED_AGAIN_SECONDS

    def _known(self, run: Run) -> Parked | None:
        answer = self._answers.get(run.case_id)
        return answer.why if answer else None

    async def _ask(self, client: Client, asked: Sequence[Run], cases: Mapping[str, Case]) -> set[str]:
        """Ask some why. Answers who is not parked any more."""
        room = asyncio.Semaphore(AT_ONCE)
        ends = monotonic() + LONGEST_ASKING

        async def ask(run: Run) -> Standing | None:
            async with room:
                if monotonic() > ends:
                    return None
                handle = client.get_workflow_handle(workflow_id(run.case_id))
                try:
                    standing: Standing = await handle.query(STANDS, result_type=Standing, rpc_timeout=ANSWER)
                except (RPCError, WorkflowQueryFailedError):
                    return None
                return standing

        gone = set()
        for run, standing in zip(asked, await asyncio.gather(*map(ask, asked)), strict=True):
            if standing is None:
                continue
            if standing.parked is None:
                gone.add(run.case_id)
            else:
                heard = cases[run.case_id].heard
                self._answers[run.case_id] = Answer(run.run_id, heard, monotonic(), standing.parked)
        return gone
