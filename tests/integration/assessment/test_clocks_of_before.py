"""Complaints and access requests while a pack of before decides, which has neither of the newest clocks."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from integration.assessment.practice import Practice, days_ago
from servers.services import NOBODY, PACK, refusal_of, run_service
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Kind

NEWEST = re.compile(
    r"^  (extended|due_complaint_made|due_extended_day|due_extended_request): .*\n"  # facts
    r"|^      - row: (T10/made|T11/extended)\n(        .*\n)+"
    r"|^  deadlines\.(complaint_made_months|access_request_extended_months):\n(    .*\n)+"
    r"|^  - \{name: .*(clock: complaint_made|extended: true|of which it is not said).*\n",  # worked cases
    re.MULTILINE,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder of packs as they were before these clocks."""
    packs = tmp_path / "packs"
    shutil.copytree(Settings().policies, packs)
    for folder in ("rules", "parameters", "cases"):
        file = packs / "england" / folder / "deadlines.yaml"
        text = NEWEST.sub("", file.read_text(encoding="utf-8"))
        text = text.replace("complaint_made, ", "").replace(", extended: false", "")
        text = text.replace("{all: [{clock: access_request}, {not: {extended: true}}]}", "{clock: access_request}")
        assert "extended" not in text.replace("T10/extended", "").replace("complaint_extended", "")
        file.write_text(text, encoding="utf-8")
    return replace(Settings(), data=tmp_path / "data", policies=packs, pack=PACK, feed=NOBODY)


async def test_what_the_pack_of_before_does_not_know_is_not_asked_of_it(settings: Settings) -> None:
    """A complaint is taken whenever it was made; more time for data is refused, and says what to publish."""
    async with run_service("assessment", settings) as running:
        work = Practice(running)
        await work.open()
        complaint = await work.complain(happened_on=days_ago(800))
        assert [clock.running for clock in complaint.clocks] == [True, True]
        await work.ask_for_data()
        longer = work.on_case(pb.ExtendAccessRequestRequest(because="Four paper files."))
        fault = await refusal_of(work.amy.ExtendAccessRequest(longer))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "NO_MORE_TIME")
    assert "access_request" in fault.detail
