"""Finding cases by where they stand: every filter, every order, page by page, each council its own."""

from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import pytest

from servers.case_rows import CaseRows, days_from_now, found, run_case_rows
from servers.postgres import PostgresServer
from servers.services import NOBODY, PACK, refusal_of
from services.operations.domain.finding import StuckKind
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.events import (
    CaseAssigned,
    CaseEnded,
    CaseEscalated,
    CaseOpened,
    ComplaintRecorded,
    HoldPlaced,
    LifeOpened,
    MoneyOpened,
    PlanOpened,
)
from sevensteps.identity.actor import Role
from sevensteps.steps import DueKind, Ending, HoldReason

Filter = pb.CaseFilter


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CaseRows]:
    """Seven cases, as SCENE has them; tests that change something have rows of their own."""
    database = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.create_database(f"operations_{uuid4().hex}")
    settings = Settings(data=tmp_path_factory.mktemp("operations"), database=database, pack=PACK, feed=NOBODY)
    async with run_case_rows(settings) as case_rows:
        await fill(case_rows)
        yield case_rows


async def fill(rows: CaseRows) -> None:
    """Each case is named after what is special about it; they were opened 70, 60 ... days ago, in this order.

    late is overdue in step 1, and the team north's; planning is in step 2 and was escalated, held in step 3 on hold;
    lawful waits in step 6 for a date of law; ended has a complaint that is overdue; paying is in step 4 and parked;
    near has a date of law that is near, and was given on to the team south.
    """
    await rows.happen("late", CaseOpened("adult", days_from_now(-1)), days_ago=70)
    await rows.happen("planning", CaseOpened("carer", days_from_now(-30)), days_ago=60)
    await rows.happen("planning", PlanOpened(1, days_from_now(5)), days_ago=20)
    await rows.happen("held", CaseOpened("adult", days_from_now(2)), days_ago=50, council="other")
    await rows.happen("held", HoldPlaced(HoldReason.HOSPITAL), days_ago=10, council="other")
    await rows.happen("lawful", CaseOpened("adult", days_from_now(-30)), days_ago=40)
    await rows.happen("lawful", LifeOpened(1, 1, days_from_now(30), DueKind.HARD, "R1"), days_ago=3)
    complaint = ComplaintRecorded(
        "complaint-1", days_from_now(-9), "letter", "person", days_from_now(-2), days_from_now(90)
    )
    await rows.happen("ended", CaseOpened("adult", days_from_now(9)), complaint, days_ago=30)
    await rows.happen("ended", CaseEnded(Ending.MOVED), days_ago=2)
    await rows.happen("paying", CaseOpened("adult", days_from_now(9)), days_ago=20, council="other")
    await rows.happen("paying", MoneyOpened(1, days_from_now(12)), days_ago=1, council="other")
    await rows.happen("near", CaseOpened("carer", days_from_now(9)), days_ago=15)
    await rows.happen("late", CaseAssigned("north"), days_ago=12)
    await rows.happen("near", CaseAssigned("north"), CaseAssigned("south"), days_ago=12)
    await rows.happen("planning", CaseEscalated("service_manager"), days_ago=12)
    await rows.stuck(
        found("paying", StuckKind.PARKED, cause="parked/OpenSupport", operation="OpenSupport", reason="NO_VALUE"),
        found("late", StuckKind.PERSON_PAST_DUE, cause="person_past_due/determination"),
        found("near", StuckKind.CLOCK_NEAR, clock="the review"),
    )


async def listed(rows: CaseRows, request: pb.ListCasesRequest) -> Sequence[str]:
    return [row.case_id for row in (await rows.staff.ListCases(request)).cases]


ALL = ["late", "planning", "held", "lawful", "ended", "paying", "near"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), ALL),
        (Filter(case_ids=["near", "late", "nobody"]), ["late", "near"]),
        (Filter(councils=["other"]), ["held", "paying"]),
        (Filter(councils=["other", "example"]), ALL),
        (Filter(councils=["nowhere"]), []),
        (Filter(case_kinds=["carer"]), ["planning", "near"]),
        (Filter(case_kinds=["carer", "adult"]), ALL),
        (Filter(steps=[pb.STEP_PLAN_MADE]), ["planning"]),
        (Filter(steps=[pb.STEP_PLAN_MADE, pb.STEP_MONEY_ORGANISED]), ["planning", "paying"]),
        (Filter(whom=[pb.WHOM_PRACTITIONER]), ["late", "near"]),
        (Filter(whom=[pb.WHOM_FINANCE, pb.WHOM_CLOCK]), ["lawful", "paying"]),
        (Filter(waiting_for=[pb.WAITING_FOR_RELEASE]), ["held"]),
        (Filter(waiting_for=[pb.WAITING_FOR_PLAN, pb.WAITING_FOR_MONEY]), ["planning", "paying"]),
        (Filter(waiting_for=[pb.WAITING_FOR_NOTHING]), ["ended"]),
        (Filter(stuck=True), ["late", "paying"]),
        (Filter(stuck_kinds=[pb.STUCK_KIND_PARKED]), ["paying"]),
        (Filter(stuck_kinds=[pb.STUCK_KIND_PARKED, pb.STUCK_KIND_CLOCK_NEAR]), ["paying", "near"]),
        (Filter(overdue=True), ["late", "ended"]),
        (Filter(due_from=days_from_now(5)), ["planning", "lawful", "paying", "near"]),
        (Filter(due_from=days_from_now(6)), ["lawful", "paying", "near"]),
        (Filter(due_before=days_from_now(5)), ["late", "ended"]),
        (Filter(due_before=days_from_now(6)), ["late", "planning", "ended"]),
        (Filter(due_from=days_from_now(5), due_before=days_from_now(10)), ["planning", "near"]),
        (Filter(hard=True), ["lawful", "ended"]),
        (Filter(on_hold=True), ["held"]),
        (Filter(teams=["north"]), ["late"]),
        (Filter(teams=["north", "south"]), ["late", "near"]),
        (Filter(teams=["", "south"]), ["planning", "held", "lawful", "ended", "paying", "near"]),
        (Filter(teams=["west"]), []),
        (Filter(escalated=True), ["planning"]),
        (Filter(escalated=True, teams=["north"]), []),
        (Filter(open=True), [case for case in ALL if case != "ended"]),
        (Filter(opened_before=days_from_now(-50)), ["late", "planning"]),
        (Filter(opened_before=days_from_now(-49)), ["late", "planning", "held"]),
        (Filter(waiting_since_before=days_from_now(-15), open=True), ["late", "planning"]),
        (Filter(waiting_since_before=days_from_now(-14), open=True), ["late", "planning", "near"]),
        (Filter(councils=["other"], on_hold=True), ["held"]),
        (Filter(councils=["example"], on_hold=True), []),
        (Filter(overdue=True, hard=True), ["ended"]),
    ],
    ids=lambda value: str(value).replace("\n", " ").strip() if isinstance(value, Filter) else "",
)
async def test_a_filter_finds_the_cases_that_meet_it(rows: CaseRows, wanted: Filter, expected: list[str]) -> None:
    """Of several values of one field any is enough, of several fields each must hold; a day before is that day not."""
    assert await listed(rows, pb.ListCasesRequest(filter=wanted)) == expected
    first = await rows.staff.ListCases(pb.ListCasesRequest(filter=wanted, page_size=1, with_total=True))
    assert first.total_size == len(expected)
    counted = await rows.staff.CountCases(pb.CountCasesRequest(filter=wanted))
    assert counted.cases == len(expected)


async def test_all_are_counted_where_that_is_asked_for(rows: CaseRows) -> None:
    """On whichever page; the next page is the same, counted or not."""
    first = await rows.staff.ListCases(pb.ListCasesRequest(page_size=3))
    assert first.total_size == 0
    for with_total, total in ((True, len(ALL)), (False, 0)):
        request = pb.ListCasesRequest(page_size=3, page_token=first.next_page_token, with_total=with_total)
        page = await rows.staff.ListCases(request)
        assert [row.case_id for row in page.cases] == ALL[3:6]
        assert page.total_size == total


async def test_dates_of_law_are_counted_day_by_day(settings: Settings) -> None:
    """Of open cases, those whose first date is one of law, on each of the next 14 days that has any."""
    due = {"today": 0, "soon": 3, "as-soon": 3, "last": 13, "late": -1, "later": 14, "ended": 3, "soft": 3}
    async with run_case_rows(settings) as rows:
        for case_id, days in due.items():
            kind = DueKind.SOFT if case_id == "soft" else DueKind.HARD
            await rows.happen(case_id, CaseOpened("adult", days_from_now(-30)), days_ago=40)
            await rows.happen(case_id, LifeOpened(1, 1, days_from_now(days), kind, "R1"), days_ago=3)
        await rows.happen("ended", CaseEnded(Ending.MOVED), days_ago=1)
        counted = await rows.staff.CountCases(pb.CountCasesRequest())
        expected = [(days_from_now(0), 1), (days_from_now(3), 2), (days_from_now(13), 1)]
        assert [(each.day, each.cases) for each in counted.law_days] == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (pb.ORDER_UNSPECIFIED, ALL),
        (pb.ORDER_DUE, ["ended", "late", "planning", "near", "paying", "lawful", "held"]),
        (pb.ORDER_SINCE, ["late", "planning", "near", "held", "lawful", "ended", "paying"]),
        (pb.ORDER_STEP, ["late", "held", "ended", "near", "planning", "paying", "lawful"]),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_each_order_goes_both_ways_page_by_page(
    rows: CaseRows, order: pb.Order.ValueType, expected: list[str], size: int
) -> None:
    """Every case once, whatever the size of a page. What has no date is due last; in a step the oldest is first."""
    for descending, wanted in ((False, expected), (True, expected[::-1])):
        request = pb.ListCasesRequest(order=order, descending=descending, page_size=size)
        pages, cases = 0, list[str]()
        while True:
            page = await rows.staff.ListCases(request)
            pages, cases = pages + 1, cases + [row.case_id for row in page.cases]
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        assert cases == wanted
        assert pages == -(-len(ALL) // size)


@pytest.mark.parametrize(
    "other",
    [
        pb.ListCasesRequest(filter=Filter(open=True)),
        pb.ListCasesRequest(filter=Filter(councils=["example"])),
        pb.ListCasesRequest(order=pb.ORDER_DUE),
        pb.ListCasesRequest(descending=True),
    ],
)
async def test_a_token_belongs_to_its_filter_and_its_order(rows: CaseRows, other: pb.ListCasesRequest) -> None:
    """With another one it is refused, and so is one that no answer has had; another size of page is no other list."""
    first = await rows.staff.ListCases(pb.ListCasesRequest(page_size=2))
    assert await listed(rows, pb.ListCasesRequest(page_size=3, page_token=first.next_page_token)) == ALL[2:5]
    asked = pb.ListCasesRequest()
    asked.CopyFrom(other)
    asked.page_token = first.next_page_token
    assert (await refusal_of(rows.staff.ListCases(asked))).reason == "CURSOR_FILTER_MISMATCH"
    asked.page_token = first.next_page_token[1:]
    assert (await refusal_of(rows.staff.ListCases(asked))).reason == "CURSOR_INVALID"
    stuck = pb.ListStuckRequest(page_token=first.next_page_token)
    assert (await refusal_of(rows.staff.ListStuck(stuck))).reason == "CURSOR_FILTER_MISMATCH"


async def test_a_councils_own_staff_see_their_own_cases_only(rows: CaseRows) -> None:
    """Whatever they ask for: cases, counts, causes or what is stuck."""
    everybody = Filter(councils=["other", "example"])
    there = rows.caller(Role.PRACTITIONER, "other")
    page = await there.ListCases(pb.ListCasesRequest(filter=everybody))
    assert [row.case_id for row in page.cases] == ["held", "paying"]
    assert not (await there.ListCases(pb.ListCasesRequest(filter=Filter(case_ids=["late"])))).cases
    assert (await there.CountCases(pb.CountCasesRequest(filter=everybody))).cases == 2
    causes = (await there.ListCauses(pb.ListCausesRequest(filter=everybody))).causes
    assert [(cause.kind, cause.example) for cause in causes] == [(pb.STUCK_KIND_PARKED, "paying")]
    stuck = (await there.ListStuck(pb.ListStuckRequest(filter=everybody))).stuck
    assert [each.case_id for each in stuck] == ["paying"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Filter(case_ids=["case-1"] * 1001), "filter.case_ids"),
        (Filter(councils=["example"] * 101), "filter.councils"),
        (Filter(teams=["north"] * 101), "filter.teams"),
        (Filter(case_kinds=["child"]), "filter.case_kinds[0]"),
        (Filter(steps=[pb.STEP_UNSPECIFIED]), "filter.steps[0]"),
        (Filter(whom=[pb.WHOM_PERSON, 99]), "filter.whom[1]"),  # type: ignore[list-item]
        (Filter(waiting_for=[99]), "filter.waiting_for[0]"),  # type: ignore[list-item]
        (Filter(stuck_kinds=[pb.STUCK_KIND_PARKED] * 101), "filter.stuck_kinds"),
        (Filter(due_from="tomorrow"), "filter.due_from"),
        (Filter(due_before="2026-02-30"), "filter.due_before"),
        (Filter(opened_before="1 June"), "filter.opened_before"),
        (Filter(waiting_since_before="2026"), "filter.waiting_since_before"),
        (Filter(waiting_since_before="0001-01-01"), "filter.waiting_since_before"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(rows: CaseRows, wrong: Filter, field: str) -> None:
    """So that nobody takes an empty list for an answer."""
    fault = await refusal_of(rows.staff.ListCases(pb.ListCasesRequest(filter=wrong)))
    assert [violation.field for violation in fault.violations] == [field]


async def test_a_filter_is_asked_again_on_every_page(settings: Settings) -> None:
    """A case that no longer meets it is not on a later page, and one that now does is; no case is there twice."""
    async with run_case_rows(settings) as rows:
        for number in range(6):
            await rows.happen(f"case-{number}", CaseOpened("adult", days_from_now(9)), days_ago=20 - number)
        await rows.happen("case-5", HoldPlaced(HoldReason.AWAY))
        asked = pb.ListCasesRequest(filter=Filter(waiting_for=[pb.WAITING_FOR_DETERMINATION]), page_size=2)
        first = await rows.staff.ListCases(asked)
        assert [row.case_id for row in first.cases] == ["case-0", "case-1"]
        await rows.happen("case-0", HoldPlaced(HoldReason.AWAY))
        await rows.happen("case-2", HoldPlaced(HoldReason.AWAY))
        await rows.happen("case-6", CaseOpened("adult", days_from_now(9)))
        asked.page_token, asked.page_size = first.next_page_token, 10
        rest = await rows.staff.ListCases(asked)
        assert [row.case_id for row in rest.cases] == ["case-3", "case-4", "case-6"]
