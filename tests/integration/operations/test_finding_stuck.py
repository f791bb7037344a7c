"""What is stuck, by its cause and one by one: chosen by the case, and complete however it is paged."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from servers.case_rows import CaseRows, days_from_now, found, run_case_rows
from servers.services import NOBODY, PACK, refusal_of
from services.operations.domain.finding import Finding, StuckKind
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.events import CaseOpened, HoldPlaced, PlanOpened
from sevensteps.steps import HoldReason

NOON = clock.now().replace(hour=12, minute=0, second=0)
CASES = 5


@pytest.fixture
async def rows(settings: Settings) -> AsyncIterator[CaseRows]:
    """Five cases: the last of another council, the first in step 2, the second on hold; all parked by one cause."""
    async with run_case_rows(settings) as case_rows:
        for number in range(CASES):
            council = "other" if number == CASES - 1 else "example"
            await case_rows.happen(f"case-{number}", CaseOpened("adult", days_from_now(9)), council=council)
        await case_rows.happen("case-0", PlanOpened(1, days_from_now(9)))
        await case_rows.happen("case-1", HoldPlaced(HoldReason.AWAY))
        await case_rows.stuck(*(parked(number) for number in range(CASES)))
        yield case_rows


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory, database: str) -> Settings:
    """On either database."""
    return Settings(data=tmp_path_factory.mktemp("operations"), database=database, pack=PACK, feed=NOBODY)


def parked(number: int) -> Finding:
    """The later a case was opened, the longer it is parked."""
    since = NOON - timedelta(hours=number)
    refused = {"operation": "OpenPlan", "reason": "NO_VALUE", "detail": "There is no value."}
    return found(f"case-{number}", StuckKind.PARKED, cause="parked/OpenPlan/NO_VALUE", since=since, **refused)


async def listed(rows: CaseRows, request: pb.ListStuckRequest) -> list[tuple[str, str]]:
    """Every case with its kind, page by page."""
    told: list[tuple[str, str]] = []
    while True:
        page = await rows.staff.ListStuck(request)
        told += [(each.case_id, pb.StuckKind.Name(each.kind).removeprefix("STUCK_KIND_")) for each in page.stuck]
        if not page.next_page_token:
            return told
        request.page_token = page.next_page_token


async def test_one_cause_is_told_once_with_how_many_cases_it_holds_up(rows: CaseRows) -> None:
    """Since when the first of them is stuck, which is the example; the others are counted, by whatever is asked."""
    (cause,) = (await rows.staff.ListCauses(pb.ListCausesRequest())).causes
    assert (cause.cases, cause.example, cause.kind) == (CASES, "case-4", pb.STUCK_KIND_PARKED)
    assert cause.since.ToSeconds() == int((NOON - timedelta(hours=4)).timestamp())
    assert cause.what == "OpenPlan was refused (NO_VALUE)."
    for wanted, number in (
        (pb.CaseFilter(councils=["example"]), 4),
        (pb.CaseFilter(councils=["other"]), 1),
        (pb.CaseFilter(steps=[pb.STEP_PLAN_MADE]), 1),
        (pb.CaseFilter(on_hold=True), 1),
        (pb.CaseFilter(case_ids=["case-2", "case-3"]), 2),
    ):
        (cause,) = (await rows.staff.ListCauses(pb.ListCausesRequest(filter=wanted))).causes
        assert cause.cases == number
    nobody = pb.CaseFilter(stuck_kinds=[pb.STUCK_KIND_JOURNEY_MISSING])
    assert not (await rows.staff.ListCauses(pb.ListCausesRequest(filter=nobody))).causes


@pytest.mark.parametrize("size", [1, 2, 10])
async def test_nothing_that_is_stuck_is_left_out_between_pages(rows: CaseRows, size: int) -> None:
    """Also where a case is stuck in two ways since the same moment, and several cases are."""
    both = [
        found(f"case-{number}", kind, since=NOON)
        for number in range(CASES)
        for kind in (StuckKind.CLOCK_BREACHED, StuckKind.PERSON_PAST_DUE, StuckKind.PARKED)
    ]
    await rows.stuck(*both)
    told = await listed(rows, pb.ListStuckRequest(page_size=size))
    assert sorted(told) == sorted((finding.case_id, finding.kind.name) for finding in both)


async def test_the_longest_stuck_comes_first(rows: CaseRows) -> None:
    """Of one cause, or of some cases."""
    assert [case for case, _ in await listed(rows, pb.ListStuckRequest())] == [
        f"case-{each}" for each in range(4, -1, -1)
    ]
    await rows.stuck(*(parked(number) for number in (0, 1)), found("case-2", StuckKind.JOURNEY_MISSING, since=NOON))
    cause = "parked/OpenPlan/NO_VALUE"
    assert [case for case, _ in await listed(rows, pb.ListStuckRequest(cause_id=cause))] == ["case-1", "case-0"]
    chosen = pb.ListStuckRequest(cause_id=cause, filter=pb.CaseFilter(on_hold=True))
    assert await listed(rows, chosen) == [("case-1", "PARKED")]
    assert await listed(rows, pb.ListStuckRequest(cause_id="parked")) == []


async def test_a_token_of_one_cause_is_not_one_of_another(rows: CaseRows) -> None:
    """Nor one of another filter."""
    token = (await rows.staff.ListStuck(pb.ListStuckRequest(page_size=2))).next_page_token
    for other in (
        pb.ListStuckRequest(cause_id="parked", page_token=token),
        pb.ListStuckRequest(filter=pb.CaseFilter(open=True), page_token=token),
    ):
        assert (await refusal_of(rows.staff.ListStuck(other))).reason == "CURSOR_FILTER_MISMATCH"
