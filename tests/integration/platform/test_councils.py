"""Each council is decided for by its own pack; nobody acts for a council that is not there."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from integration.assessment.practice import opening
from integration.planning.case import PlanningCase
from servers.any_service import run_any
from servers.services import NOBODY, Running, reason_of, refusal_of, run_service, run_suite
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.api.operations.v1 import operations_pb2
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.config import POLICIES, SERVICES, Settings
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.policy.packs.pack import read_pack
from sevensteps.rpc.identity import Identity
from sevensteps.service.deciding_service import DecidingService

EXAMPLE = (POLICIES / "example-council" / "council.yaml").read_text()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two councils: the example council, and Barset, which goes by the national pack and offers nine questions."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    (policies / "barset").mkdir()
    barset = EXAMPLE.replace("example-council", "barset", 1).replace("pack: example-council", "pack: england")
    (policies / "barset" / "council.yaml").write_text(barset.replace("[six, nine]", "[nine]"))
    return Settings(data=tmp_path / "data", policies=policies, feed=NOBODY)


async def packs_of(running: Running, case_id: str) -> set[str]:
    """The packs that decided in a case, by its receipts."""
    auditor = running.stub(ReceiptsServiceStub, running.token("aud", Role.AUDITOR, council="*"))
    listed = await auditor.ListReceipts(receipts_pb2.ListReceiptsRequest(case_id=case_id))
    return {json.loads(receipt.receipt)["pack"] for receipt in listed.receipts}


async def test_each_case_is_decided_by_the_pack_of_its_council(settings: Settings) -> None:
    """Side by side, in every decision of step 1, and in planning, where the journey calls for every council."""
    async with run_suite("planning", settings) as planning:
        for council, pack in (("example-council", "example-council"), ("barset", "england")):
            amy = planning.assessment.token("amy", Role.PRACTITIONER, council=council)
            practitioner = planning.assessment.stub(AssessmentServiceStub, amy)
            opened = await practitioner.OpenCase(opening())
            assert await packs_of(planning.assessment, opened.case.case_id) == {pack}
            case = PlanningCase(planning, council=council)
            await case.journey.OpenPlan(case.opening_of_plan())
            assert await packs_of(planning, case.case_id) == {pack}


async def test_a_plan_has_a_template_that_the_council_offers(settings: Settings) -> None:
    """Another one is a wrong field; what a draft has already it keeps when the council stops offering it."""
    async with run_suite("planning", settings) as planning:
        barset = PlanningCase(planning, council="barset")
        await barset.journey.OpenPlan(barset.opening_of_plan())
        fault = await refusal_of(barset.pat.SavePlan(await barset.draft()))
        assert [(each.field, each.detail) for each in fault.violations] == [
            ("template", "must be one that the council offers: nine")
        ]
        nine = await barset.draft()
        nine.template = planning_pb2.TEMPLATE_NINE
        nine.answers.pop("next")
        await barset.pat.SavePlan(nine)

        example = PlanningCase(planning, council="example-council")
        await example.journey.OpenPlan(example.opening_of_plan())
        await example.pat.SavePlan(await example.draft())
        file = settings.policies / "example-council" / "council.yaml"
        file.write_text(EXAMPLE.replace("[six, nine]", "[nine]"))
    async with run_suite("planning", settings) as planning:
        again = PlanningCase(planning, council="example-council")
        again.case_id = example.case_id
        await again.pat.SavePlan(await again.draft())


@pytest.mark.parametrize("name", SERVICES)
async def test_a_token_of_a_council_that_is_not_there_is_refused(settings: Settings, name: str) -> None:
    """In every service, before anything is looked at: it says which file is missing."""
    async with run_any(name, settings) as running:
        token = running.token("ida", Role.AUDITOR, council="nowhere")
        if name == "feed":
            fault = await refusal_of(running.stub(FeedServiceStub, token).ListEvents(feed_pb2.ListEventsRequest()))
        elif name == "operations":
            asking = operations_pb2.ListCasesRequest()
            fault = await refusal_of(running.stub(OperationsServiceStub, token).ListCases(asking))
        else:
            request = receipts_pb2.GetPackRequest(hash="none")
            fault = await refusal_of(running.stub(ReceiptsServiceStub, token).GetPack(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "COUNCIL_UNKNOWN")
    assert "nowhere/council.yaml" in fault.detail


async def test_the_journey_is_refused_a_council_that_is_not_there(settings: Settings) -> None:
    """It calls for every council, so the council of the case is looked at when something is to be decided."""
    async with run_suite("planning", settings) as planning:
        case = PlanningCase(planning, council="nowhere")
        fault = await refusal_of(case.journey.OpenPlan(case.opening_of_plan()))
    assert fault.reason == "COUNCIL_UNKNOWN"


@pytest.mark.item(15)
async def test_a_council_reads_its_own_choices(settings: Settings) -> None:
    """Contact points, pack, jurisdiction and templates; another council's are as if they were not there."""
    async with run_service("assessment", settings) as running:
        amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER, council="barset"))
        council = (await amy.GetCouncil(pb.GetCouncilRequest())).council
        assert (council.council, council.jurisdiction, council.pack) == ("barset", "england", "england")
        assert list(council.plan_templates) == ["nine"]
        assert (list(council.repairs_by_two), list(council.teams)) == (["correct", "end", "skip"], [])
        assert council.pack_hash == read_pack(settings.policies, "england").hash
        first, second = council.contact_points
        assert (first.purpose, first.telephone) == (pb.CONTACT_PURPOSE_SOCIAL_SERVICES, "01632 960000")
        assert (second.purpose, second.name) == (pb.CONTACT_PURPOSE_PLANNING_HELP, "Support planning team")
        fault = await refusal_of(amy.GetCouncil(pb.GetCouncilRequest(council="example-council")))
        assert fault.reason == "COUNCIL_UNKNOWN"

        everywhere = running.stub(AssessmentServiceStub, running.token("olu", Role.OPERATIONS, council="*"))
        named = await everywhere.GetCouncil(pb.GetCouncilRequest(council="example-council"))
        assert named.council.title == "Example Council"
        fault = await refusal_of(everywhere.GetCouncil(pb.GetCouncilRequest()))
        assert [violation.field for violation in fault.violations] == ["council"]


async def test_no_service_starts_over_cases_of_a_council_that_is_gone(settings: Settings) -> None:
    """Their journeys would be refused one after the other; with the former setting the service starts."""
    async with run_service("assessment", settings) as running:
        token = running.token("amy", Role.PRACTITIONER, council="barset")
        await running.stub(AssessmentServiceStub, token).OpenCase(opening())
    shutil.rmtree(settings.policies / "barset")
    identity, gone = Identity.open(settings), Councils(settings.policies)
    with pytest.raises(Fault, match=r"barset/council\.yaml") as refused:
        await DecidingService.open("assessment", settings, identity, gone, lambda *_: None)
    assert refused.value.reason == "COUNCIL_UNKNOWN"
    async with run_service("assessment", replace(settings, pack="england")):
        pass


async def test_no_service_starts_without_any_council(settings: Settings) -> None:
    """There would be nobody to decide for."""
    for name in ("barset", "example-council"):
        (settings.policies / name / "council.yaml").unlink()
    identity = Identity.open(settings)
    with pytest.raises(Fault, match="no council") as refused:
        await DecidingService.open("assessment", settings, identity, Councils(settings.policies), lambda *_: None)
    assert refused.value.reason == "COUNCIL_UNKNOWN"


async def test_a_pack_that_is_refused_is_its_councils_trouble(settings: Settings) -> None:
    """Barset's pack cannot be read: the example council goes on, Barset is told."""
    broken = settings.policies / "broken"
    broken.mkdir()
    (broken / "pack.yaml").write_text("pack: broken\ntitle: A pack with a hole\nextends: england\n")
    (broken / "parameters").mkdir()
    (broken / "parameters" / "choices.yaml").write_text("parameters: {budget.nothing: {}}\n")
    file = settings.policies / "barset" / "council.yaml"
    file.write_text(file.read_text().replace("pack: england", "pack: broken"))
    async with run_service("assessment", settings) as running:
        for council, expected in (("example-council", ""), ("barset", "PACK_REFUSED")):
            token = running.token("amy", Role.PRACTITIONER, council=council)
            assert await reason_of(running.stub(AssessmentServiceStub, token).OpenCase(opening())) == expected


async def test_a_council_whose_file_is_wrong_can_still_read(settings: Settings) -> None:
    """Its cases can be read; nothing is decided for it until the file is put right."""
    file = settings.policies / "barset" / "council.yaml"
    right = file.read_text()
    async with run_service("assessment", settings) as running:
        amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER, council="barset"))
        case = (await amy.OpenCase(opening())).case
    file.write_text(right.replace("[nine]", "[ten]"))
    async with run_service("assessment", settings) as running:
        amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER, council="barset"))
        assert (await amy.GetCase(pb.GetCaseRequest(case_id=case.case_id))).case == case
        fault = await refusal_of(amy.OpenCase(opening()))
        assert (fault.reason, "plan templates: 'ten'" in fault.detail) == ("COUNCIL_REFUSED", True)
        file.write_text(right)
        await amy.OpenCase(opening())
