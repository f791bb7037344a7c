"""Answers to a questionnaire: the person's stay beside the practitioner's view, and nobody's are lost."""

import pytest

from integration.assessment.answering import NO, YES, Answering, answered, of_a_life, option, words
from integration.assessment.practice import Practice, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import people_pb2
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role


@pytest.fixture
def form(work: Practice) -> Answering:
    """Answers that nobody has begun."""
    return Answering(work)


async def test_a_case_is_offered_the_questionnaires_of_its_councils_pack(form: Answering) -> None:
    """By name, with what each is for; one is read with every question, and the usual one without its name."""
    case = await form.work.open()
    listed = await form.amy.ListQuestionnaires(pb.ListQuestionnairesRequest(case_id=case.case_id))
    offered = {each.name: each for each in listed.questionnaires}
    assert {"needs", "carer", "council-led", "light-touch", "finances", "contact"} <= offered.keys()
    assert offered["needs"].purpose == pb.QUESTIONNAIRE_PURPOSE_SELF_ASSESSMENT
    usual = await form.amy.GetQuestionnaire(pb.GetQuestionnaireRequest(case_id=case.case_id))
    assert usual.questionnaire == offered["needs"]
    questions = {each.question_id: each for section in usual.sections for each in section.questions}
    assert len(questions) == offered["needs"].questions > 40
    assert questions["nutrition_help"].depends_on == ["nutrition_easily"]
    assert questions["nutrition_help"].speaks_to == ["eligibility: outcomes.nutrition.cannot_unaided"]
    assert pb.ANSWERER_HELPER in questions["nutrition_help"].answered_by


@pytest.mark.item(16)
async def test_somebody_assesses_themselves_with_help(form: Answering) -> None:
    """A daughter who knows her father well writes down what he says; both are on record, and what is left is told."""
    await form.work.open()
    await form.work.add_person(reference="C-77", may_share=[people_pb2.SHARE_SCOPE_ASSESSMENT])
    await form.begin(helper="C-77")
    await form.save({"good": words("My garden."), "nutrition_easily": NO})
    await form.save({"nutrition_help": YES}, by=pb.ANSWERER_HELPER)
    kept = await form.read()
    assert (kept.summary.helper, kept.summary.wished) == ("C-77", True)
    assert kept.summary.way == pb.ASSESSMENT_WAY_SELF_ASSESSMENT
    assert answered(kept)["good"].answer.text == "My garden."
    assert answered(kept)["good"].answered_by == pb.ANSWERER_PERSON
    assert answered(kept)["nutrition_help"].answered_by == pb.ANSWERER_HELPER
    assert answered(kept)["nutrition_help"].saved_by == "amy"
    assert "nutrition_danger" in kept.asked
    assert "hygiene_help" not in kept.asked, "it is asked after an answer that is not given"
    assert "hygiene_easily" in kept.summary.unanswered


@pytest.mark.item(16, 17)
async def test_a_self_assessment_is_shown_to_a_practitioner_who_validates_it(form: Answering) -> None:
    """From the first answer to the view of the one to whom it was shown; each state is told."""
    assert (await form.begin()).state == pb.ANSWERS_STATE_BEGUN
    await form.save(of_a_life("nutrition", "hygiene"))
    submitted = await form.submit()
    assert (submitted.state, submitted.submitted_by) == (pb.ANSWERS_STATE_SUBMITTED, "amy")
    shown = await form.show()
    assert (shown.state, shown.shown_to, shown.shown_on) == (pb.ANSWERS_STATE_SHOWN, "amy", today())
    await form.view("nutrition_help")
    assert form.summary.state == pb.ANSWERS_STATE_SHOWN, "there are others"
    viewed = await form.view(rest=True)
    assert viewed.state == pb.ANSWERS_STATE_VIEWED
    assert all(each.view.agrees and each.view.viewed_by == "amy" for each in (await form.read()).questions)


@pytest.mark.item(3)
async def test_both_views_stay_question_by_question(form: Answering) -> None:
    """Where they differ, what the person answered stands beside what the practitioner found, and why."""
    await form.begin()
    await form.save({**of_a_life("nutrition"), "hygiene_words": words("I manage.")})
    await form.submit()
    await form.show()
    because = "She had not washed for a week, and says so."
    await form.view(
        disagrees={
            "hygiene_easily": pb.Disagreement(answer=NO, because=because),
            "hygiene_help": pb.Disagreement(answer=YES, because=because),
            "hygiene_how_often": pb.Disagreement(answer=option("each_day"), because=because),
        },
        rest=True,
    )
    kept = await form.read()
    hygiene = answered(kept)["hygiene_easily"]
    assert (hygiene.answer.yes, hygiene.view.agrees, hygiene.view.answer.yes) == (True, False, False)
    assert (hygiene.view.because, hygiene.view.viewed_by) == (because, "amy")
    found = answered(kept)["hygiene_help"]
    assert not found.HasField("answer"), "the person was not asked"
    assert found.view.answer.yes
    assert answered(kept)["nutrition_help"].view.agrees
    assert (kept.points, kept.viewed_points) == (4, 8)


async def test_a_practitioner_may_change_their_mind(form: Answering) -> None:
    """The last view of a question holds; that something is not known is a view, too."""
    await form.begin()
    await form.save(of_a_life("nutrition"))
    await form.submit()
    await form.show()
    await form.view(disagrees={"impact": pb.Disagreement(because="He could not say what he meant.")})
    unsure = answered(await form.read())["impact"]
    assert (unsure.answer.option, unsure.view.agrees) == ("yes", False)
    assert not unsure.view.HasField("answer")
    await form.view("impact")
    assert answered(await form.read())["impact"].view.agrees


async def test_two_who_edit_lose_nothing(form: Answering) -> None:
    """Who has not seen what another saved is told to read it; what is not named stays, and can be taken back."""
    await form.begin()
    stale = form.summary.etag
    await form.save({"good": words("Music.")})
    request = form.on_answers(pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, given={"matters": words("Peace.")}))
    request.etag = stale
    fault = await refusal_of(form.amy.SaveAnswers(request))
    assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    await form.save({"matters": words("Peace.")})
    assert answered(await form.read()).keys() == {"good", "matters"}
    await form.take_back("good")
    assert answered(await form.read()).keys() == {"matters"}


async def test_saving_leaves_the_case_as_it_is(form: Answering) -> None:
    """So that whoever works on the case meanwhile is not disturbed; submitting is a change of the case."""
    await form.begin()
    etag = form.work.case.etag
    await form.save({"good": words("Music.")})
    assert (await form.work.read()).etag == etag
    await form.submit()
    assert int((await form.work.read()).etag) == int(etag) + 1


async def test_an_answer_that_is_hidden_comes_back(form: Answering) -> None:
    """It is kept while its question is not asked, marked so, and counts again when it is."""
    await form.begin()
    await form.save({"nutrition_easily": NO, "nutrition_help": YES})
    await form.save({"nutrition_easily": YES})
    assert answered(await form.read())["nutrition_help"].not_applicable
    await form.save({"nutrition_easily": NO})
    kept = answered(await form.read())["nutrition_help"]
    assert (kept.not_applicable, kept.answer.yes) == (False, True)


async def test_submitted_answers_stay_and_new_ones_begin_with_them(form: Answering) -> None:
    """What was submitted is not changed any more; whoever thinks again begins anew with what it says."""
    await form.begin()
    first = await form.save({"good": words("Music."), "nutrition_easily": NO})
    await form.submit()
    request = pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, given={"good": words("Silence.")})
    fault = await refusal_of(form.amy.SaveAnswers(form.on_answers(request)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "ANSWERS_SUBMITTED")
    assert "based_on" in fault.detail
    again = await form.begin(based_on=first.answers_id)
    assert again.based_on == first.answers_id
    await form.save({"good": words("Silence.")})
    listed = await form.amy.ListAnswers(pb.ListAnswersRequest(case_id=form.work.case.case_id))
    texts = [answered(each)["good"].answer.text for each in listed.answers]
    assert texts == ["Music.", "Silence."]
    assert "nutrition_easily" in answered(listed.answers[1])


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.AUDITOR, Role.INTEGRATOR, Role.POLICY_OFFICER])
async def test_peoples_answers_are_for_those_who_work_with_them(form: Answering, role: Role) -> None:
    """They are somebody's own words about their life."""
    await form.begin()
    request = pb.GetAnswersRequest(case_id=form.work.case.case_id)
    fault = await refusal_of(form.caller(role).GetAnswers(request))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


async def test_finance_sees_the_answers_about_finances_alone(form: Answering) -> None:
    """It begins, answers and reads those; it neither reads nor begins what is about somebody's needs."""
    await form.begin()
    frank = form.caller(Role.FINANCE, subject="frank")
    case_id = form.work.case.case_id
    fault = await refusal_of(frank.GetAnswers(pb.GetAnswersRequest(case_id=case_id)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
    begins = form.on_answers(pb.BeginAnswersRequest(questionnaire="finances", way=pb.ASSESSMENT_WAY_FINANCIAL))
    begun = await frank.BeginAnswers(begins)
    listed = await frank.ListAnswers(pb.ListAnswersRequest(case_id=case_id))
    assert [each.summary.answers_id for each in listed.answers] == [begun.answers.answers_id]
