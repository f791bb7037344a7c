"""A stage under way is decided by the pack with which it began; the next stage by the pack as it then is."""

import asyncio
import json
import logging
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.assessment.practice import GOOD, Practice, call
from servers.services import NOBODY, PACK, Running, refusal_of, run_service
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.service.tables import packs

OWN = "example-council/parameters/choices.yaml"
AMENDED = ("review policy 2025", "review policy 2025, as amended")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder of packs that may be changed."""
    packs = tmp_path / "packs"
    shutil.copytree(Settings().policies, packs)
    return replace(Settings(), data=tmp_path / "data", policies=packs, pack=PACK, feed=NOBODY)


def edit(settings: Settings, was: str, becomes: str) -> None:
    path = settings.policies / OWN
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")


async def hashes(running: Running, case_id: str) -> dict[str, str]:
    """Which version of the pack made each decision of a case."""
    auditor = running.stub(ReceiptsServiceStub, running.token("aud", Role.AUDITOR))
    found = (await auditor.ListReceipts(pb.ListReceiptsRequest(case_id=case_id))).receipts
    return {receipt.decision: json.loads(receipt.receipt)["hash"] for receipt in found}


async def of_a_new_case(running: Running) -> str:
    """The version of the pack that decides in a case that begins now."""
    new = Practice(running)
    await new.open()
    return (await hashes(running, new.case.case_id))["deadlines"]


async def when_it_is_another(running: Running, version: str) -> str:
    """The version that decides in new cases, as soon as it is another one."""
    limit = time.monotonic() + 30
    while (now := await of_a_new_case(running)) == version:
        assert time.monotonic() < limit, "the changed pack was never taken"
        await asyncio.sleep(0.1)
    return now


async def test_a_changed_pack_decides_from_the_next_stage_on(settings: Settings) -> None:
    """Half way through step 1 the pack changes: the case goes on by the old one, a new case begins with the new one."""
    async with run_service("assessment", settings) as running:
        work = Practice(running)
        await work.open()
        (began,) = set((await hashes(running, work.case.case_id)).values())
        edit(settings, *AMENDED)
        changed = await when_it_is_another(running, began)
        await work.propose()
        await work.confirm()
        await work.give_budget()
        assert set((await hashes(running, work.case.case_id)).values()) == {began}

        await call(work.journey(), "OpenAssessment", work.on_case(GOOD["OpenAssessment"]))
        await work.read()
        await work.propose()
        assert (await hashes(running, work.case.case_id))["eligibility"] == changed


async def test_a_stage_goes_on_after_a_restart_though_the_pack_is_another(settings: Settings, database: str) -> None:
    """The version that a stage began with comes back from the records, not from the files."""
    settings = replace(settings, database=database)
    async with run_service("assessment", settings) as running:
        work = Practice(running)
        case = await work.open()
        began = (await hashes(running, case.case_id))["deadlines"]
    edit(settings, *AMENDED)
    async with run_service("assessment", settings) as running:
        work = Practice(running)
        work.case = case
        await work.propose()
        assert (await hashes(running, case.case_id))["eligibility"] == began
        assert await when_it_is_another(running, began) != began


async def test_a_broken_pack_is_refused_loudly_and_the_old_one_stays(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Every stage is decided by the version before, after a restart too. Once the pack is put right, it is used."""
    async with run_service("assessment", settings) as running:
        work = Practice(running)
        case = await work.open()
        began = (await hashes(running, case.case_id))["deadlines"]
        with caplog.at_level(logging.ERROR):
            edit(settings, "type: word\n", "type: sword\n")
            limit = time.monotonic() + 30
            while "refused" not in caplog.text:
                assert time.monotonic() < limit
                assert await of_a_new_case(running) == began
                await asyncio.sleep(0.1)
        assert OWN in caplog.text
    caplog.clear()
    async with run_service("assessment", settings) as running:
        work = Practice(running)
        work.case = case
        await work.propose()
        assert (await hashes(running, case.case_id))["eligibility"] == began
        limit = time.monotonic() + 30
        while OWN not in caplog.text:
            assert time.monotonic() < limit
            assert await of_a_new_case(running) == began
            await asyncio.sleep(0.1)
        edit(settings, "type: sword\n", "type: word\n")
        edit(settings, *AMENDED)
        await when_it_is_another(running, began)


async def test_nothing_begins_by_a_pack_that_was_never_good(settings: Settings) -> None:
    """Where nothing was decided yet there is no version before: the service does not start, and says why."""
    edit(settings, "type: word\n", "type: sword\n")
    with pytest.raises(Fault, match=OWN) as refused:
        async with run_service("assessment", settings):
            pass
    assert refused.value.reason == "PACK_REFUSED"


async def test_a_tampered_archive_decides_nothing(settings: Settings) -> None:
    """A stored pack that no longer has its hash is never used to decide."""
    async with run_service("assessment", settings) as running:
        case = await Practice(running).open()
    edit(settings, *AMENDED)
    async with run_service("assessment", settings) as running:
        began = (await hashes(running, case.case_id))["deadlines"]
        await when_it_is_another(running, began)
        eased = sa.update(packs).values(files=sa.func.replace(packs.c.files, "2015-04-01", "2014-04-01"))
        await running.store.write(lambda connection: connection.execute(eased.where(packs.c.hash == began)))
    async with run_service("assessment", settings) as running:
        work = Practice(running)
        work.case = case
        assert (await refusal_of(work.propose())).kind is Kind.INTERNAL
        assert list(await hashes(running, case.case_id)) == ["deadlines"]
