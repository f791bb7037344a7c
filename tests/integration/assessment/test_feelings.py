"""How each step felt: two questions after it, which nobody has to answer, reported by council."""

import pytest

from integration.assessment.contact_practice import ContactPractice, felt
from integration.assessment.practice import days_ago, new_id, opening, today
from servers.services import Running, refusal_of
from sevensteps.api.assessment.v1 import feelings_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.identity.actor import Role
from sevensteps.steps import Stage


@pytest.fixture
def work(running: Running) -> ContactPractice:
    """Amy, before she opens a case."""
    return ContactPractice(running)


async def listed(work: ContactPractice) -> list[pb.HowItFelt]:
    """What the person said."""
    asked = pb.ListHowItFeltRequest(case_id=work.case.case_id)
    return list((await work.feelings().ListHowItFelt(asked)).how_it_felt)


@pytest.mark.item(99)
@pytest.mark.parametrize("step", [stage.value for stage in Stage])
async def test_the_person_says_how_a_step_felt(work: ContactPractice, step: str) -> None:
    """It is read back by those who work with them, and told without their words."""
    await work.open()
    answer = await work.feelings().RecordHowItFelt(work.on_case(felt(step)))
    said = answer.how_it_felt
    assert (said.step, said.listened_to, said.in_charge) == (step, pb.FELT_YES, pb.FELT_MOSTLY)
    assert (said.own_words, said.answered_on, said.recorded_by) == ("Nobody rushed me.", today(), "amy")
    assert await listed(work) == [said]
    assert (await work.told())[-1] == (
        "how_it_felt.recorded.v1",
        {"stage": step, "listened_to": "yes", "in_charge": "mostly", "answered_on": today()},
    )


@pytest.mark.item(99)
async def test_one_question_is_enough_and_none_is_nothing(work: ContactPractice) -> None:
    """Nobody has to answer."""
    await work.open()
    request = pb.RecordHowItFeltRequest(step="plan_made", in_charge=pb.FELT_NO)
    answer = await work.feelings().RecordHowItFelt(work.on_case(request))
    assert answer.how_it_felt.listened_to == pb.FELT_UNSPECIFIED
    await work.read()
    request = pb.RecordHowItFeltRequest(step="step_8", answered_on=days_ago(-1))
    fault = await refusal_of(work.feelings().RecordHowItFelt(work.on_case(request)))
    assert [each.field for each in fault.violations] == ["listened_to", "in_charge", "step", "answered_on"]


@pytest.mark.item(99)
async def test_the_answers_are_counted_by_council(work: ContactPractice) -> None:
    """By step, question and answer, in their order; each council its own."""
    council = f"council-{new_id()[:8]}"
    token = work.running.token("amy", Role.PRACTITIONER, council=council)
    for step, how in (("plan_made", pb.FELT_YES), ("plan_made", pb.FELT_YES), ("money_found", pb.FELT_NO)):
        work.case = (await work.running.stub(AssessmentServiceStub, token).OpenCase(opening())).case
        request = pb.RecordHowItFeltRequest(step=step, listened_to=how)
        await work.feelings(council=council).RecordHowItFelt(work.on_case(request))
    asked = pb.CountHowItFeltRequest(first_day=days_ago(1), last_day=today())
    counted = (await work.feelings(council=council).CountHowItFelt(asked)).counts
    assert [(each.step, each.question, each.answer, each.count) for each in counted] == [
        ("money_found", "listened_to", pb.FELT_NO, 1),
        ("plan_made", "listened_to", pb.FELT_YES, 2),
    ]
    asked.first_day, asked.last_day = days_ago(5), days_ago(6)
    fault = await refusal_of(work.feelings().CountHowItFelt(asked))
    assert [each.field for each in fault.violations] == ["last_day"]


async def test_the_words_are_for_those_who_work_with_the_person(work: ContactPractice) -> None:
    """Finance, operations and auditors count, and do not read them."""
    await work.open()
    asked = pb.ListHowItFeltRequest(case_id=work.case.case_id)
    for role in (Role.FINANCE, Role.OPERATIONS, Role.AUDITOR):
        assert (await refusal_of(work.feelings(role).ListHowItFelt(asked))).reason == "ROLE_LACKS_RIGHT"
        days = pb.CountHowItFeltRequest(first_day=today(), last_day=today())
        await work.feelings(role).CountHowItFelt(days)
