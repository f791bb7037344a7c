"""`sevensteps case`: where cases stand and why, what they wait for and until when."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

import typer
from rich.table import Table
from rich.text import Text

from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.feed.v1.feed_pb2 import Event, EventFilter
from sevensteps.cli.case_view.decisions import read_decisions
from sevensteps.cli.case_view.explanation import explanation
from sevensteps.cli.case_view.history import CaseHistory
from sevensteps.cli.case_view.receipts import read_receipts
from sevensteps.cli.case_view.sentences import event_in_words, in_words
from sevensteps.cli.case_view.status import CaseStatus, status_from_events, status_from_journey, statuses_from_journeys
from sevensteps.cli.case_view.timeline import timeline, timeline_entry
from sevensteps.cli.events import follow_events, list_events
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import CaseEnded
from sevensteps.fields import short_name
from sevensteps.rpc.caller import Caller, operations, sentence
from sevensteps.steps import STEP_NAMES
from sevensteps.temporal import PHRASES

PAGE_SIZE = 1000
HEADINGS = ("case", "kind", "council", "step", "waits for", "until", "")

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q.")]

app = typer.Typer(no_args_is_help=True, help="Show where cases stand, and resume one, while the suite runs.")


@app.command("list")
def list_cases(
    *, open_only: Annotated[bool, typer.Option("--open", help="Only cases that have not ended.")] = False
) -> None:
    """List the cases, oldest first: the step of each, what it waits for, and until when."""
    run(_list(Settings.from_environment(), open_only=open_only))


@app.command()
def show(case_id: CaseId) -> None:
    """Show one case: its step, what it waits for and until when, and its timeline."""
    run(_show(Settings.from_environment(), case_id))


@app.command()
def watch(case_id: CaseId) -> None:
    """Follow the timeline of one case as it grows, until it ends or you press Ctrl-C."""
    run(_watch(Settings.from_environment(), case_id))


@app.command()
def explain(case_id: CaseId) -> None:
    """Explain the decisions of one case: when, by which rule and law, on which facts, and who confirmed them."""
    run(_explain(Settings.from_environment(), case_id))


@app.command()
def resume(
    case_id: CaseId,
    because: Annotated[str, typer.Option(help="What was put right, for the record; no names.")],
) -> None:
    """Have a parked journey try again, after you have put right what it was refused for."""
    run(_resume(Settings.from_environment(), case_id, because))


async def _list(settings: Settings, *, open_only: bool) -> None:
    async with operations(settings) as caller:
        cases = await _cases(caller, open_only=open_only)
        statuses = await _statuses(settings, caller)
    screen().print(_table(cases, statuses))
    screen().print("1 case" if len(cases) == 1 else f"{len(cases)} cases")
    if missing := sum(not case.ending and case.case_id not in statuses for case in cases):
        typer.echo(
            f"{missing} without a journey in Temporal. The worker starts one soon after a case is opened: is it "
            "running? If it is, `sevensteps journeys rebuild` starts those again that are lost.",
            err=True,
        )


def _table(cases: list[Case], statuses: Mapping[str, CaseStatus]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading == "case")
    for case in cases:
        table.add_row(*_row(case, None if case.ending else statuses.get(case.case_id)))
    return table


def _row(case: Case, status: CaseStatus | None) -> tuple[str, ...]:
    """The cells of a case in the list; the status is None for one that has ended or has no journey."""
    about = (case.case_id, _kind(case), case.council)
    if not status:
        return (*about, "", "", "", _ended(case) if case.ending else "no journey")
    step = STEP_NAMES[status.stage].removeprefix("Step ")
    marks = [word for word, holds in (("on hold", case.on_hold), ("parked", status.parked)) if holds]
    return (*about, step, in_words(status.waiting_for), status.until, ", ".join(marks))


async def _show(settings: Settings, case_id: str) -> None:
    async with operations(settings) as caller:
        case = await _case(caller, case_id)
        events = await _events(caller, case_id)
        decisions = await read_decisions(caller, case_id, events)
    page = Table(box=None, show_header=False, pad_edge=False)
    page.add_row("case", f"{case_id}, {_kind(case)}, {case.council}")
    if case.ending:
        page.add_row("ended", in_words(short_name(assessment_pb2.Ending, case.ending)))
    elif status := await _status(settings, case_id, events):
        _add_status(page, status, on_hold=case.on_hold)
    for last in events[-1:]:
        page.add_row("last event", f"{event_in_words(last)} ({last.occurred_at.ToDatetime():%-d %B %Y, %H:%M} UTC)")
    screen().print(page)
    screen().print(timeline(CaseHistory("Timeline", case_id, events, decisions)))


def _add_status(page: Table, status: CaseStatus, *, on_hold: bool) -> None:
    page.add_row("stands in", STEP_NAMES[status.stage])
    page.add_row("waits for", PHRASES[status.waiting_for])
    if status.service:
        page.add_row("service", status.service)
    page.add_row("until", status.until or "no date")
    if on_hold:
        page.add_row("on hold", "deadlines of practice are stopped; deadlines of law are not")
    if status.parked:
        page.add_row("parked", Text(status.parked, style="red"))


async def _watch(settings: Settings, case_id: str) -> None:
    async with operations(settings) as caller:
        case = await _case(caller, case_id)
        of_case = EventFilter(case_id=case_id)
        async for event in list_events(caller, 0, of_case) if case.ending else follow_events(caller, 0, of_case):
            screen().print(timeline_entry(event))
            if event.type == CaseEnded.TYPE:
                return
    screen().print(_ended(case))


async def _explain(settings: Settings, case_id: str) -> None:
    async with operations(settings) as caller:
        await _case(caller, case_id)
        events = await _events(caller, case_id)
        screen().print(explanation(case_id, events, await read_receipts(caller, case_id)))


async def _resume(settings: Settings, case_id: str, because: str) -> None:
    request = assessment_pb2.ResumeCaseRequest(request_id=str(uuid4()), case_id=case_id, because=because)
    async with operations(settings) as caller:
        parked = await _is_parked(settings, case_id)
        await caller.ask(request, assessment_pb2.ResumeCaseResponse)
    effect = {
        True: "tries again",
        False: "was not parked; the resumption is on record and changes nothing else",
        None: "tries again if it was parked, which cannot be seen now because its journey does not answer",
    }[parked]
    typer.echo(f"{case_id} {effect}. `sevensteps case show {case_id}` says where it stands.")


async def _is_parked(settings: Settings, case_id: str) -> bool | None:
    """Whether a journey is parked; None where it does not answer."""
    try:
        return bool((await status_from_journey(settings, case_id)).parked)
    except Fault:
        return None


async def _case(caller: Caller, case_id: str) -> Case:
    answer = await caller.ask(assessment_pb2.GetCaseRequest(case_id=case_id), assessment_pb2.GetCaseResponse)
    return answer.case


async def _cases(caller: Caller, *, open_only: bool) -> list[Case]:
    cases: list[Case] = []
    token = ""
    while True:
        request = assessment_pb2.ListCasesRequest(page_size=PAGE_SIZE, page_token=token, open_only=open_only)
        page = await caller.ask(request, assessment_pb2.ListCasesResponse)
        cases += page.cases
        token = page.next_page_token
        if not token:
            return cases


async def _events(caller: Caller, case_id: str) -> list[Event]:
    return [event async for event in list_events(caller, 0, EventFilter(case_id=case_id))]


async def _statuses(settings: Settings, caller: Caller) -> Mapping[str, CaseStatus]:
    """Where the open cases stand, by case."""
    try:
        return await statuses_from_journeys(settings)
    except Fault as fault:
        _warn_that_journeys_do_not_answer(fault)
    by_case: defaultdict[str, list[Event]] = defaultdict(list)
    async for event in list_events(caller, 0, EventFilter()):
        by_case[event.case_id].append(event)
    return {case_id: status for case_id, events in by_case.items() if (status := status_from_events(events))}


async def _status(settings: Settings, case_id: str, events: list[Event]) -> CaseStatus | None:
    try:
        return await status_from_journey(settings, case_id)
    except Fault as fault:
        _warn_that_journeys_do_not_answer(fault)
        return status_from_events(events)


def _warn_that_journeys_do_not_answer(fault: Fault) -> None:
    typer.echo(f"{sentence(fault)}\nThe step shown is read from the feed instead: the last one opened.", err=True)


def _kind(case: Case) -> str:
    return short_name(assessment_pb2.CaseKind, case.kind)


def _ended(case: Case) -> str:
    return f"ended: {in_words(short_name(assessment_pb2.Ending, case.ending))}"
