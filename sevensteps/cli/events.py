"""`sevensteps events`: the feed, from any position."""

from collections.abc import AsyncIterator
from typing import Annotated

import typer

from sevensteps.api.feed.v1.feed_pb2 import (
    Event,
    EventFilter,
    ListEventsRequest,
    ListEventsResponse,
    WatchEventsRequest,
)
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.sentences import happened
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.rpc.caller import Caller, operations

PAGE = 1000
HIGHEST = 2**63 - 1
"""The highest position that there can be."""


def events(
    start: Annotated[int, typer.Option("--from", min=1, max=HIGHEST, help="The first position to show.")] = 1,
    case_id: Annotated[str, typer.Option("--case", help="Only this case.")] = "",
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only this type, such as plan.submitted.v1; may be repeated.")
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what comes, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the events of every service, in the one order of the feed."""
    wanted = EventFilter(case_id=case_id, types=types or ())
    run(_show(start - 1, wanted, follow=follow, as_json=as_json))


async def _show(after: int, wanted: EventFilter, *, follow: bool, as_json: bool) -> None:
    async with operations(Settings.from_environment()) as caller:
        found = follow_events(caller, after, wanted) if follow else list_events(caller, after, wanted)
        async for event in found:
            typer.echo(event_json(event) if as_json else _line(event))


async def list_events(caller: Caller, after: int, wanted: EventFilter) -> AsyncIterator[Event]:
    """The events behind a position that stand in the feed now."""
    request = ListEventsRequest(page_size=PAGE, after=after, filter=wanted)
    while True:
        page = await caller.ask(request, ListEventsResponse)
        for event in page.events:
            yield event
        if not page.more:
            return
        request = ListEventsRequest(page_size=PAGE, page_token=page.next_page_token, filter=wanted)


async def follow_events(caller: Caller, after: int, wanted: EventFilter) -> AsyncIterator[Event]:
    """The events behind a position, and for ever those that come."""
    async for response in caller.watch(WatchEventsRequest(after=after, filter=wanted)):
        for event in response.events:
            yield event


def _line(event: Event) -> str:
    at = event.occurred_at.ToDatetime()
    return f"{event.position:>6}  {at:%Y-%m-%d %H:%M:%S}  {event.case_id}  {event.type:28}  {happened(event)}"
