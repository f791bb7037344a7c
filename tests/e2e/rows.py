"""Waiting until a suite's own rows of cases are as far as its feed."""

from servers.waiting import until
from sevensteps.api.feed.v1.feed_pb2 import ListEventsRequest, ListEventsResponse
from sevensteps.api.operations.v1.operations_pb2 import ListCasesRequest, ListCasesResponse
from sevensteps.cli.status import BEYOND_THE_END
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.rpc.caller import Caller, operations


async def rows_come_to_feed(settings: Settings) -> None:
    """Wait until every event that the feed has now is in the rows."""
    async with operations(settings) as caller:
        last = await _last_position(caller)

        async def are_there() -> bool:
            page = await caller.ask(ListCasesRequest(page_size=1), ListCasesResponse)
            return bool(page.view.position >= last)

        await until(are_there, "the rows of cases to come as far as the feed")


async def _last_position(caller: Caller) -> int:
    try:
        await caller.ask(ListEventsRequest(after=BEYOND_THE_END), ListEventsResponse)
    except Fault as fault:
        return int(fault.metadata["last"])
    return BEYOND_THE_END
