"""`sevensteps events`: prints the feed, from any position."""

from typing import Annotated

import typer

from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import (
    Event,
    EventFilter,
)
from sevensteps.case_history.sentences import event_in_words
from sevensteps.case_history.words import Words, words_of
from sevensteps.cli.case_view.event_json import event_json, time_of
from sevensteps.cli.case_view.feed import follow_events, list_events
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations

HIGHEST_POSITION = 2**63 - 1


def events(
    start: Annotated[int, typer.Option("--from", min=1, max=HIGHEST_POSITION, help="The first position to show.")] = 1,
    case_id: Annotated[str, typer.Option("--case", help="Only this case.")] = "",
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only this type, such as plan.submitted.v1; can be repeated.")
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with new events until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Show the events of every service, in the order of the feed."""
    event_filter = EventFilter(case_id=case_id, types=types or ())
    run(_show(start - 1, event_filter, follow=follow, as_json=as_json))


async def _show(after: int, event_filter: EventFilter, *, follow: bool, as_json: bool) -> None:
    settings = Settings.from_environment()
    words = words_of(settings)
    async with operations(settings) as caller:
        shown = follow_events(caller, after, event_filter) if follow else list_events(caller, after, event_filter)
        async for event in shown:
            typer.echo(event_json(event) if as_json else _line(event, words))


def _line(event: Event, words: Words) -> str:
    at = time_of(event)
    when = f"{clock.day_in_words(at.date())} {at:%H:%M:%S}" if at else "not a time"
    return f"{event.position:>6}  {when:>26}  {event.case_id}  {event.type:28}  {event_in_words(event, words)}"
