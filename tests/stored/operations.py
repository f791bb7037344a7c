"""Whether operations say of cases what their journeys say."""

import asyncio
from collections.abc import Iterator, Sequence

from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.fields import short_name
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.temporal import Standing, WaitingFor
from stored.case import Case
from stored.town import Town

PAUSE = 0.1


async def disagreements(town: Town, cases: Sequence[Case]) -> list[str]:
    """Every case of which operations and its journey say something else, once the rows have come to the feed's end."""
    standings = {case.case_id: await town.standing(case.case_id) for case in cases}
    rows = {row.case_id: row for row in await _rows(town, list(standings))}
    return [
        f"{case_id}: {difference}"
        for case_id, standing in standings.items()
        for difference in _differences(rows.get(case_id), standing)
    ]


async def _rows(town: Town, case_ids: list[str]) -> Sequence[pb.CaseRow]:
    request = pb.ListCasesRequest(page_size=1000, filter=pb.CaseFilter(case_ids=case_ids))
    while True:
        subscription = feed_pb2.ListSubscriptionsRequest()
        listed = await town.ask("olu", EVERY_COUNCIL, subscription, feed_pb2.ListSubscriptionsResponse)
        head = max(each.position + each.lag for each in listed.subscriptions)
        page = await town.ask("olu", EVERY_COUNCIL, request, pb.ListCasesResponse)
        if page.view.position >= head and not page.view.rebuilding:
            return page.cases
        await asyncio.sleep(PAUSE)


def _differences(row: pb.CaseRow | None, says: Standing) -> Iterator[str]:
    if row is None:
        yield "there is no row of it"
        return
    if says.ending or row.ending:
        if row.ending != str(says.ending or ""):
            yield f"the row says that it has ended as {row.ending}, the journey {says.ending}"
        return
    if says.waiting_for is WaitingFor.MEND:
        return  # what was refused is not in the feed: that is looked at apart
    told = {
        "step": (short_name(pb.Step, row.step), says.stage),
        "waiting_for": (short_name(pb.WaitingFor, row.waiting_for), says.waiting_for),
        "due_on": (row.due_on, says.due_on or ""),
        "due_kind": (short_name(pb.DueKind, row.due_kind), says.due_kind or ""),
        "on hold": (bool(row.hold_reason), says.on_hold),
    }
    for name, (shown, said) in told.items():
        if shown != said:
            yield f"{name} is {shown} in the row, and {said} in the journey"
