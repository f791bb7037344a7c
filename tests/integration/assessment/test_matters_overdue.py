"""Dates of complaints and requests that have passed: the service tells each once, and the list of cases shows it."""

import asyncio
import json
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from integration.assessment.practice import Practice, days_ago
from servers.services import SuiteOf
from servers.waiting import until
from services.assessment import case_pages, matter_store, passed_dates
from services.assessment.domain.case import CasesWanted
from services.assessment.matters_overdue import PASSED, tell_passed
from services.assessment.tables import matter_clocks
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.councils import Councils
from sevensteps.events import AccessRequestOverdue, ComplaintOverdue
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.service.migrations import upgrade
from sevensteps.service.pack_archive import Archive
from sevensteps.service.tables import outbox
from sevensteps.service.work import Work

LATE = days_ago(300)
"""Whatever was received then is overdue by every clock."""


async def told(work: Practice) -> list[dict[str, str]]:
    """What was told of dates of the case's complaints and requests, in order."""
    of_case = (
        sa.select(outbox.c.payload, outbox.c.actor)
        .where(outbox.c.case_id == work.case.case_id, outbox.c.type.like("%.overdue.v1"))
        .order_by(outbox.c.seq)
    )
    rows = await work.running.store.read(lambda connection: connection.execute(of_case).all())
    assert {row.actor for row in rows} <= {"assessment"}
    return [json.loads(row.payload) for row in rows]


async def test_a_date_that_has_passed_is_told_once(work: Practice) -> None:
    """Each clock by its own name and date, however often the service looks; the records say that it was told."""
    await work.open()
    complaint, asked = await work.complain(received_on=LATE), await work.ask_for_data(received_on=LATE)
    for _ in range(2):
        await tell_passed(work.running.store)
    assert sorted(await told(work), key=str) == sorted(
        [
            {"complaint_id": complaint.complaint_id, "clock": "complaint_acknowledged", "due_on": first.due_on}
            for first in complaint.clocks[:1]
        ]
        + [
            {"complaint_id": complaint.complaint_id, "clock": "complaint_answered", "due_on": last.due_on}
            for last in complaint.clocks[1:]
        ]
        + [{"access_request_id": asked.access_request_id, "due_on": asked.clocks[0].due_on}],
        key=str,
    )
    listed = await work.amy.ListComplaints(pb.ListComplaintsRequest(case_id=work.case.case_id))
    assert [each.overdue_told for each in listed.complaints[0].clocks] == [True, True]


async def test_what_is_due_today_or_done_is_not_told(work: Practice) -> None:
    """The day itself still counts; what was withdrawn or acknowledged waits for nothing."""
    await work.open()
    await work.complain(received_on=LATE)
    withdrawal = work.on_case(pb.WithdrawComplaintRequest(because="All is well."))
    work.case = (await work.amy.WithdrawComplaint(withdrawal)).case
    today = await work.complain()
    due_today = matter_clocks.update().where(matter_clocks.c.matter_id == today.complaint_id)
    await work.running.store.write(lambda connection: connection.execute(due_today.values(due_on=clock.today())))
    await tell_passed(work.running.store)
    assert await told(work) == []


async def test_a_date_that_moves_is_told_anew(work: Practice) -> None:
    """More time was agreed, though it was recorded late; once that is over too, it is told again."""
    await work.open()
    complaint = await work.complain(received_on=LATE)
    await tell_passed(work.running.store)
    agreed = pb.ExtendComplaintRequest(agreed_until=days_ago(1), agreed_on=days_ago(290), because="Asked the agency.")
    await work.amy.ExtendComplaint(work.on_case(agreed))
    await tell_passed(work.running.store)
    answered = [each["due_on"] for each in await told(work) if each["clock"] == "complaint_answered"]
    assert answered == [complaint.clocks[1].due_on, days_ago(1)]


async def test_it_is_told_of_ended_cases_too(work: Practice) -> None:
    """No journey is there any more: the service looks for itself."""
    await work.open()
    await work.end()
    await work.ask_for_data(received_on=LATE)
    await tell_passed(work.running.store)
    assert [*map(sorted, await told(work))] == [["access_request_id", "due_on"]]


async def test_the_service_looks_by_itself(suite_of: SuiteOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it runs: nobody has to ask."""
    monkeypatch.setattr(passed_dates, "LOOK_SECONDS", 0.05)
    async with suite_of("assessment") as running:
        work = Practice(running)
        await work.open()
        await work.ask_for_data(received_on=LATE)

        async def is_told() -> bool:
            return len(await told(work)) == 1

        await until(is_told, "the date that has passed")


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_several_instances_tell_each_date_once(suite_of: SuiteOf, database: str) -> None:
    """What one has under way another passes over, and nothing is told twice or left out."""
    async with suite_of("assessment", database=database) as one, suite_of("assessment", database=database) as other:
        work = Practice(one)
        await work.open()
        for _ in range(30):
            await work.ask_for_data(received_on=LATE)
        await asyncio.gather(*(tell_passed(each.store) for each in (one, other, one, other)))
        ids = [each["access_request_id"] for each in await told(work)]
        assert len(ids) == len(set(ids)) == 30


def test_events_say_what_the_feed_lists() -> None:
    """Their types are those that integrators filter by."""
    assert (ComplaintOverdue.TYPE, AccessRequestOverdue.TYPE) == ("complaint.overdue.v1", "access_request.overdue.v1")


async def test_the_list_of_cases_shows_what_waits(work: Practice) -> None:
    """Open cases, and those that have ended and wait: in their order, with each date, across pages."""
    cases = []
    for ends, waits in ((False, False), (True, True), (False, True), (True, False)):
        await work.open()
        if ends:
            await work.end()
        if waits:
            await work.ask_for_data(received_on=LATE)
        cases.append(work.case.case_id)
    asked = pb.ListCasesRequest(open_or_waiting=True, page_size=2)
    listed: list[str] = []
    waiting: list[pb.WaitingMatter] = []
    while not listed or asked.page_token:
        page = await work.amy.ListCases(asked)
        listed += [case.case_id for case in page.cases]
        waiting += page.waiting
        asked.page_token = page.next_page_token
    assert [case for case in listed if case in cases] == cases[:3]
    assert len(listed) == len(set(listed))
    mine = [each for each in waiting if each.case_id in cases]
    assert [each.case_id for each in mine] == cases[1:3]
    assert {each.clock for each in mine} == {pb.MATTER_CLOCK_KIND_ACCESS_REQUEST}
    assert all(each.due_on < clock.today().isoformat() for each in mine)


@pytest.mark.parametrize("council", ["example", EVERY_COUNCIL])
def test_what_waits_is_read_from_an_index(tmp_path: Path, council: str) -> None:
    """Neither the look for what has passed nor the list of cases reads what is done, or all cases that have ended."""
    upgrade("assessment", "", tmp_path)
    engine = sa.create_engine(f"sqlite:///{tmp_path}/assessment.db")
    said: list[tuple[str, object]] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _note(_: object, __: object, statement: str, values: object, *___: object) -> None:
        said.append((statement, values))

    actor = Actor("aud", frozenset({Role.AUDITOR}), council)
    with engine.connect() as connection:
        work = Work(connection, actor, clock.now(), cast("Archive", None), cast("Councils", None))
        wanted = CasesWanted(open_only=False, person_reference="", same_person=False, open_or_waiting=True)
        case_pages.page_of_cases(work, after=7, wanted=wanted, size=50)
        list(matter_store.waiting(work, ["case-1", "case-2"]))
        connection.execute(PASSED, {"today": clock.today()})
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", values).all() for each, values in tuple(said)]  # type: ignore[arg-type]
    engine.dispose()
    open_ones, ended_ones, waiting, passed = (" ".join(str(row[-1]) for row in plan) for plan in plans)
    assert "open_cases_" in open_ones
    assert "USING INDEX running_clocks" in ended_ones
    assert "SEARCH cases USING INDEX sqlite_autoindex_cases_1 (case_id=?)" in ended_ones
    assert "SEARCH matter_clocks USING INDEX running_clocks (case_id=?)" in waiting
    assert "SEARCH matter_clocks USING INDEX untold_clocks (due_on<?)" in passed
