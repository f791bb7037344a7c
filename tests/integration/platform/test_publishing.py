"""A published pack is in force in all services from one moment, or in none."""

import asyncio
import os
import re
import shutil
import time
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest

from integration.platform.four_services import FourServices, four_services
from servers.services import NOBODY, PACK
from sevensteps import clock
from sevensteps.cli.case_view.receipts import DECIDING_SERVICES
from sevensteps.cli.policy_publish import publish_pack
from sevensteps.config import POLICIES, Settings
from sevensteps.policy.packs.pack import read_pack

AMENDED = ("review policy 2025", "review policy 2025, as amended")


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    """A folder of drafts: nothing in it is in force because it is there."""
    shutil.copytree(POLICIES, tmp_path / "drafts")
    return tmp_path / "drafts"


@pytest.fixture
async def services(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FourServices]:
    """All four; the command line finds them by the environment."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    settings = Settings(data=tmp_path / "data", policies=policies, database=database, pack=PACK, feed=NOBODY)
    async with four_services(settings) as services:
        for name, value in services.settings.as_environment().items():
            monkeypatch.setenv(name, value)
        yield services


def edit(folder: Path, *change: str, file: str = f"{PACK}/parameters/choices.yaml") -> None:
    was, becomes = change
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")


def draft(drafts: Path, *change: str) -> str:
    """Change the draft of the council's pack. Answers its hash."""
    edit(drafts, *(change or AMENDED))
    return read_pack(drafts, PACK).hash


async def publish(services: FourServices, drafts: Path, *, by: str = "pam", because: str = "the council met") -> None:
    await publish_pack(services.settings, str(drafts / PACK), because, by)


async def test_every_decision_before_the_moment_is_by_the_old_version_and_every_later_one_by_the_new(
    services: FourServices, drafts: Path
) -> None:
    """In every service, while all of them decide without a pause and none is refused."""
    [old] = await services.hashes(PACK)
    new = draft(drafts)
    async with services.deciding():
        await publish(services, drafts)
        await asyncio.sleep(0.3)
    told = await services.in_force(PACK)
    [moment] = {clock.as_text(each.in_force_from.ToDatetime(tzinfo=UTC)) for each in told.values()}
    for name in DECIDING_SERVICES:
        decided = await services.decided_by(name)
        assert {version for at, version in decided if at < moment} == {old}
        assert {version for at, version in decided if at >= moment} == {new}


async def test_who_published_what_and_why_is_told_by_every_service(services: FourServices, drafts: Path) -> None:
    """With the moment from which it decides."""
    new = draft(drafts)
    began = clock.now()
    await publish(services, drafts, by="pam", because="the council met")
    for told in (await services.in_force(PACK)).values():
        assert (told.hash, told.published_by, told.because, told.confirmed_by) == (new, "pam", "the council met", "")
        assert began < told.in_force_from.ToDatetime(tzinfo=UTC) <= clock.now()
