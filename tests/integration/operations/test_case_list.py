"""`sevensteps case list` with many cases: a page at a time, soon and in little memory."""

import asyncio
import json
import re
import sys
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import monotonic
from typing import TypeVar

import pytest
import sqlalchemy as sa
import typer
from google.protobuf.message import Message

from servers.case_rows import CaseRows, case_event, run_case_rows
from servers.command_line import run_command
from servers.services import NOBODY, PACK, Running, run_service
from services.assessment.tables import cases
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.cli.case_view.case_pages import MOST_IDS, PAGE_SIZE, Wanted, pages_of_cases
from sevensteps.cli.case_view.columns import Columns
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import Settings
from sevensteps.events import CaseOpened, PlanOpened
from sevensteps.identity.actor import Role
from sevensteps.identity.own_tokens import tokens_of_command_line
from sevensteps.rpc.caller import Caller

SOME = 3_000
MANY = 10_000
MORE_AT_MOST = 500_000
"""Bytes that a list of so many more cases may take."""
DUE = date(2026, 6, 2)
A = TypeVar("A", bound=Message)


class Counting(Caller):
    """Whoever looks after the suite, with a count of what was asked."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, tokens_of_command_line(settings, "command-line", Role.OPERATIONS))
        self.asked = Counter[str]()

    async def ask(self, request: Message, answer: type[A], at: str = "") -> A:
        self.asked[request.DESCRIPTOR.file.package.split(".")[2]] += 1
        return await super().ask(request, answer, at)


@dataclass(frozen=True)
class Desk:
    """Operations with their rows, the assessment service, and the settings that name both."""

    rows: CaseRows
    assessment: Running
    settings: Settings

    async def happen(self, number: int, above: int = 0) -> None:
        """So many cases come to step 2, due on 2 June 2026."""
        for first in range(above, number, 1000):
            ids = [f"case-{each:012d}" for each in range(first, min(first + 1000, number))]
            payloads = (CaseOpened("adult", DUE.isoformat()), PlanOpened(1, DUE.isoformat()))
            await self.rows.take_in([case_event(case_id, each) for case_id in ids for each in payloads])

    async def record(self, references: Sequence[str], **more: object) -> None:
        """Assessment has cases of these people, each named by its place."""
        row = {
            "council": "example", "kind": "adult", "round": 1, "assessment_open": True, "assessment_due": DUE,
            "pack": "hash", "on_hold": False, "ending": "", "version": 1, "opened_at": "2026-05-05T09:30:00.000Z",
        }  # fmt: skip
        rows = [
            row | more | {"case_id": f"case-{each:012d}", "person_reference": reference}
            for each, reference in enumerate(references)
        ]
        await self.assessment.store.write(lambda connection: connection.execute(sa.insert(cases), rows))


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    """Nobody has a case yet."""
    async with run_service("assessment", settings) as assessment, run_case_rows(settings) as rows:
        both = replace(settings, assessment=assessment.address, operations=rows.running.address)
        yield Desk(rows, assessment, both)


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """On SQLite, without a feed."""
    return Settings(data=tmp_path_factory.mktemp("desk"), pack=PACK, feed=NOBODY)


@dataclass(frozen=True)
class Listed:
    """How a list was printed."""

    lines: int
    last: str
    first_page_seconds: float
    seconds: float
    peak: int
    """The most memory that the list took, in bytes."""
    line_bytes: int
    """What all its lines would take together."""
    asked: Counter[str]


async def _list(desk: Desk, wanted: Wanted) -> Listed:
    columns, lines, last, first, line_bytes = Columns(None), 0, "", 0.0, 0
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(Counting(desk.settings))
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        began = monotonic()
        async for page in pages_of_cases(caller, wanted):
            first = first or monotonic() - began
            for row in page.rows:
                lines, last = lines + 1, columns.line(row.cells())
                line_bytes += sys.getsizeof(last)
        peak = tracemalloc.get_traced_memory()[1]
        return Listed(lines, last, first, monotonic() - began, peak, line_bytes, caller.asked)


async def test_a_long_list_comes_by_pages(desk: Desk) -> None:
    """The first page does not wait for the others; operations are asked once a page, and nobody else is."""
    await desk.happen(SOME)
    listed = await _list(desk, Wanted())
    assert listed.lines == SOME
    assert listed.asked == {"operations": SOME // PAGE_SIZE}
    assert listed.first_page_seconds < listed.seconds / 2  # there are fifteen pages
    assert re.split(r" {2,}", listed.last)[1:] == [
        "adult", "example", "2: making your plan", "plan", "2 June 2026", "overdue",
    ]  # fmt: skip
    before = pb.CaseFilter(due_before=DUE.isoformat())
    assert (await _list(desk, Wanted(before))).lines == 0


async def test_a_longer_list_takes_no_more_memory(desk: Desk) -> None:
    """Only one page is ever held, so the last 7,000 cases take no more than the first 3,000."""
    overdue = Wanted(pb.CaseFilter(overdue=True))
    await desk.happen(SOME)
    await _list(desk, overdue)  # what is loaded once
    some = await _list(desk, overdue)
    await desk.happen(MANY, above=SOME)
    many = await _list(desk, overdue)
    assert (some.lines, many.lines) == (SOME, MANY)
    assert many.line_bytes > 3 * MORE_AT_MOST, "the lines themselves must take more than what is allowed"
    assert many.peak - some.peak < MORE_AT_MOST, f"{some.peak:,} bytes with {SOME:,} cases, {many.peak:,} with {MANY:,}"


async def test_whose_cases_they_are_is_asked_once_a_page(desk: Desk) -> None:
    """Assessment alone knows the people: one more call a page, for programs, and none for a table."""
    number = 2 * PAGE_SIZE
    await desk.happen(number)
    await desk.record([f"P-{each}" for each in range(number)])
    listed = await _list(desk, Wanted(with_people=True))
    assert listed.asked == {"operations": 2, "assessment": 2}
    printed = await case_list(desk, "--json", "--descending", "--step", "2", "--whom", "person", "--sort", "since")
    told = [json.loads(line) for line in printed]
    assert [each["person_reference"] for each in told] == [f"P-{each}" for each in reversed(range(number))]
    assert all((each["linked_case_id"], each["another_because"]) == (None, "") for each in told)


async def case_list(desk: Desk, *options: str) -> list[str]:
    """The lines that the command prints on standard output."""
    told = await asyncio.to_thread(run_command, desk.settings.as_environment(), "case", "list", *options)
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


async def test_the_cases_of_a_person_are_found_among_others(desk: Desk) -> None:
    """By the council's own reference, and with every other option; operations are asked for these cases only."""
    await desk.happen(6)
    await desk.record(["P-1", "P-2", "P-1", "P-3", "P-1", "P-2"], ending="moved")
    first, second, third = (f"case-{each:012d}" for each in (0, 2, 4))
    assert [line.split()[0] for line in await case_list(desk, "--reference", "P-1")] == [
        "case", first, second, third, "3",
    ]  # fmt: skip
    narrowed = await case_list(desk, "--reference", "P-1", "--step", "2", "--sort", "due", "--descending", "--json")
    assert [json.loads(line)["case_id"] for line in narrowed] == [third, second, first]
    assert await case_list(desk, "--reference", "P-1", "--step", "3") == ["0 cases"]
    assert await case_list(desk, "--reference", "P-9") == ["0 cases"]
    listed = await _list(desk, Wanted(reference="P-1", with_people=True))
    assert listed.asked == {"operations": 1, "assessment": 1}


async def test_more_people_than_can_be_named_are_listed_oldest_first_only(desk: Desk) -> None:
    """In another order nobody has all of them; the command says so, and lists nothing."""
    number = MOST_IDS + 1
    await desk.happen(number)
    await desk.record(["P-1"] * number, ending="moved")
    assert (await _list(desk, Wanted(reference="P-1"))).lines == number
    with pytest.raises(typer.BadParameter, match="oldest first only"):
        await _list(desk, Wanted(order=pb.ORDER_DUE, reference="P-1"))
    environment = desk.settings.as_environment()
    told = await asyncio.to_thread(run_command, environment, "case", "list", "--reference", "P-1", "--descending")
    assert (told.stdout, told.returncode) == ("", ExitCode.WRONG_ARGUMENT)
    assert "Leave --sort" in told.stderr


async def test_how_old_the_list_is_is_said_in_one_line(desk: Desk) -> None:
    """Where the feed is away, the rows are made anew, or a part kept silent; and nothing where all is well."""

    async def doubts() -> str:
        told = await asyncio.to_thread(run_command, desk.settings.as_environment(), "case", "list")
        assert "1 case\n" in told.stdout
        return told.stderr

    await desk.happen(1)
    assert await doubts() == "Operations have not looked at the journeys yet: what is stuck may be missing.\n"
    await desk.rows.stuck()
    assert await doubts() == ""
    await desk.rows.stuck(silent=["temporal"])
    assert re.fullmatch(r"Not answered when last looked, \d+ seconds? ago: temporal\.\n", await doubts())
    await desk.rows.stuck()
    await desk.rows.tell(heard_at=clock.as_text(clock.now() - timedelta(days=3)))
    assert await doubts() == "Operations last heard from the feed 3 days ago: what has happened since is missing.\n"
    await desk.rows.tell(heard_at=clock.as_text(clock.now()), head=10, until=10)
    assert await doubts() == "Operations read all events again, and have read 2 of 10: some cases may be missing.\n"
    await desk.rows.tell(until=0)
    assert await doubts() == "Operations are 8 events behind the feed: what they tell is missing.\n"
    await desk.rows.tell(head=2, heard_at="")
    assert await doubts() == "Operations have not heard from the feed yet: cases may be missing.\n"
