"""Combined assessments of an adult and a carer: with the consent of both, and apart again without it."""

import pytest

from integration.assessment.answering import NO, Answering, answered, of_a_life
from integration.assessment.practice import Practice, days_ago, new_id, new_reference, opening, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.errors import Kind


@pytest.fixture
async def adult(work: Practice) -> Answering:
    """An adult's case, to which a carer's belongs."""
    await work.open()
    return Answering(work)


@pytest.fixture
async def carer(adult: Answering) -> Answering:
    """The case of the carer."""
    work = Practice(adult.work.running)
    request = opening(assessment_pb2.CASE_KIND_CARER)
    request.linked_case_id = adult.work.case.case_id
    work.case = (await work.amy.OpenCase(request)).case
    return Answering(work)


async def both_answer(adult: Answering, carer: Answering) -> None:
    """Combine the two, and have each answer something."""
    await adult.combine(carer.work.case)
    await carer.work.read()
    await adult.begin("needs", pb.ASSESSMENT_WAY_COMBINED)
    await adult.save({"nutrition_easily": NO})
    await carer.begin("carer", pb.ASSESSMENT_WAY_COMBINED)
    meals = pb.Answer(chosen=pb.ChosenOptions(options=["meals"]))
    await carer.save({"does": meals}, by=pb.ANSWERER_CARER)


@pytest.mark.item(18)
async def test_two_assessments_are_combined_with_the_consent_of_both(adult: Answering, carer: Answering) -> None:
    """It stands in both cases, and each is read from the other."""
    combined = await adult.combine(carer.work.case)
    assert combined.stands
    assert [each.case_id for each in combined.consents] == [adult.work.case.case_id, carer.work.case.case_id]
    for form in (adult, carer):
        listed = await form.amy.ListCombinedAssessments(
            pb.ListCombinedAssessmentsRequest(case_id=form.work.case.case_id)
        )
        assert list(listed.combined) == [combined]
    await carer.work.read()
    await adult.begin("needs", pb.ASSESSMENT_WAY_COMBINED)
    assert adult.summary.combination_id == combined.combination_id
    request = pb.GetAnswersRequest(case_id=carer.work.case.case_id, answers_id=adult.summary.answers_id)
    assert (await carer.amy.GetAnswers(request)).answers.summary.answers_id == adult.summary.answers_id


@pytest.mark.item(18)
async def test_consent_withdrawn_in_the_middle_loses_nothing(adult: Answering, carer: Answering) -> None:
    """The assessments go on apart: each has its answers, saves more, and no longer sees the other's."""
    await both_answer(adult, carer)
    of_adult = pb.GetAnswersRequest(case_id=carer.work.case.case_id, answers_id=adult.summary.answers_id)
    await carer.amy.GetAnswers(of_adult)
    carer.combined = adult.combined
    withdrawn = await carer.amy.WithdrawConsent(carer.on_answers(pb.WithdrawConsentRequest()))
    carer.work.case = withdrawn.case
    assert not withdrawn.combined.stands
    assert [each.withdrawn_on for each in withdrawn.combined.consents] == ["", today()]
    fault = await refusal_of(carer.amy.GetAnswers(of_adult))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "ANSWERS_NOT_FOUND")
    await adult.save(of_a_life("nutrition", "hygiene"))
    assert answered(await adult.read())["hygiene_help"].answer.yes
    assert answered(await carer.read()).keys() == {"does"}
    await adult.work.read()
    await adult.submit()
    await adult.show()
    await adult.view(rest=True)
    assert sorted((await adult.propose()).eligible_needs) == ["hygiene", "nutrition"]


@pytest.mark.item(18)
async def test_without_both_consents_nothing_is_combined(adult: Answering, carer: Answering) -> None:
    """Answers as part of a combined assessment need one that stands."""
    request = pb.BeginAnswersRequest(questionnaire="needs", way=pb.ASSESSMENT_WAY_COMBINED)
    fault = await refusal_of(adult.amy.BeginAnswers(adult.on_answers(request)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CONSENT_MISSING")
    asked = pb.CombineAssessmentsRequest(with_case_id=carer.work.case.case_id, consented_on=today())
    fault = await refusal_of(adult.amy.CombineAssessments(adult.on_answers(asked)))
    assert [each.field for each in fault.violations] == ["other_consented_on"]


async def test_only_linked_cases_are_combined_and_once(adult: Answering, carer: Answering) -> None:
    """Another case is refused by its field, and a second combination while one stands."""
    stranger = Practice(adult.work.running)
    await stranger.open(assessment_pb2.CASE_KIND_CARER, new_reference())
    for other in (stranger.case.case_id, adult.work.case.case_id, "case-000000000000"):
        asked = pb.CombineAssessmentsRequest(with_case_id=other, consented_on=today(), other_consented_on=today())
        fault = await refusal_of(adult.amy.CombineAssessments(adult.on_answers(asked)))
        assert [each.field for each in fault.violations] == ["with_case_id"]
    await adult.combine(carer.work.case)
    asked = pb.CombineAssessmentsRequest(
        with_case_id=carer.work.case.case_id, consented_on=today(), other_consented_on=today()
    )
    fault = await refusal_of(adult.amy.CombineAssessments(adult.on_answers(asked)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "COMBINED_ALREADY")


async def test_a_consent_is_withdrawn_once_and_after_it_was_given(adult: Answering, carer: Answering) -> None:
    """By one who had agreed; both may agree again later."""
    await adult.combine(carer.work.case)
    too_early = pb.WithdrawConsentRequest(withdrawn_on=days_ago(3))
    fault = await refusal_of(adult.amy.WithdrawConsent(adult.on_answers(too_early)))
    assert [each.field for each in fault.violations] == ["withdrawn_on"]
    adult.work.case = (await adult.amy.WithdrawConsent(adult.on_answers(pb.WithdrawConsentRequest()))).case
    fault = await refusal_of(adult.amy.WithdrawConsent(adult.on_answers(pb.WithdrawConsentRequest())))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    stranger = pb.WithdrawConsentRequest(
        request_id=new_id(), case_id=carer.work.case.case_id, etag="1", combination_id="combined-by-nobody"
    )
    fault = await refusal_of(carer.amy.WithdrawConsent(stranger))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "COMBINATION_NOT_FOUND")
    assert (await adult.combine(carer.work.case)).stands
