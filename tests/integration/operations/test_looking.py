"""What is found stuck by the rows and the parts, beside a feed and with nobody else there; and when it is forgotten."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from servers.feed import Feed
from servers.operations import Operations, run_operations, told
from servers.services import NOBODY
from servers.waiting import until
from services.operations.looking import look as looking
from services.operations.looking import troubles
from services.operations.looking.parts import Parts, PartsSeen
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.events import (
    CaseEnded,
    CaseOpened,
    CaseStuck,
    ComplaintRecorded,
    DeterminationConfirmed,
    IndicativeBudgetGiven,
    Payload,
)
from sevensteps.steps import Ending

DAY = timedelta(days=1)
LATE, IN_TIME, SERVED, ANSWERED = "case-late", "case-in-time", "case-served", "case-answered"


@pytest.fixture
async def operations(settings: Settings, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Operations]:
    """Operations that look often, and beside which there is a feed alone."""
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(troubles, "SILENT", timedelta(seconds=0.5))
    nobody = dict.fromkeys(("assessment", "planning", "approval", "review", "temporal"), NOBODY)
    alone = replace(settings, feed=feed.running.address, **nobody)  # type: ignore[arg-type]  # each is an address
    async with run_operations(alone) as operations:
        yield operations


def opened(due_in_days: int) -> CaseOpened:
    """A case whose first step is due so many days from now."""
    return CaseOpened("adult", (clock.today() + due_in_days * DAY).isoformat())


async def append(feed: Feed, case_id: str, *payloads: Payload) -> int:
    """What happens to a case; answers the feed's head."""
    return await feed.append([told(case_id, payload) for payload in payloads])


async def stuck(operations: Operations) -> Sequence[tuple[str, str]]:
    """Which cases are stuck, and how."""
    answer = await operations.staff.ListStuck(pb.ListStuckRequest())
    return sorted((each.case_id, pb.StuckKind.Name(each.kind).removeprefix("STUCK_KIND_")) for each in answer.stuck)


async def comes_to(operations: Operations, *expected: tuple[str, str]) -> None:
    """Wait until this is stuck and nothing else."""

    async def has_come() -> bool:
        return await stuck(operations) == sorted(expected)

    await until(has_come, f"{expected} to be stuck, and nothing else")


async def test_dates_are_found_and_forgotten(feed: Feed, operations: Operations) -> None:
    """Who is past a date, what the law's last day has passed for, also after the end; and no more when that is done."""
    yesterday = (clock.today() - DAY).isoformat()
    await append(feed, LATE, opened(-1))
    await append(feed, IN_TIME, opened(0))
    complaint = ComplaintRecorded("complaint-1", yesterday, "letter", "person", yesterday, "2199-11-27")
    await append(feed, ANSWERED, opened(9), complaint, CaseEnded(Ending.MOVED))
    late, breached = (LATE, "PERSON_PAST_DUE"), (ANSWERED, "CLOCK_BREACHED")
    waits = (LATE, "PART_NOT_ANSWERING")  # nobody tells that its date has passed
    held_up = [waits] if clock.now().hour >= 1 else []
    await comes_to(operations, late, breached, *held_up)
    listed = await operations.staff.ListCases(pb.ListCasesRequest(filter=pb.CaseFilter(stuck=True)))
    assert {row.case_id for row in listed.cases} == {LATE, ANSWERED}
    [told_late] = [
        each
        for each in (await operations.staff.ListStuck(pb.ListStuckRequest())).stuck
        if each.kind == pb.STUCK_KIND_PERSON_PAST_DUE
    ]
    assert clock.day_in_words(clock.today() - DAY) in told_late.what
    assert told_late.seen_at.ToMilliseconds() >= told_late.found_at.ToMilliseconds()
    await append(feed, LATE, CaseEnded(Ending.MOVED))
    await comes_to(operations, breached)


async def test_a_look_tells_the_feed_what_it_has_found(feed: Feed, operations: Operations) -> None:
    """Once, however often it looks: whose turn it is, and by what the case is stuck."""
    await append(feed, LATE, opened(-1))

    async def told_late() -> Sequence[CaseStuck]:
        events = [event for event in await feed.everything() if event.type == CaseStuck.TYPE]
        payloads = [CaseStuck.of(event.payload) for event in events]
        return [payload for payload in payloads if payload.kind == "person_past_due"]

    async def is_told() -> bool:
        return bool(await told_late())

    await until(is_told, "the event of a case that is late")
    first = (await operations.view()).looked_at
    await until(lambda: _has_looked_after(operations, first), "another look")
    [late] = await told_late()
    assert late.whom == "practitioner"


async def _has_looked_after(operations: Operations, moment: Timestamp) -> bool:
    return (await operations.view()).looked_at.ToMilliseconds() > moment.ToMilliseconds()


async def test_one_silent_part_and_the_cases_that_wait_for_it(feed: Feed, operations: Operations) -> None:
    """Temporal does not answer: one cause, which says how many cases it holds up. The services are told too."""
    determined = DeterminationConfirmed(1, "d", True, ["hygiene"], ["amy"], record_due="2199-06-30")
    await append(feed, SERVED, opened(9), determined, IndicativeBudgetGiven(1, "82.91", "amy"))
    await comes_to(operations, (SERVED, "PART_NOT_ANSWERING"))
    answer = await operations.staff.ListCauses(pb.ListCausesRequest())
    causes = {cause.what: cause for cause in answer.causes}
    services = {f"The {name} service does not answer." for name in ("assessment", "planning", "approval", "review")}
    assert set(causes) == {"Temporal does not answer.", *services}
    assert {cause.cases for what, cause in causes.items() if what in services} == {0}
    assert causes["Temporal does not answer."].cases == 1
    assert set(answer.view.silent) == {"temporal", "assessment", "planning", "approval", "review"}
    assert answer.view.HasField("looked_at")


async def test_whatever_goes_wrong_is_waited_out(
    feed: Feed, operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that fails is made again: what has changed meanwhile is found then."""
    await comes_to(operations)
    look = Parts.look
    failed = 0

    async def fail(parts: Parts) -> PartsSeen:
        nonlocal failed
        failed += 1
        if failed <= 3:
            raise RuntimeError("unforeseen")
        return await look(parts)

    monkeypatch.setattr(Parts, "look", fail)
    await append(feed, LATE, opened(-1))

    async def is_found() -> bool:
        return (LATE, "PERSON_PAST_DUE") in await stuck(operations)

    await until(is_found, "the late case to be found")
    assert failed > 3
