"""`sevensteps case show` and its like: where one case stands and why, what it waits for and until when."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.feed.v1.feed_pb2 import Event, EventFilter
from sevensteps.cli.case_view.case_json import case_json
from sevensteps.cli.case_view.case_list import Row
from sevensteps.cli.case_view.decisions import read_decisions
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.explanation import explanation
from sevensteps.cli.case_view.feed import follow_events, list_events
from sevensteps.cli.case_view.find_case import find_case
from sevensteps.cli.case_view.history import CaseHistory, last_event, payload_of
from sevensteps.cli.case_view.receipts import read_receipts
from sevensteps.cli.case_view.sentences import reason_in_words
from sevensteps.cli.case_view.status import CaseStatus, status_from_events, status_from_journey
from sevensteps.cli.case_view.timeline import timeline, timeline_entry
from sevensteps.cli.case_view.words import words_of
from sevensteps.cli.receipts import line_of
from sevensteps.cli.standings import warn_that_journeys_do_not_answer
from sevensteps.cli.terminal.options import AsJson, Verbose
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import CaseEnded, HoldPlaced, HoldReleased
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain
from sevensteps.rpc.caller import Caller, operations
from sevensteps.steps import STEP_NAMES
from sevensteps.temporal import PHRASES

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q.")]
CaseNamed = Annotated[
    str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q, or the person's reference.")
]


def show(case: CaseNamed, *, verbose: Verbose = False, as_json: AsJson = False) -> None:
    """Show one case: its step, what it waits for and until when, and its timeline."""
    run(_show(Settings.from_environment(), case, verbose=verbose, as_json=as_json))


def watch(
    case: CaseNamed,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Follow the timeline of one case as it grows, until it ends or you press Ctrl-C."""
    run(_watch(Settings.from_environment(), case, as_json=as_json))


def explain(case: CaseNamed, *, verbose: Verbose = False, as_json: AsJson = False) -> None:
    """Explain the decisions of one case: when, by which rule and law, on which facts, and who confirmed them."""
    run(_explain(Settings.from_environment(), case, verbose=verbose, as_json=as_json))


async def _show(settings: Settings, named: str, *, verbose: bool, as_json: bool) -> None:
    async with operations(settings) as caller:
        case = await find_case(caller, named)
        events = await _events(caller, case.case_id)
        decisions = await read_decisions(caller, case.case_id, events)
    status = None if case.ending else await _status(settings, case.case_id, events)
    if as_json:
        typer.echo(json.dumps(case_json(Row(case, status), events, decisions), ensure_ascii=False, indent=2))
        return
    screen().print(_page(case, status, events))
    history = CaseHistory("Timeline", case.case_id, events, decisions)
    screen().print(timeline(history, words_of(settings), verbose=verbose))


def _page(case: Case, status: CaseStatus | None, events: Sequence[Event]) -> Table:
    """What a case is, and where it stands."""
    page = Table(box=None, show_header=False, pad_edge=False)
    kind = plain(short_name(assessment_pb2.CaseKind, case.kind))
    page.add_row("case", f"{case.case_id}, {kind}, {case.council}")
    if case.linked_case_id:
        page.add_row("belongs to", case.linked_case_id)
    if case.another_because:
        page.add_row("why another", Text(case.another_because))
    if case.ending:
        ending = plain(short_name(assessment_pb2.Ending, case.ending))
        page.add_row("ended", Text(ending + _who_and_why(last_event(events, CaseEnded))))
    elif status:
        _add_status(page, status)
    if case.on_hold:
        _add_hold(page, events)
    return page


def _who_and_why(event: Event | None) -> str:
    """Who did what an event tells, when and why; empty where the feed does not have it."""
    if event is None:
        return ""
    at = event.occurred_at.ToDatetime()
    return f"; by {event.actor}, {clock.day_in_words(at.date())} {at:%H:%M}{reason_in_words(payload_of(event))}"


def _add_hold(page: Table, events: Sequence[Event]) -> None:
    """Why it is on hold, if the event has reached the feed yet."""
    placed, released = last_event(events, HoldPlaced), last_event(events, HoldReleased)
    if placed and not (released and released.position > placed.position):
        page.add_row("on hold", Text(plain(HoldPlaced.of(placed.payload).reason) + _who_and_why(placed)))
    page.add_row("on hold", "deadlines of practice are stopped; deadlines of law are not")


def _add_status(page: Table, status: CaseStatus) -> None:
    page.add_row("stands in", STEP_NAMES[status.stage])
    page.add_row("waits for", PHRASES[status.waiting_for])
    if status.service:
        page.add_row("service", status.service)
    page.add_row("until", (status.until or "no date") + (", which has passed" if status.overdue else ""))
    if status.parked:
        page.add_row("parked", Text(status.parked, style="red"))


async def _watch(settings: Settings, named: str, *, as_json: bool) -> None:
    words = words_of(settings)
    async with operations(settings) as caller:
        case = await find_case(caller, named)
        of_case = EventFilter(case_id=case.case_id)
        async for event in list_events(caller, 0, of_case) if case.ending else follow_events(caller, 0, of_case):
            if as_json:
                typer.echo(event_json(event))
            else:
                screen().print(timeline_entry(event, words))
            if event.type == CaseEnded.TYPE:
                return


async def _explain(settings: Settings, named: str, *, verbose: bool, as_json: bool) -> None:
    async with operations(settings) as caller:
        case_id = (await find_case(caller, named)).case_id
        events = await _events(caller, case_id)
        receipts = await read_receipts(caller, case_id)
    if as_json:
        typer.echo(f"[{', '.join(line_of(service, receipt).strip() for service, receipt in receipts)}]")
    else:
        screen().print(explanation(case_id, events, receipts, words_of(settings), verbose=verbose))


async def _events(caller: Caller, case_id: str) -> list[Event]:
    return [event async for event in list_events(caller, 0, EventFilter(case_id=case_id))]


async def _status(settings: Settings, case_id: str, events: list[Event]) -> CaseStatus | None:
    try:
        return await status_from_journey(settings, case_id)
    except Fault as fault:
        warn_that_journeys_do_not_answer(fault)
        return status_from_events(events)
