"""Where the cases of a page stand: as their journeys say or, once Temporal does not answer, as the feed says."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import typer
from temporalio.client import Client

from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.feed.v1.feed_pb2 import EventFilter
from sevensteps.cli.case_view.feed import list_events
from sevensteps.cli.case_view.status import CaseStatus, status_from_events, statuses_from_journeys
from sevensteps.errors import Fault
from sevensteps.rpc.caller import Caller, sentence


class Standings:
    """Asked with a page of cases, it answers where each stands, by case."""

    def __init__(self, caller: Caller, connect: Callable[[], Awaitable[Client]]) -> None:
        """`connect` connects to Temporal, when the first page is there: where no suite runs, the services say so."""
        self._caller = caller
        self._connect = connect
        self._journeys: Client | None = None
        self._answers = True

    async def __call__(self, cases: Sequence[Case]) -> Mapping[str, CaseStatus]:
        """Where these cases stand; those without a journey are left out."""
        if self._answers:
            try:
                self._journeys = self._journeys or await self._connect()
                return await statuses_from_journeys(self._journeys, [case.case_id for case in cases])
            except Fault as fault:
                warn_that_journeys_do_not_answer(fault)
                self._answers = False
        statuses = {case.case_id: await self._from_feed(case.case_id) for case in cases}
        return {case_id: status for case_id, status in statuses.items() if status}

    async def _from_feed(self, case_id: str) -> CaseStatus | None:
        events = list_events(self._caller, 0, EventFilter(case_id=case_id))
        return status_from_events([event async for event in events])


def warn_that_journeys_do_not_answer(fault: Fault) -> None:
    """Say that the step shown is not the journey's own word."""
    typer.echo(f"{sentence(fault)}\nThe step shown is read from the feed instead: the last one opened.", err=True)
