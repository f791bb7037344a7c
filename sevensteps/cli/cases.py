"""`sevensteps case`: where cases stand, why, what they wait for and until when, while the suite runs."""

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
from sevensteps.cli.case_view.chronicle import Chronicle
from sevensteps.cli.case_view.decided import decisions_of
from sevensteps.cli.case_view.explanation import explanation
from sevensteps.cli.case_view.sentences import happened, in_words
from sevensteps.cli.case_view.timeline import moment, timeline
from sevensteps.cli.case_view.whereabouts import Whereabouts, of_every_journey, of_journey, told_by
from sevensteps.cli.events import follow_events, list_events
from sevensteps.cli.receipts import receipts_of
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import CaseEnded
from sevensteps.fields import short_name
from sevensteps.rpc.caller import Caller, operations, sentence
from sevensteps.steps import STEP_NAMES
from sevensteps.temporal import PHRASES

PAGE = 1000

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q.")]

app = typer.Typer(no_args_is_help=True, help="Where cases stand, while the suite runs.")


@app.command("list")
def list_cases(
    *, open_only: Annotated[bool, typer.Option("--open", help="Only cases that have not ended.")] = False
) -> None:
    """List the cases, oldest first: where each stands, what it waits for, and until when."""
    run(_list(Settings.from_environment(), open_only=open_only))


@app.command()
def show(case_id: CaseId) -> None:
    """Show one case: where it stands and why, what it waits for and until when, and how it came there."""
    run(_show(Settings.from_environment(), case_id))


@app.command()
def watch(case_id: CaseId) -> None:
    """Follow the timeline of one case as it grows, until it ends or you press Ctrl-C."""
    run(_watch(Settings.from_environment(), case_id))


@app.command()
def explain(case_id: CaseId) -> None:
    """Explain one case on a page: what was decided when, by which rule and law, on what facts, and who confirmed it."""
    run(_explain(Settings.from_environment(), case_id))


@app.command()
def resume(
    case_id: CaseId,
    because: Annotated[str, typer.Option(help="What was mended, for the record; no names.")],
) -> None:
    """Have a parked journey try again, once what kept it from going on has been mended."""
    run(_resume(Settings.from_environment(), case_id, because))


async def _list(settings: Settings, *, open_only: bool) -> None:
    async with operations(settings) as caller:
        cases = await _cases(caller, open_only=open_only)
        known = await _whereabouts(settings, caller)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("case", "kind", "council", "step", "waits for", "until", ""):
        table.add_column(heading, overflow="fold", no_wrap=heading == "case")
    for case in cases:
        stands = known.get(case.case_id) if not case.ending else None
        where = (
            (STEP_NAMES[stands.stage].removeprefix("Step "), in_words(stands.waiting_for), stands.until)
            if stands
            else ("", "", "")
        )
        table.add_row(case.case_id, _kind(case), case.council, *where, _marks(case, stands))
    screen().print(table)
    screen().print(f"{len(cases)} cases")
    if missing := sum(not case.ending and case.case_id not in known for case in cases):
        typer.echo(
            f"{missing} without a journey. Those that were not opened just now have lost it: "
            "`sevensteps journeys rebuild` makes it again.",
            err=True,
        )


async def _show(settings: Settings, case_id: str) -> None:
    async with operations(settings) as caller:
        case = await _case(caller, case_id)
        events = [event async for event in list_events(caller, 0, EventFilter(case_id=case_id))]
        decisions = await decisions_of(caller, case_id, events)
    page = Table(box=None, show_header=False, pad_edge=False)
    page.add_row("case", f"{case_id}, {_kind(case)}, {case.council}")
    if case.ending:
        page.add_row("ended", in_words(short_name(assessment_pb2.Ending, case.ending)))
    elif stands := await _stands(settings, case_id, events):
        page.add_row("stands in", STEP_NAMES[stands.stage])
        page.add_row("waits for", PHRASES[stands.waiting_for])
        page.add_row("until", stands.until or "no date")
        if case.on_hold:
            page.add_row("on hold", "soft dates are stopped, the law's are not")
        if stands.parked:
            page.add_row("parked", Text(stands.parked, style="red"))
    if events:
        page.add_row("because", f"{happened(events[-1])} ({events[-1].occurred_at.ToDatetime():%-d %B %Y, %H:%M} UTC)")
    screen().print(page)
    screen().print(timeline(Chronicle("How it came there", case_id, events, decisions)))


async def _watch(settings: Settings, case_id: str) -> None:
    async with operations(settings) as caller:
        case = await _case(caller, case_id)
        whole = EventFilter(case_id=case_id)
        async for event in list_events(caller, 0, whole) if case.ending else follow_events(caller, 0, whole):
            screen().print(moment(event))
            if event.type == CaseEnded.TYPE:
                return
    screen().print(_ended(case))


async def _explain(settings: Settings, case_id: str) -> None:
    async with operations(settings) as caller:
        await _case(caller, case_id)
        events = [event async for event in list_events(caller, 0, EventFilter(case_id=case_id))]
        screen().print(explanation(case_id, events, await receipts_of(caller, case_id)))


async def _resume(settings: Settings, case_id: str, because: str) -> None:
    request = assessment_pb2.ResumeCaseRequest(request_id=str(uuid4()), case_id=case_id, because=because)
    async with operations(settings) as caller:
        parked = await _is_parked(settings, case_id)
        await caller.ask(request, assessment_pb2.ResumeCaseResponse)
    did = {
        True: "tries again",
        False: "was not parked: that it was resumed is on record, and nothing else changes",
        None: "tries again if it was parked, which its journey does not say now",
    }[parked]
    typer.echo(f"{case_id} {did}. `sevensteps case show {case_id}` says where it stands.")


async def _is_parked(settings: Settings, case_id: str) -> bool | None:
    """Whether a journey is parked; None where it does not say."""
    try:
        return bool((await of_journey(settings, case_id)).parked)
    except Fault:
        return None


async def _case(caller: Caller, case_id: str) -> Case:
    answer = await caller.ask(assessment_pb2.GetCaseRequest(case_id=case_id), assessment_pb2.GetCaseResponse)
    return answer.case


async def _cases(caller: Caller, *, open_only: bool) -> list[Case]:
    cases: list[Case] = []
    token = ""
    while True:
        request = assessment_pb2.ListCasesRequest(page_size=PAGE, page_token=token, open_only=open_only)
        page = await caller.ask(request, assessment_pb2.ListCasesResponse)
        cases += page.cases
        token = page.next_page_token
        if not token:
            return cases


async def _whereabouts(settings: Settings, caller: Caller) -> Mapping[str, Whereabouts]:
    """Where the open cases stand, by case."""
    try:
        journeys = await of_every_journey(settings)
    except Fault as fault:
        _say_that_journeys_are_silent(fault)
        by_case: defaultdict[str, list[Event]] = defaultdict(list)
        async for event in list_events(caller, 0, EventFilter()):
            by_case[event.case_id].append(event)
        return {case_id: stands for case_id, events in by_case.items() if (stands := told_by(events))}
    return journeys


async def _stands(settings: Settings, case_id: str, events: list[Event]) -> Whereabouts | None:
    try:
        return await of_journey(settings, case_id)
    except Fault as fault:
        _say_that_journeys_are_silent(fault)
        return told_by(events)


def _say_that_journeys_are_silent(fault: Fault) -> None:
    typer.echo(f"{sentence(fault)}\nWhere cases stand is read from the feed: the last step opened.", err=True)


def _kind(case: Case) -> str:
    return short_name(assessment_pb2.CaseKind, case.kind)


def _marks(case: Case, stands: Whereabouts | None) -> str:
    """On hold, parked, without a journey, ended."""
    if case.ending:
        return _ended(case)
    marks = ["on hold"] if case.on_hold else []
    if not stands:
        marks.append("no journey")
    elif stands.parked:
        marks.append("parked")
    return ", ".join(marks)


def _ended(case: Case) -> str:
    return f"ended: {in_words(short_name(assessment_pb2.Ending, case.ending))}"
