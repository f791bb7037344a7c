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
from sevensteps.case_history.history import CaseHistory, last_event, payload_of
from sevensteps.case_history.sentences import reason_in_words
from sevensteps.case_history.words import words_of
from sevensteps.cli.case_view import acting, ways_in
from sevensteps.cli.case_view.budget_working import read_budget_workings
from sevensteps.cli.case_view.case_json import case_json, explanation_json
from sevensteps.cli.case_view.case_records import CaseRecords, read_case_records
from sevensteps.cli.case_view.circle import Circle
from sevensteps.cli.case_view.decisions import read_decisions
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.explanation import DecidedCase, explanation
from sevensteps.cli.case_view.feed import follow_events, list_events
from sevensteps.cli.case_view.find_case import find_case
from sevensteps.cli.case_view.matters import lines_of, waiting_in
from sevensteps.cli.case_view.reasons import reasons_by_event
from sevensteps.cli.case_view.receipts import read_receipts
from sevensteps.cli.case_view.shown_case import ShownCase
from sevensteps.cli.case_view.status import CaseStatus, status_from_events, status_from_journey
from sevensteps.cli.case_view.timeline import timeline, timeline_entry
from sevensteps.cli.terminal.options import AsJson, Verbose
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import CaseEnded, HoldPlaced, HoldReleased
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain, value_in_words
from sevensteps.rpc.caller import Caller, operations, sentence
from sevensteps.steps import STEP_NAMES
from sevensteps.temporal import PHRASES

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q.")]
CaseNamed = Annotated[
    str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q, or the person's reference.")
]

FROM_THE_FEED = "The step shown is read from the feed instead: the last one opened."


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
        records = await read_case_records(caller, case.case_id, events)
        linked = await _linked(caller, case)
    reasons, waiting = reasons_by_event(records, events), waiting_in(records)
    status = None if case.ending else await _status(settings, case.case_id, events)
    if as_json:
        shown = ShownCase(case, status, waiting)
        told = case_json(shown, events, decisions, linked=linked, reasons=reasons, records=records)
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    page = _page(case, status, events, linked)
    for line in ways_in.lines_of(events):
        page.add_row("way in", line)
    for line in lines_of(waiting):
        page.add_row("by law", line)
    add_contacts(page, records)
    for about, line in Circle.of(events).lines():
        page.add_row(about, line)
    for representation in records.representation:
        for line in acting.lines_of(representation):
            page.add_row("may act", Text(line))
    add_spending(page, records)
    screen().print(page)
    history = CaseHistory("Timeline", case.case_id, events, decisions, reasons=reasons)
    screen().print(timeline(history, words_of(settings), verbose=verbose))


async def _linked(caller: Caller, case: Case) -> list[Case]:
    """The cases that belong to this one, as a carer's to that of the adult cared for."""
    asked = assessment_pb2.ListCasesRequest(linked_case_id=case.case_id)
    return list((await caller.ask(asked, assessment_pb2.ListCasesResponse)).cases)


def _page(case: Case, status: CaseStatus | None, events: Sequence[Event], linked: Sequence[Case]) -> Table:
    """What a case is, and where it stands."""
    page = Table(box=None, show_header=False, pad_edge=False)
    page.add_row("case", f"{case.case_id}, {_kind(case)}, {case.council}")
    page.add_row("reference", Text(case.person_reference))
    for other in linked:
        page.add_row("has with it", f"{other.case_id}, {_kind(other)}" + (", ended" if other.ending else ""))
    if case.linked_case_id:
        page.add_row("belongs to", case.linked_case_id)
    if case.another_because:
        page.add_row("why another", Text(case.another_because))
    if case.team:
        page.add_row("team", Text(case.team))
    if case.ending:
        ending = plain(short_name(assessment_pb2.Ending, case.ending))
        page.add_row("ended", Text(ending + _who_and_why(last_event(events, CaseEnded))))
    elif status:
        _add_status(page, status)
    if case.on_hold:
        _add_hold(page, events)
    return page


def _kind(case: Case) -> str:
    return plain(short_name(assessment_pb2.CaseKind, case.kind))


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


def add_contacts(page: Table, records: CaseRecords) -> None:
    """Contacts that wait for somebody to decide, and whether the assessment is refused."""
    for contact in records.contacts_to_decide:
        until = f", by {value_in_words(contact.due_on)}" if contact.due_on else ""
        late = ", which has passed" if contact.overdue_told else ""
        page.add_row("to decide", f"what comes of {contact.contact_id}{until}{late}")
    if refusal := records.refusal:
        page.add_row("refused", f"the assessment of round {refusal.round}, on {value_in_words(refusal.refused_on)}")


def add_spending(page: Table, records: CaseRecords) -> None:
    """Spending that waits for somebody to judge it, and what was judged not to be agreed."""
    for name, spending in (("to judge", records.spending_to_judge), ("not agreed", records.spending_not_agreed)):
        for spent in spending:
            amount, on = value_in_words(spent.amount, money=True), value_in_words(spent.spent_on)
            page.add_row(name, f"{amount} on line {spent.line_id}, on {on} ({spent.spend_id})")


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
        case = await find_case(caller, named)
        events = await _events(caller, case.case_id)
        receipts = await read_receipts(caller, case.case_id)
        records = await read_case_records(caller, case.case_id, events)
        workings = await read_budget_workings(caller, settings.policies, receipts)
    explained = DecidedCase(case.case_id, events, receipts, reasons_by_event(records, events), workings)
    if as_json:
        typer.echo(json.dumps(explanation_json(explained, records), ensure_ascii=False, indent=2))
    else:
        screen().print(explanation(explained, words_of(settings), verbose=verbose))


async def _events(caller: Caller, case_id: str) -> list[Event]:
    return [event async for event in list_events(caller, 0, EventFilter(case_id=case_id))]


async def _status(settings: Settings, case_id: str, events: list[Event]) -> CaseStatus | None:
    try:
        return await status_from_journey(settings, case_id)
    except Fault as fault:
        typer.echo(f"{sentence(fault)}\n{FROM_THE_FEED}", err=True)
        return status_from_events(events)
