"""What is put into the folder of packs is in force in every service without being asked, or is refused everywhere."""

import asyncio
import json
import logging
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.assessment.practice import Practice, opening
from integration.planning.case import PlanningCase
from servers.services import NOBODY, Running, reason_of, refusal_of, run_suite
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.cli.packs_in_force import read_packs
from sevensteps.config import POLICIES, Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.policy import Library
from sevensteps.policy.authoring.check import SOON
from sevensteps.policy.packs.pack import read_pack
from sevensteps.service.pack_archive import Archive
from sevensteps.service.packs_on_record import packs_in_force

COUNCIL = "example-council"
OWN = "example-council/parameters/choices.yaml"
ELIGIBILITY = "england/parameters/eligibility.yaml"
AMENDED = ("review policy 2025", "review policy 2025, as amended")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder of packs that may be changed."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    return Settings(data=tmp_path / "data", policies=policies, feed=NOBODY)


def edit(settings: Settings, file: str, was: str, becomes: str) -> None:
    path = settings.policies / file
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")


def three_outcomes(settings: Settings) -> None:
    """Break the national pack as one typing error would: an adult with two outcomes would be refused."""
    path = settings.policies / ELIGIBILITY
    text, changed = re.subn(
        r"(outcomes_needed:(?:.|\n)*?value: )2", r"\g<1>3", path.read_text(encoding="utf-8"), count=1
    )
    assert changed
    path.write_text(text, encoding="utf-8")


@asynccontextmanager
async def two_services(settings: Settings) -> AsyncIterator[Sequence[Running]]:
    async with run_suite("planning", settings) as planning:
        yield planning.assessment, planning


async def in_force(running: Running) -> pb.PackInForce:
    """The council's pack as a service says; this makes it look at nothing."""
    operator = running.stub(ReceiptsServiceStub, running.token("olu", Role.OPERATIONS, council=COUNCIL))
    packs = (await operator.GetPacksInForce(pb.GetPacksInForceRequest())).packs
    return next(pack for pack in packs if pack.pack == COUNCIL)


async def first_decisions(assessment: Running, planning: Running) -> set[str]:
    """The version of the pack that makes the next decision of each service."""
    hashes: set[str] = set()
    work = Practice(assessment)
    amy = assessment.stub(AssessmentServiceStub, assessment.token("amy", Role.PRACTITIONER, council=COUNCIL))
    work.case = (await amy.OpenCase(opening())).case
    plan = PlanningCase(planning, council=COUNCIL)
    await plan.journey.OpenPlan(plan.opening_of_plan())
    for running, case_id in ((assessment, work.case.case_id), (planning, plan.case_id)):
        auditor = running.stub(ReceiptsServiceStub, running.token("aud", Role.AUDITOR, council="*"))
        found = (await auditor.ListReceipts(pb.ListReceiptsRequest(case_id=case_id))).receipts
        hashes.update(json.loads(receipt.receipt)["hash"] for receipt in found)
    return hashes


async def test_a_published_pack_makes_the_first_decision_of_every_service(settings: Settings) -> None:
    """Nobody has asked anything since it was put into the folder."""
    async with two_services(settings) as services:
        before = await first_decisions(*services)
        edit(settings, OWN, *AMENDED)
        published = read_pack(settings.policies, COUNCIL).hash
        assert before != {published}

        async def everywhere() -> bool:
            return {(await in_force(running)).hash for running in services} == {published}

        await until(everywhere, "the pack to be in force without being asked")
        assert await first_decisions(*services) == {published}


async def test_a_pack_that_was_published_while_services_were_down_makes_their_first_decision(
    settings: Settings,
) -> None:
    """Without waiting: it is checked before a service serves. So is a pack that is put back."""
    async with two_services(settings) as services:
        first = await first_decisions(*services)
    edit(settings, OWN, *AMENDED)
    async with two_services(settings) as services:
        assert await first_decisions(*services) == {read_pack(settings.policies, COUNCIL).hash} != first
    edit(settings, OWN, *reversed(AMENDED))
    async with two_services(settings) as services:
        assert await first_decisions(*services) == first


async def test_a_council_pack_over_a_broken_national_one_is_refused_everywhere(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """The old one decides, after a restart too; the log has an error, and operators are shown the national case."""
    async with two_services(settings) as services:
        before = await first_decisions(*services)
        with caplog.at_level(logging.ERROR):
            three_outcomes(settings)

            async def refused() -> bool:
                return all([(await in_force(running)).refused for running in services])

            await until(refused, "the pack to be refused")
        assert f"pack {COUNCIL} is refused; the version before it stays in use:\nengland/cases/" in caplog.text
        assert await first_decisions(*services) == before
        assessment, planning = (running.address for running in services)
        [shown] = await read_packs(replace(settings, assessment=assessment, planning=planning))
        told = {service.service: service for service in shown.services}
        for service in ("assessment", "planning"):
            assert {told[service].hash} == before
            assert re.fullmatch(r"england/cases/[a-z-]+\.yaml:\d+: .* \(and \d+ more\)", told[service].refused)
        assert any("the pack in the folder is refused: england/cases/" in line for line in shown.differences())
    async with two_services(settings) as services:
        assert await first_decisions(*services) == before
        assert all([(await in_force(running)).refused for running in services])


async def test_a_pack_that_is_refused_after_it_was_put_back_leaves_what_was_in_force(settings: Settings) -> None:
    """What decides after a restart is the version that was in force last, not the one that was new last."""
    async with two_services(settings) as services:
        first = await first_decisions(*services)
    edit(settings, OWN, *AMENDED)
    async with two_services(settings) as services:
        await first_decisions(*services)
    edit(settings, OWN, *reversed(AMENDED))
    async with two_services(settings):
        pass
    edit(settings, OWN, "type: word\n", "type: sword\n")
    async with two_services(settings) as services:
        assert await first_decisions(*services) == first


async def test_a_pack_that_a_council_has_newly_chosen_decides_once_it_is_checked(settings: Settings) -> None:
    """Callers are told to come again; no unchecked pack decides, and one that fails is refused."""
    new = settings.policies / "new"
    shutil.copytree(settings.policies / COUNCIL, new)
    (new / "council.yaml").unlink()
    edit(settings, "new/pack.yaml", f"pack: {COUNCIL}", "pack: new")
    async with run_suite("assessment", settings) as running:
        amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER, council=COUNCIL))
        edit(settings, f"{COUNCIL}/council.yaml", f"pack: {COUNCIL}", "pack: new")

        async def chosen() -> bool:
            return (await refusal_of(amy.OpenCase(opening()))).reason == "PACK_BEING_CHECKED"

        await asyncio.sleep(1.1)  # council.yaml is looked at once a second
        assert await chosen()
        operator = running.stub(ReceiptsServiceStub, running.token("olu", Role.OPERATIONS, council=COUNCIL))

        async def checked() -> bool:
            packs = (await operator.GetPacksInForce(pb.GetPacksInForceRequest())).packs
            return "new" in {pack.pack for pack in packs}

        await until(checked, "the new pack to be checked")
        await amy.OpenCase(opening())


async def test_a_service_does_not_start_with_a_pack_that_fails_its_check(settings: Settings) -> None:
    """Not even at its first start, when there is no earlier version: that it can be read is not enough."""
    three_outcomes(settings)
    with pytest.raises(Fault, match=r"PACK_REFUSED: pack example-council cannot be used:\nengland/cases/"):
        async with run_suite("assessment", settings):
            pass


async def test_a_pack_that_a_council_newly_chooses_and_that_fails_is_refused_and_shown(settings: Settings) -> None:
    """It decides nothing; what is wrong with it, or with the national pack below it, is told to operators."""
    new = settings.policies / "new"
    shutil.copytree(settings.policies / COUNCIL, new)
    (new / "council.yaml").unlink()
    edit(settings, "new/pack.yaml", f"pack: {COUNCIL}", "pack: new")
    edit(settings, "new/parameters/choices.yaml", "value: 4, reference", "value: 5, reference")
    async with run_suite("assessment", settings) as running:
        amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER, council=COUNCIL))
        edit(settings, f"{COUNCIL}/council.yaml", f"pack: {COUNCIL}", "pack: new")

        async def refused() -> bool:
            return await reason_of(amy.OpenCase(opening())) == "PACK_REFUSED"

        await until(refused, "the new pack to be refused")
        [shown] = await read_packs(replace(settings, assessment=running.address))
        assert shown.pack == "new"
        told = f"{COUNCIL}, assessment: not known which version; the pack in the folder is refused: new/cases/"
        assert any(line.startswith(told) for line in shown.differences())


async def test_a_value_that_ends_soon_is_logged_and_shown(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """While the pack still decides: by the service's log, and by `status` and `policy in-force`."""
    ends = clock.today() + timedelta(days=30)
    edit(settings, OWN, "{from: 2025-04-01, value: 4,", f"{{from: 2025-04-01, until: {ends}, value: 4,")
    expected = rf"{OWN}:\d+: reviews.complex_months: a value after {ends}"
    async with run_suite("assessment", settings) as running:
        await running.hang_up()
        [shown] = await read_packs(replace(settings, assessment=running.address))
        assert any(re.search(expected, line) for line in shown.warnings())
        await asyncio.sleep(0.5)
    assert re.search(f"warning.*a value ends soon.*{expected}", capsys.readouterr().out)


async def test_what_ends_soon_is_counted_from_the_day_in_the_united_kingdom(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After midnight in summer time it is a day later than in UTC, and a warning comes a day sooner."""
    in_the_night = datetime(clock.today().year + 1, 6, 1, 23, 30, tzinfo=UTC)
    ends = clock.uk_day(in_the_night) + SOON
    edit(settings, OWN, "{from: 2025-04-01, value: 4,", f"{{from: 2025-04-01, until: {ends}, value: 4,")
    ending = f"reviews.complex_months: a value after {ends}"
    archive = Archive(Library(settings.policies))
    archive.library.want(COUNCIL)
    archive.library.renew()
    async with run_suite("assessment", settings) as running:
        shown = await running.store.read(lambda connection: list(packs_in_force(connection, archive, in_the_night)))
        before = await running.store.read(
            lambda connection: list(packs_in_force(connection, archive, in_the_night - timedelta(hours=1)))
        )
    assert ending in "".join(pack.ending_soon for pack in shown)
    assert ending not in "".join(pack.ending_soon for pack in before)
    monkeypatch.setattr(clock, "now", lambda: in_the_night)
    archive._warn()  # noqa: SLF001 - the service calls it for ever
    assert ending in capsys.readouterr().out
