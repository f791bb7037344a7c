"""A plan is checked by what is on record of the person's capacity and of advocacy, and not by what it says of them."""

from dataclasses import replace

import pytest

from integration.approval.desk import Desk, plan
from integration.assessment.speaking import PLAN, Speaking, having, lacking
from servers.services import NOBODY, SuiteOf, refusal_of, run_service
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.errors import Kind


@pytest.fixture
async def work(desk: Desk) -> Speaking:
    """The case of the desk, as assessment knows it."""
    speaking = Speaking(desk.running.assessment)
    desk.case_id = (await speaking.open()).case_id
    return speaking


def asks_for_others(approval: pb.Approval) -> bool:
    """Whether it was asked that those interested in the person's welfare take part (s.25(3)(c))."""
    return "LEGAL-2/interested" in [finding.rule for finding in approval.checks.findings]


async def test_a_plan_that_says_nothing_of_it_is_checked_by_the_record(desk: Desk, work: Speaking) -> None:
    """Lacking capacity is on record, so others have to be involved, whoever wrote the plan; it says by which record."""
    await work.do(lacking(PLAN))
    approval = await desk.open(plan())
    assert asks_for_others(approval)
    assert (approval.legal, approval.capacity_id) == (policy.VERDICT_NOT_ENOUGH_INFORMATION, work.ids["capacity_id"])


async def test_the_record_wins_over_what_the_plan_says(desk: Desk, work: Speaking) -> None:
    """A later assessment found that the person has capacity: nobody else has to be asked."""
    await work.do(having(PLAN))
    without = plan()
    without.lacks_capacity = True
    approval = await desk.open(without)
    assert not asks_for_others(approval)
    assert approval.legal == policy.VERDICT_MET


async def test_where_nothing_is_on_record_the_plan_is_judged_by_what_it_says(desk: Desk, work: Speaking) -> None:
    """So a plan that was submitted before there were records goes on as it would have."""
    without = plan()
    without.lacks_capacity = without.interested_involved = True
    approval = await desk.open(without)
    assert asks_for_others(approval)
    assert (approval.legal, approval.capacity_id) == (policy.VERDICT_MET, "")


async def test_an_advocate_who_was_considered_is_considered(desk: Desk, work: Speaking) -> None:
    """Whatever the plan says of it: assessment has the decision."""
    silent = plan()
    silent.advocate_considered = False
    assert (await Desk(desk.running).open(silent)).legal == policy.VERDICT_NOT_MET
    await work.amy.ConsiderAdvocacy(work.on_case(assessment_pb2.ConsiderAdvocacyRequest(understanding=False)))
    assert (await desk.open(silent)).legal == policy.VERDICT_MET


async def test_a_plan_waits_while_nobody_can_say_who_may_act(suite_of: SuiteOf) -> None:
    """The journey asks again; a version that was opened before is answered as it was."""
    async with suite_of("approval") as running:
        desk = Desk(running)
        opening = desk.opening()
        first = await desk.journey.OpenApproval(opening)
    async with run_service("approval", replace(running.settings, assessment=NOBODY)) as alone:
        fault = await refusal_of(Desk(alone).journey.OpenApproval(Desk(alone).opening()))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "REPRESENTATION_UNAVAILABLE")
        assert await Desk(alone).journey.OpenApproval(opening) == first
