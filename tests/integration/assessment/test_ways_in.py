"""The ways into an assessment, each to a determination: self-assessment, council-led, carer's, short, urgent first."""

import pytest

from integration.assessment.answering import NO, YES, Answering, of_a_life, option, words
from integration.assessment.practice import GOOD, Practice, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind


@pytest.fixture
def form(work: Practice) -> Answering:
    """Answers that nobody has begun."""
    return Answering(work)


@pytest.mark.item(16, 17)
async def test_a_determination_is_proposed_outcome_by_outcome_from_the_answers(form: Answering) -> None:
    """Two outcomes cannot be achieved, the rest can, none is unknown; the determination names the answers."""
    await form.viewed(of_a_life("nutrition", "hygiene"))
    proposed = await form.propose()
    assert proposed.decision.verdict == decision_pb2.VERDICT_MET
    assert sorted(proposed.eligible_needs) == ["hygiene", "nutrition"]
    assert proposed.answers_id == form.summary.answers_id
    assert proposed.adult.outcomes["nutrition"].cannot_unaided
    assert proposed.adult.outcomes["child_caring"].not_applicable
    assert proposed.adult.outcomes["nutrition"].met_by_carer is False
    assert proposed.adult.residence == assessment_pb2.RESIDENCE_HERE
    assert proposed.duty.verdict == decision_pb2.VERDICT_MET
    listed = await form.work.amy.ListDeterminations(
        assessment_pb2.ListDeterminationsRequest(case_id=form.work.case.case_id)
    )
    assert [each.answers_id for each in listed.determinations] == [form.summary.answers_id]


@pytest.mark.item(3)
async def test_the_determination_follows_the_practitioners_view_where_it_differs(form: Answering) -> None:
    """The person finds washing easy, the practitioner does not: the need is eligible, and the person's word stands."""
    await form.begin()
    await form.save(of_a_life("nutrition"))
    await form.submit()
    await form.show()
    because = "Seen at home on three days."
    found = {"hygiene_easily": NO, "hygiene_help": YES}
    disagrees = {name: pb.Disagreement(answer=answer, because=because) for name, answer in found.items()}
    await form.view(disagrees=disagrees, rest=True)
    assert sorted((await form.propose()).eligible_needs) == ["hygiene", "nutrition"]
    kept = {each.question_id: each for each in (await form.read()).questions}
    assert kept["hygiene_easily"].answer.yes


async def test_what_nobody_answered_is_unknown_and_not_no(form: Answering) -> None:
    """With too little answered nothing is proposed that anybody could confirm."""
    await form.viewed({"impairment": option("yes"), "nutrition_easily": NO, "nutrition_help": YES})
    proposed = await form.propose()
    assert proposed.decision.verdict == decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION


@pytest.mark.item(18)
async def test_a_practitioner_leads_the_assessment(form: Answering) -> None:
    """What a practitioner answers needs nobody's view; what the person said in it does."""
    await form.begin("council-led", pb.ASSESSMENT_WAY_COUNCIL_LED)
    questionnaire = await form.amy.GetQuestionnaire(
        pb.GetQuestionnaireRequest(case_id=form.work.case.case_id, answers_id=form.summary.answers_id)
    )
    limbs = {
        question.question_id: NO
        for section in questionnaire.sections
        for question in section.questions
        if any(".outcomes." in f".{fact.partition(': ')[2]}" for fact in question.speaks_to)
        and question.type == pb.QUESTION_TYPE_YES_NO
        and not question.depends_on
    }
    await form.save(limbs, by=pb.ANSWERER_PRACTITIONER)
    await form.submit()
    proposed = await form.propose()
    assert proposed.answers_id == form.summary.answers_id
    assert form.summary.way == pb.ASSESSMENT_WAY_COUNCIL_LED


@pytest.mark.item(18)
async def test_a_carer_is_assessed_in_a_way_of_their_own(form: Answering) -> None:
    """By the carer's questionnaire; an adult's is refused, and what is asked of adults beside the answers, too."""
    await form.work.open(assessment_pb2.CASE_KIND_CARER)
    request = pb.BeginAnswersRequest(questionnaire="needs", way=pb.ASSESSMENT_WAY_CARER)
    fault = await refusal_of(form.amy.BeginAnswers(form.on_answers(request)))
    assert [each.field for each in fault.violations] == ["questionnaire"]
    await form.begin("carer", pb.ASSESSMENT_WAY_CARER)
    await form.save({"does": pb.Answer(chosen=pb.ChosenOptions(options=["meals", "nights"]))}, by=pb.ANSWERER_CARER)
    await form.submit()
    await form.show()
    await form.view(rest=True)
    proposal = assessment_pb2.ProposeDeterminationRequest(
        assessed_on=today(),
        answers_id=form.summary.answers_id,
        duty=assessment_pb2.DutyFacts(care_home=False, adult_agrees=True),
    )
    fault = await refusal_of(form.work.amy.ProposeDetermination(form.work.on_case(proposal)))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["duty.care_home"])
    proposed = await form.propose()
    assert proposed.carer.residence == assessment_pb2.RESIDENCE_HERE


@pytest.mark.item(18)
async def test_a_short_assessment_says_why_it_is_enough(form: Answering) -> None:
    """Its reason stands with the answers."""
    await form.begin("light-touch", pb.ASSESSMENT_WAY_LIGHT_TOUCH, because="One need, plain to see, and she agrees.")
    await form.save({"short_is_right": YES, "nutrition": option("help"), "impairment": option("yes")})
    await form.submit()
    await form.show()
    await form.view(rest=True)
    assert (await form.read()).summary.because == "One need, plain to see, and she agrees."
    proposed = await form.propose()
    assert proposed.adult.outcomes["nutrition"].cannot_unaided


@pytest.mark.item(18)
async def test_what_was_urgent_is_folded_into_the_determination(form: Answering) -> None:
    """Support starts before the assessment (s.19(3)); the determination that follows says so, and which needs."""
    await form.work.open()
    urgent = form.work.on_case(GOOD["RecordUrgentSupport"])
    assert isinstance(urgent, assessment_pb2.RecordUrgentSupportRequest)
    form.work.case = (await form.work.amy.RecordUrgentSupport(urgent)).case
    listing = assessment_pb2.ListUrgentSupportRequest(case_id=form.work.case.case_id)
    [before] = (await form.work.amy.ListUrgentSupport(listing)).urgent_support
    assert before.folded_into == ""
    await form.viewed(of_a_life("nutrition", "hygiene"))
    await form.propose()
    confirmed = await form.work.confirm()
    [after] = (await form.work.amy.ListUrgentSupport(listing)).urgent_support
    assert after.folded_into == confirmed.determination_id


async def test_answers_of_another_kind_or_nowhere_determine_nothing(form: Answering) -> None:
    """What is about finances is not about needs."""
    await form.begin("finances", pb.ASSESSMENT_WAY_FINANCIAL)
    request = assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), answers_id=form.summary.answers_id)
    fault = await refusal_of(form.work.amy.ProposeDetermination(form.work.on_case(request)))
    assert [each.field for each in fault.violations] == ["answers_id"]
    request.answers_id = "answers-of-nobody"
    fault = await refusal_of(form.work.amy.ProposeDetermination(form.work.on_case(request)))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "ANSWERS_NOT_FOUND")


async def test_facts_about_the_duty_stand_beside_answers_alone(form: Answering) -> None:
    """Who sends facts has them there."""
    await form.work.open()
    request = assessment_pb2.ProposeDeterminationRequest(
        assessed_on=today(), adult=assessment_pb2.AdultFacts(), duty=assessment_pb2.DutyFacts(charged=False)
    )
    fault = await refusal_of(form.work.amy.ProposeDetermination(form.work.on_case(request)))
    assert [each.field for each in fault.violations] == ["duty"]


async def test_answers_of_a_round_that_is_over_are_history(form: Answering) -> None:
    """A new round has answers of its own, which may begin with those of before."""
    await form.viewed({**of_a_life("nutrition", "hygiene"), "good": words("Music.")})
    await form.propose()
    await form.work.confirm()
    await form.work.give_budget()
    opening = form.work.on_case(GOOD["OpenAssessment"])
    assert isinstance(opening, assessment_pb2.OpenAssessmentRequest)
    await form.work.journey().OpenAssessment(opening)
    await form.work.read()
    of_round_1 = form.summary.answers_id
    fault = await refusal_of(form.amy.ShowAnswers(form.on_answers(pb.ShowAnswersRequest(practitioner="amy"))))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    request = assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), answers_id=of_round_1)
    fault = await refusal_of(form.work.amy.ProposeDetermination(form.work.on_case(request)))
    assert [each.field for each in fault.violations] == ["answers_id"]
    again = await form.begin(based_on=of_round_1)
    assert again.round == 2
