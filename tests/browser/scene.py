"""What the browser looks at: a console over some cases, a few of them stuck, at a moment at which time stands still."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Browser, StorageState

from console.serving import Serving
from fakes.hands import FakeHands
from servers.console import OURS, Suite, run_console, run_with_cases
from servers.operations import told
from servers.waiting import until
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.parts import worker_missing
from services.operations.domain.whom import Whom
from services.operations.finding_pages import replace_findings
from services.operations.looking.look import Looking
from services.operations.rows import milliseconds
from services.operations.store import Look, note_look
from sevensteps import clock, events
from sevensteps.addresses import port_of
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.rehearsal.exercises import Exercise, Harm, Rehearsal

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
"""When it is: pages say the same on whatever day they are looked at."""
DAY = 86_400
OPENED = ("amara", "brian", "chen", "dora", "edith")
"""Cases in which the money is being found, and nothing is late."""
EXERCISES = Rehearsal(
    7, [Exercise(Harm.PARKED, "case-one"), Exercise(Harm.WORKER, "case-hanna"), Exercise(Harm.JOURNEY, "case-irene")]
)
"""One case is stuck, one waits for what is missing, and one is mended."""
PLANNED = ("farah", "george", "hanna")
"""Cases whose plan is being made: it is due a day later for each."""
CAUSE = "parked/PLAN_TEMPLATE_UNKNOWN"
PLANNED_REPAIR, WAITING_REPAIR = (f"00000000-0000-4000-8000-{number:012}" for number in (1, 2))
"""Requests, which name the repairs that they plan."""


@dataclass(frozen=True)
class Scene(Suite):
    """A console, and beside it that of a rehearsal over the same cases."""

    rehearsal: Serving

    def address_of(self, path: str) -> str:
        """Where a page is."""
        if path.startswith("/rehearsal"):  # by another name, because cookies know no ports
            return f"http://localhost:{port_of(self.rehearsal.address)}{path}"
        return super().address_of(path)


@contextmanager
def time_stands_still() -> Iterator[None]:
    """It is NOW, and nobody looks anew for what is stuck: what is noted stays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        patch.setattr(Looking, "keep", _never)
        yield


async def _never(_: Looking) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def run_scene(data: Path) -> AsyncIterator[Scene]:
    """A console over cases in several steps, of which some are stuck."""
    with time_stands_still():
        async with run_with_cases(data, hands=FakeHands()) as suite:
            await suite.operations.come_to(await suite.feed.append([*_opened(), *_planned(), *_arranged()]))
            await _note_stuck(suite)
            await _repair(suite)
            async with run_console(_rehearsed(suite.settings)) as rehearsal:
                yield Scene(suite.settings, suite.feed, suite.operations, suite.console, rehearsal)


def _rehearsed(settings: Settings) -> Settings:
    """The same as a rehearsal: with the key of the suite, and sessions of its own."""
    data = settings.data / "rehearsal"
    shutil.copytree(settings.data / "keys", data / "keys")
    EXERCISES.write(data / "rehearsal.json")
    return replace(settings, data=data, rehearsal=str(data / "rehearsal.json"))


async def _note_stuck(suite: Suite) -> None:
    """Two cases are parked by one cause, and no worker runs; it has just been looked."""
    now, store = milliseconds(NOW), suite.operations.running.store
    worker = worker_missing(NOW - timedelta(hours=1), NOW - timedelta(hours=1), 12, "")
    found = [_parked("case-one"), _parked("case-two"), worker]
    await store.write(partial(replace_findings, gone=(), new=found, told_anew=(), now=now))
    await store.write(partial(note_look, look=Look(now, now)))


async def _repair(suite: Suite) -> None:
    """Two repairs of what is parked: one is planned, and one waits after its first case."""
    staff = suite.operations.staff
    for request_id in (WAITING_REPAIR, PLANNED_REPAIR):
        request = pb.PlanRepairRequest(
            request_id=request_id,
            filter=pb.CaseFilter(case_ids=["case-one", "case-two", "case-irene"]),
            action=pb.REPAIR_ACTION_RESUME,
            because="The template is put right.",
        )
        await staff.PlanRepair(request)
    repair_id = f"repair-{WAITING_REPAIR}"
    await staff.ContinueRepair(pb.ContinueRepairRequest(repair_id=repair_id, cases=1))

    async def waits() -> bool:
        repair = (await staff.GetRepair(pb.GetRepairRequest(repair_id=repair_id))).repair
        return repair.state == pb.REPAIR_STATE_WAITING

    await until(waits, "the first case to be looked at again")


def _parked(case_id: str) -> Finding:
    why = {"operation": "OpenPlan", "reason": "PLAN_TEMPLATE_UNKNOWN", "detail": "There is no template of that name"}
    since = NOW - timedelta(days=2)
    return Finding(case_id, StuckKind.PARKED, CAUSE, Whom.SYSTEM, since, case_id, OURS, why)


async def sign_on(browser: Browser, suite: Scene) -> StorageState:
    """What a window keeps once somebody of operations has signed on in it, to the console and to the rehearsal."""
    async with await browser.new_context() as context:
        page = await context.new_page()
        for path, heading in (("/", "Open cases"), ("/rehearsal", "Rehearsal")):
            await page.goto(suite.address_of(path))
            await page.get_by_label("Who you are").fill("olu")
            await page.get_by_role("button", name="Sign in").click()
            await page.get_by_role("heading", name=heading, exact=True).wait_for()
        return await context.storage_state()


def _opened() -> Iterator[Event]:
    for day, name in enumerate(OPENED, start=20):
        opened = events.CaseOpened(kind="adult", due_on=f"2026-07-{day}")
        yield told(f"case-{name}", opened, after_seconds=day * DAY, council=OURS)


def _planned() -> Iterator[Event]:
    for day, name in enumerate(PLANNED, start=5):
        case_id = f"case-{name}"
        yield from _money_found(case_id)
        plan = events.PlanOpened(version=1, due_on=f"2026-07-0{day}")
        yield told(case_id, plan, after_seconds=12 * DAY, council=OURS)


def _money_found(case_id: str) -> Sequence[Event]:
    confirmed = events.DeterminationConfirmed(
        round=1, determination_id="d-1", eligible=True, needs=["nutrition", "community"], assessed_by=["amy"]
    )
    story = (
        (0, events.CaseOpened(kind="adult", due_on="2026-06-25")),
        (1, events.SelfAssessmentRecorded(round=1, help="family")),
        (7, events.DeterminationProposed(round=1, determination_id="d-1", verdict="met")),
        (9, confirmed),
        (11, events.IndicativeBudgetGiven(round=1, weekly="82.91")),
    )
    return [told(case_id, payload, after_seconds=day * DAY, council=OURS) for day, payload in story]


def _arranged() -> Iterator[Event]:
    """The case of which the tour tells most."""
    case_id = "case-irene"
    yield from _money_found(case_id)
    checked = events.PlanChecked(
        version=1,
        verdict="met",
        safe="met",
        legal="met",
        meets_needs="met",
        sufficient="met",
        level="team",
        due_on="2026-07-02",
    )
    story = (
        (12, events.PlanOpened(version=1, due_on="2026-06-28")),
        (20, events.PlanSubmitted(version=1, weekly="82.50", review_on="2026-08-12")),
        (20, checked),
        (22, events.PlanApproved(version=1, personal_budget_weekly="82.50", level="team")),
        (22, events.MoneyOpened(version=1, due_on="2026-07-06")),
    )
    for day, payload in story:
        yield told(case_id, payload, after_seconds=day * DAY, council=OURS)
