"""The exercises of a rehearsal, and whether each is mended: as operations see it, not as anybody says."""

import asyncio
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

from console import freshness
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.doubts import is_known
from sevensteps.rehearsal.exercises import Rehearsal
from sevensteps.rehearsal.mending import Mended, Seen, rows_request, stuck_request
from sevensteps.rehearsal.words import words_of

NOT_FOUND = 404


async def show(visit: Visit) -> Response:
    """Every exercise. Where it is no rehearsal there is no such page. Raises the Faults of operations."""
    file = visit.console.settings.rehearsal
    if not file:
        raise HTTPException(NOT_FOUND)
    rehearsal = await asyncio.to_thread(Rehearsal.read, Path(file))
    ask = visit.console.caller.ask
    stuck, causes, rows = await asyncio.gather(
        ask(stuck_request(rehearsal), pb.ListStuckResponse),
        ask(pb.ListCausesRequest(), pb.ListCausesResponse),
        ask(rows_request(rehearsal), pb.ListCasesResponse),
    )
    seen = Seen(stuck.stuck, causes.causes, rows.cases, is_known(causes.view, clock.now()))
    return visit.show(
        "rehearsal.html",
        seed=rehearsal.seed,
        exercises=[(each, words_of(each), seen.state_of(each)) for each in rehearsal.exercises],
        settings_file=str(Path(file).with_name("settings.sh")),
        Mended=Mended,
        **freshness.of_view(causes.view),
    )
