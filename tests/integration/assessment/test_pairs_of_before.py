"""Cases of one person that were open side by side before an upgrade: they survive it, and are listed."""

import asyncio
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from integration.assessment.practice import Practice, opening
from servers.services import NOBODY, PACK, reason_of, refusal_of, run_suite
from services.assessment.tables import cases
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.config import Settings
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store

BEFORE = "0003"
ROW = {
    "round": 1, "assessment_open": True, "assessment_due": date(2026, 6, 2), "pack": "", "on_hold": False, "version": 1,
}  # fmt: skip
STORED = (
    ("case-newer", "example", "adult", "P-1", "2026-05-07", ""),
    ("case-older", "example", "adult", "P-1", "2026-05-06", ""),
    ("case-ended", "example", "adult", "P-1", "2026-05-05", "moved"),
    ("case-carer", "example", "carer", "P-1", "2026-05-05", ""),
    ("case-there", "elsewhere", "adult", "P-1", "2026-05-05", ""),
    ("case-spaces", "example", "adult", " É-2 ", "2026-05-05", ""),
    ("case-accent", "example", "adult", "E\u0301-2", "2026-05-06", ""),
    ("case-blank", "example", "adult", "  ", "2026-05-05", ""),
)
"""Id, council, kind, reference, day of opening and ending of each case, in the order of their numbers."""


async def fill(database: str, data: Path) -> None:
    """Store the cases as the release before stored them."""
    names = ("case_id", "council", "kind", "person_reference", "opened_at", "ending")
    rows = [
        {**ROW, **dict(zip(names, stored, strict=True)), "position": number}
        for number, stored in enumerate(STORED, start=1)
    ]
    for row in rows:
        row["opened_at"] = f"{row['opened_at']}T09:30:00.000Z"
    await asyncio.to_thread(upgrade, "assessment", database, data, BEFORE)
    store = open_store(database, data, "assessment")
    await store.write(lambda connection: connection.execute(sa.insert(cases), rows))
    await store.close()


async def test_pairs_of_before_survive_and_are_listed(tmp_path: Path, database: str) -> None:
    """Nothing is lost or ended; each pair is in the list until one of it ends, and has no third without a reason."""
    await fill(database, tmp_path)
    async with run_suite("assessment", Settings(data=tmp_path, database=database, pack=PACK, feed=NOBODY)) as running:
        work = Practice(running)

        async def listed(request: pb.ListCasesRequest) -> list[str]:
            return [case.case_id for case in (await work.amy.ListCases(request)).cases]

        assert await listed(pb.ListCasesRequest()) == [row[0] for row in STORED if row[1] == "example"]
        same_person = pb.ListCasesRequest(same_person=True)
        assert await listed(same_person) == ["case-newer", "case-older", "case-spaces", "case-accent"]
        assert await listed(pb.ListCasesRequest(person_reference="É-2")) == ["case-spaces", "case-accent"]
        fault = await refusal_of(work.amy.OpenCase(opening(reference="P-1")))
        assert (fault.reason, fault.metadata) == ("CASE_OPEN_ALREADY", {"case_id": "case-older"})
        work.case.case_id = "case-older"
        assert (await work.read()).another_because == work.case.opened_by == work.case.linked_case_id == ""
        await work.end()
        assert await listed(same_person) == ["case-spaces", "case-accent"]
        assert await reason_of(work.amy.OpenCase(opening(reference="P-1"))) == "CASE_OPEN_ALREADY"
        work.case.case_id = "case-newer"
        await work.read()
        await work.end()
        assert await reason_of(work.amy.OpenCase(opening(reference="P-1"))) == ""
