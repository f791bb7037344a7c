"""A complaint about a case that has ended, with a running suite: nobody answers, and operations see it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from e2e import pages
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2 import EventFilter
from sevensteps.cli.case_view.feed import list_events
from sevensteps.config import Settings
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.caller import PatientCaller, operations

LONGEST_WAIT = 90.0
"""The service looks every minute."""


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A running suite."""
    running = on_free_ports(replace(Settings(), data=tmp_path / "suite"))
    suite = Suite(running, print)
    await suite.start()
    try:
        yield running
    finally:
        await suite.stop()


async def complained(settings: Settings) -> str:
    """A case that has ended, and a complaint about it that should have been answered by now; answers the case's id."""
    token = Keys.existing(settings.data).issue("amy", {Role.PRACTITIONER}, "example-council")
    async with PatientCaller(settings, token) as amy:
        opening = pb.OpenCaseRequest(request_id=str(uuid4()), kind=pb.CASE_KIND_ADULT, person_reference="P-COMPLAINS")
        case = (await amy.ask(opening, pb.OpenCaseResponse)).case
        ending = pb.EndCaseRequest(request_id=str(uuid4()), case_id=case.case_id, etag=case.etag)
        ending.ending = pb.ENDING_SUPPORT_ENDED
        case = (await amy.ask(ending, pb.EndCaseResponse)).case
        long_ago = (clock.today() - timedelta(days=300)).isoformat()
        complaint = pb.RecordComplaintRequest(request_id=str(uuid4()), case_id=case.case_id, etag=case.etag)
        complaint.how, complaint.made_by = pb.MADE_HOW_WRITTEN, pb.MADE_BY_PERSON
        complaint.received_on = complaint.happened_on = long_ago
        complaint.about = "Nobody came."
        await amy.ask(complaint, pb.RecordComplaintResponse)
    return case.case_id


async def told(settings: Settings, case_id: str) -> list[str]:
    """The clocks of which the feed tells that their date has passed."""
    asked = EventFilter(case_id=case_id, types=["complaint.overdue.v1"])
    async with operations(settings) as caller:
        return [json.loads(event.payload)["clock"] async for event in list_events(caller, 0, asked)]


async def listed_as_overdue(settings: Settings, case_id: str) -> list[str]:
    """The lines of a case in the list of what is overdue."""
    listed = await asyncio.to_thread(pages.run, settings, "case", "list", "--overdue")
    return [line for line in listed.splitlines() if case_id in line]


async def test_what_nobody_answers_is_told_and_seen(settings: Settings) -> None:
    """In the feed, though the journey has ended; in the list of what is overdue; and on the page of the case."""
    case_id = await complained(settings)
    limit = monotonic() + LONGEST_WAIT
    while len(clocks := await told(settings, case_id)) < 2:
        assert monotonic() < limit, "it was never told that the dates have passed"
        await asyncio.sleep(1)
    assert sorted(clocks) == ["complaint_acknowledged", "complaint_answered"]
    while not (lines := await listed_as_overdue(settings, case_id)):
        assert monotonic() < limit, "it was never listed"
        await asyncio.sleep(1)
    assert [line.endswith("ended: support ended, complaint overdue") for line in lines] == [True]
    shown = await asyncio.to_thread(pages.run, settings, "case", "show", case_id)
    assert shown.count("(law), which has passed") == 2
    assert "about: Nobody came." in shown
