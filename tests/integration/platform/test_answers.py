"""Answers that are kept: for a day, each for its own asker, without what the records hold anyway."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from integration.assessment.practice import Practice, opening
from integration.planning.case import PlanningCase
from servers.services import NOBODY, PACK, Running, SharedService, SuiteOf, refusal_of, run_suite
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.identity.actor import Actor, Role
from sevensteps.service import answers, deciding_service
from sevensteps.service.answers import Asked
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store
from sevensteps.service.store import Store
from sevensteps.service.tables import answers as table

WORDS = "I want to cook for my sister again. "


async def two_days_later(running: Running) -> None:
    """What is kept for a day is gone."""

    def forget(connection: sa.Connection) -> None:
        while answers.forget(connection, clock.now() + timedelta(days=2)):
            pass

    await running.store.write(forget)


async def kept(store: Store) -> list[bytes]:
    """Every answer that is kept."""
    return list(await store.read(lambda connection: connection.execute(sa.select(table.c.response)).scalars().all()))


async def test_a_hundred_saves_of_a_plan_keep_no_word_of_it(suite_of: SuiteOf, database: str) -> None:
    """An answer that says how planning stands holds which version was saved. The plan itself is stored once."""
    async with suite_of("planning", database=database) as running:
        case = PlanningCase(running)
        await case.open_plan()
        request = await case.draft()
        for question in request.answers:
            request.answers[question] = WORDS * 500
        for _ in range(20):
            request.request_id = str(uuid4())
            request.etag = (await case.pat.SavePlan(request)).planning.etag
        await case.pat.SubmitPlan(await case.submission())
        await case.journey.OpenMoney(case.opening_of_money())
        await case.fin.ArrangeMoney(await case.holding())
        await case.journey.OpenSupport(case.opening_of_support())
        await case.pat.ArrangeSupport(await case.arrangement())
        responses = await kept(running.store)
    assert len(responses) > 20
    assert max(map(len, responses)) < 1000
    assert not any(WORDS.strip().encode() in response for response in responses)


async def test_a_save_that_is_sent_again_is_answered_with_the_version_that_it_saved(
    shared_service: SharedService,
) -> None:
    """The same answer while nothing has changed. Then the version as it is now, with the etag of then: it is stale."""
    case = PlanningCase(await shared_service("planning"))
    await case.open_plan()
    first = await case.draft()
    answer = await case.pat.SavePlan(first)
    assert answer.planning.plan.answers["important"]
    assert await case.pat.SavePlan(first) == answer
    second = await case.draft()
    second.answers["important"] = "Something else."
    await case.pat.SavePlan(second)
    again = (await case.pat.SavePlan(first)).planning
    assert again.plan.answers["important"] == "Something else."
    assert (again.plan.version, again.etag) == (1, answer.planning.etag)
    submission = await case.submission()
    submitted = await case.pat.SubmitPlan(submission)
    assert await case.pat.SubmitPlan(submission) == submitted


async def test_what_is_sent_again_after_two_days_is_not_done_twice(shared_service: SharedService) -> None:
    """A change that takes an etag is refused as stale, and an opening, which takes none, answers the case it opened."""
    planning = await shared_service("planning")
    case = PlanningCase(planning)
    await case.open_plan()
    save = await case.draft()
    await case.pat.SavePlan(save)
    told = await case.events()
    await two_days_later(planning)
    fault = await refusal_of(case.pat.SavePlan(save))
    assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    assert await case.events() == told

    assessment = await shared_service("assessment")
    amy = Practice(assessment).amy
    request = opening()
    opened = await amy.OpenCase(request)
    await two_days_later(assessment)
    assert await amy.OpenCase(request) == opened


@pytest.fixture
async def store(tmp_path: Path, database: str) -> AsyncIterator[Store]:
    """Assessment's records, without a service that forgets beside the test."""
    await asyncio.to_thread(upgrade, "assessment", database, tmp_path)
    records = open_store(database, tmp_path, "assessment")
    yield records
    await records.close()


async def test_answers_are_forgotten_in_small_portions_and_only_when_they_have_expired(store: Store) -> None:
    """The oldest first, at most so many a transaction; one that has not expired, or is kept for good, stays."""
    now = clock.now()
    expired = [now - timedelta(seconds=1)] * (2 * answers.PORTION + 1)
    await store.write(lambda connection: fill(connection, [*expired, now + timedelta(hours=1), None]))
    counts = [await store.write(lambda connection: answers.forget(connection, now)) for _ in range(4)]
    assert counts == [answers.PORTION, answers.PORTION, 1, 0]
    assert len(await kept(store)) == 2


async def test_a_service_forgets_by_itself(tmp_path: Path, database: str) -> None:
    """From its start on, while nobody asks anything of it."""
    settings = Settings(data=tmp_path, database=database, pack=PACK, feed=NOBODY)
    await asyncio.to_thread(upgrade, "assessment", database, tmp_path)
    store = open_store(database, tmp_path, "assessment")
    past = clock.now() - timedelta(minutes=1)
    await store.write(lambda connection: fill(connection, [past] * (answers.PORTION + 1)))
    await store.close()
    async with run_suite("assessment", settings) as running, asyncio.timeout(10):
        while await kept(running.store):  # noqa: ASYNC110 - there is no signal to wait for
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("database", [""])
async def test_what_was_forgotten_is_told_once_a_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line with their number, when the day is over."""
    past = clock.now() - timedelta(minutes=1)
    await store.write(lambda connection: fill(connection, [past] * (answers.PORTION + 3)))
    monkeypatch.setattr(deciding_service, "LOOK_SECONDS", 0.001)
    today = clock.today()
    with capture_logs() as logged:
        forgetting = asyncio.create_task(deciding_service.forget_answers(store))
        while await kept(store):  # noqa: ASYNC110 - there is no signal to wait for
            await asyncio.sleep(0.02)
        assert logged == []
        monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=1))
        while not logged:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
        forgetting.cancel()
    assert [(line["event"], line["count"]) for line in logged] == [
        ("answers that had expired are forgotten", answers.PORTION + 3)
    ]


def fill(connection: sa.Connection, expiries: list[object]) -> None:
    """Store an answer of somebody for each moment."""
    for expires in expiries:
        answers.add(connection, Asked("example", "amy", str(uuid4()), "f"), b"", expires)  # type: ignore[arg-type]


@pytest.fixture
async def upgraded(tmp_path: Path, database: str) -> assessment_pb2.OpenCaseRequest:
    """Records that had their answers by request id alone and were upgraded since. Answers what Amy had asked."""
    await asyncio.to_thread(upgrade, "assessment", database, tmp_path, "0001")
    request = opening()
    asked = Asked.by(Actor("amy", frozenset({Role.PRACTITIONER}), "example"), request, request.request_id)
    response = assessment_pb2.OpenCaseResponse(case=assessment_pb2.Case(case_id="case-of-then")).SerializeToString()
    add = sa.text("INSERT INTO answers VALUES (:request_id, :fingerprint, :response, :answered_at)")
    rows = [
        {"request_id": request_id, "fingerprint": asked.fingerprint, "response": response, "answered_at": answered_at}
        for request_id, answered_at in (
            (request.request_id, clock.as_text(clock.now() - timedelta(hours=2))),
            (str(uuid4()), clock.as_text(clock.now() - timedelta(days=2))),
        )
    ]
    store = open_store(database, tmp_path, "assessment")
    await store.write(lambda connection: connection.execute(add, rows))
    await store.close()
    return request


async def test_an_answer_from_before_the_upgrade_is_given_again(
    tmp_path: Path, database: str, upgraded: assessment_pb2.OpenCaseRequest
) -> None:
    """To whoever asked, and to nobody else: another is not in the way, even of the same id. An old one is gone."""
    async with run_suite("assessment", Settings(data=tmp_path, database=database, pack=PACK, feed=NOBODY)) as running:
        assert len(await kept(running.store)) == 1
        work = Practice(running)
        assert (await work.amy.OpenCase(upgraded)).case.case_id == "case-of-then"
        ben = work.caller(Role.PRACTITIONER, subject="ben")
        assert (await ben.OpenCase(upgraded)).case.case_id.startswith("case-")
        assert (await ben.OpenCase(upgraded)).case.case_id != "case-of-then"
        assert len((await work.amy.ListCases(assessment_pb2.ListCasesRequest())).cases) == 1
