"""`sevensteps stuck`: what is stuck by its cause and case by case, as somebody reads it, and as a script does."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from servers.case_rows import CaseRows, days_from_now, found, run_case_rows
from servers.command_line import run_command
from servers.services import NOBODY, PACK
from services.operations.domain.finding import Finding, StuckKind
from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.events import CaseOpened, PlanOpened

AWAY = "127.0.0.1:2"
MONDAY = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
PAGES = Path(__file__).parent / "pages"
ASKED = {"service": "planning", "attempts": "12", "task": "open the plan", "reason": "DEADLINE_EXCEEDED"}


def missing(case_id: str, days: int) -> Finding:
    return found(case_id, StuckKind.JOURNEY_MISSING, since=MONDAY + timedelta(days=days))


APPROVAL = "part_not_answering/approval"
PLANNING = "activity_retrying/planning"
REVIEW = {"clock": "the review of the plan", "due_on": "8 June 2026"}
STUCK = (
    found("", StuckKind.PART_NOT_ANSWERING, cause=APPROVAL, since=MONDAY, part="The approval service"),
    missing("case-000000000000", 1),
    missing("case-000000000001", 2),
    found("case-000000000002", StuckKind.ACTIVITY_RETRYING, cause=PLANNING, since=MONDAY, **ASKED),
    found("case-000000000003", StuckKind.CLOCK_NEAR, council="other", since=MONDAY, **REVIEW),
)


@pytest.fixture(scope="module")
async def rows(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CaseRows]:
    """Four cases; what is stuck of them is each test's own."""
    settings = Settings(data=tmp_path_factory.mktemp("operations"), pack=PACK, feed=NOBODY)
    async with run_case_rows(settings) as case_rows:
        for number in range(4):
            case_id = f"case-{number:012d}"
            council = "example" if number < 3 else "other"
            await case_rows.happen(case_id, CaseOpened("adult", days_from_now(9)), council=council)
        await case_rows.happen("case-000000000001", PlanOpened(1, days_from_now(9)))
        yield case_rows


async def stuck(rows: CaseRows, *options: str, columns: int = 100) -> subprocess.CompletedProcess[str]:
    """The command as it ends."""
    await rows.tell(heard_at=clock.as_text(clock.now()))
    settings = replace(rows.running.settings, operations=rows.running.address)
    environment = settings.as_environment() | {"COLUMNS": str(columns)}
    return await asyncio.to_thread(run_command, environment, "stuck", *options)


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize(("page", "options"), [("causes", ()), ("cases", ("--cases",))])
async def test_what_is_stuck_is_read_on_one_page(
    rows: CaseRows, page: str, options: tuple[str, ...], columns: int
) -> None:
    """What is wrong, how many cases it holds up and since when, whose turn it is, and what to do: the golden page."""
    await rows.stuck(*STUCK)
    told = await stuck(rows, *options, columns=columns)
    assert told.stdout == (PAGES / f"stuck-{page}-{columns}.txt").read_text()
    assert max(len(line) for line in told.stdout.splitlines()) <= columns
    assert (told.stderr, told.returncode) == ("", 3)


async def test_the_cases_of_one_cause_are_listed(rows: CaseRows) -> None:
    """The longest stuck first; no other cause is told, and one that has gone leaves nothing stuck."""
    await rows.stuck(*STUCK)
    told = await stuck(rows, "journey_missing")
    assert told.stdout.startswith("no journey: 2 cases, the first since 2 June 2026, 09:30 UTC\n")
    listed = [line.split()[0] for line in told.stdout.splitlines() if line.startswith("case-")]
    assert listed == ["case-000000000000", "case-000000000001"]
    assert "planning service" not in told.stdout
    assert told.returncode == 3
    gone = await stuck(rows, "journey_stopped")
    assert (gone.stdout, gone.returncode) == ("Nothing is stuck by this cause.\n", 0)
    part = await stuck(rows, APPROVAL)
    assert "The approval service does not answer." in part.stdout
    assert part.returncode == 3


@pytest.mark.parametrize(
    ("options", "causes"),
    [
        ((), ["part-silent", "no-journey", "no-answer", "law-date-near"]),
        (("--kind", "no-journey"), ["no-journey"]),
        (("--kind", "no-journey", "--kind", "no-answer"), ["no-journey", "no-answer"]),
        (("--step", "2"), ["part-silent", "no-journey"]),
        (("--council", "other"), ["part-silent", "law-date-near"]),
        (("--council", "other", "--council", "example", "--kind", "law-date-near"), ["law-date-near"]),
    ],
)
async def test_it_can_be_narrowed_and_read_by_programs(
    rows: CaseRows, options: tuple[str, ...], causes: list[str]
) -> None:
    """By how it is stuck, by step and by council; one JSON object a line. What concerns a part is always there."""
    await rows.stuck(*STUCK)
    told = await stuck(rows, "--json", *options)
    assert [json.loads(line)["kind"] for line in told.stdout.splitlines()] == causes
    assert told.returncode == (0 if causes == ["law-date-near"] else 3)


async def test_a_program_reads_all_that_is_known(rows: CaseRows) -> None:
    """Of a cause, and of each case that it holds up."""
    await rows.stuck(*STUCK)
    cause = json.loads((await stuck(rows, "--json", "--kind", "no-journey")).stdout)
    assert cause == {
        "cause_id": "journey_missing",
        "kind": "no-journey",
        "cases": 2,
        "since": "2026-06-02T09:30:00.000Z",
        "whom": "system",
        "what": "Temporal has no journey of these cases, so nothing moves them.",
        "remedy": "Start the journey again from the feed: `sevensteps journeys rebuild case-000000000000`.",
        "example": "case-000000000000",
    }
    case = json.loads((await stuck(rows, "--json", "journey_missing", "--step", "2")).stdout)
    assert case.pop("found_at") <= case.pop("seen_at")
    assert case == {
        "case_id": "case-000000000001",
        "council": "example",
        "kind": "no-journey",
        "cause_id": "journey_missing",
        "since": "2026-06-03T09:30:00.000Z",
        "whom": "system",
        "what": "Temporal has no journey of this case, so nothing moves it.",
        "remedy": "Start the journey again from the feed: `sevensteps journeys rebuild case-000000000001`.",
    }


async def test_a_date_that_is_near_is_told_and_is_nothing_wrong(rows: CaseRows) -> None:
    """The exit code is that of a suite in which nothing is stuck."""
    await rows.stuck(*STUCK[-1:])
    told = await stuck(rows)
    assert told.stdout.startswith("law date near: 1 case since 1 June 2026, 09:30 UTC\n")
    assert told.returncode == 0


async def test_nothing_found_is_good_news_only_where_it_was_looked(rows: CaseRows) -> None:
    """Where the last look is old, or a part has kept silent, that is said; where nobody knows, it is no success."""
    await rows.stuck()
    told = await stuck(rows)
    assert (told.stdout, told.stderr, told.returncode) == ("Nothing is stuck.\n", "", 0)
    await rows.stuck(silent=["temporal"])
    told = await stuck(rows)
    assert (told.returncode, told.stderr.endswith(" ago: temporal.\n")) == (0, True)
    await rows.stuck(looked=clock.now() - timedelta(minutes=10))
    told = await stuck(rows)
    old, unknown = told.stderr.splitlines()
    assert old == "Operations last looked at the journeys 10 minutes ago: what is stuck may have changed."
    assert (told.stdout, unknown, told.returncode) == ("", "Whether anything is stuck is not known.", 1)


async def test_while_operations_are_down_it_says_so_and_what_to_do(rows: CaseRows) -> None:
    """Nothing else is asked in their place."""
    settings = replace(rows.running.settings, operations=AWAY)
    for command in (("stuck",), ("stuck", "--cases"), ("case", "list")):
        told = await asyncio.to_thread(run_command, settings.as_environment(), *command)
        asked, advice = told.stderr.splitlines()
        assert asked.startswith(
            f"Where cases stand is asked of operations, and nothing answers at {AWAY}: is the suite"
        )
        assert advice.startswith("`sevensteps status` shows what is down")
        assert (told.stdout, told.returncode) == ("", 1)
