"""What is refused of answers: each field by its path, with what was expected."""

import pytest
from google.protobuf.message import Message

from integration.assessment.answering import NO, YES, Answering, of_a_life, option, words
from integration.assessment.practice import Practice
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2, people_pb2
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role


@pytest.fixture
def form(work: Practice) -> Answering:
    """Answers that nobody has begun."""
    return Answering(work)


async def refused(form: Answering, rpc: str, request: Message) -> Fault:
    """How amy is refused."""
    return await refusal_of(getattr(form.amy, rpc)(form.on_answers(request)))


def fields_of(fault: Fault) -> list[str]:
    """The fields that are wrong; nothing else is."""
    assert (fault.kind, fault.reason) == (Kind.INVALID, "FIELD_INVALID")
    return [violation.field for violation in fault.violations]


@pytest.mark.item(16)
@pytest.mark.parametrize(
    ("given", "wrong", "expected"),
    [
        ({"good": YES}, "given[good]", "text"),
        ({"nutrition_easily": words("yes")}, "given[nutrition_easily]", "true or false"),
        ({"impairment": option("perhaps")}, "given[impairment]", "one of"),
        ({"aids": pb.Answer(chosen=pb.ChosenOptions(options=["stick", "none"]))}, "given[aids]", "no other option"),
        ({"aids": pb.Answer(chosen=pb.ChosenOptions(options=["broom"]))}, "given[aids][0]", "one of"),
        ({"no_question": YES}, "given[no_question]", "is no question"),
        ({"a.b <script>": YES}, "given[...]", "the id of a question"),
        ({"nutrition_help": YES}, "given[nutrition_help]", "is not asked"),
        ({"good": pb.Answer()}, "given[good]", "must hold an answer"),
    ],
)
async def test_an_answer_that_cannot_be_is_told_by_its_question(
    form: Answering, given: dict[str, pb.Answer], wrong: str, expected: str
) -> None:
    """Of another type, to a question that is not there, to one that is not asked: and nothing is saved."""
    await form.begin()
    if "nutrition_help" in given:
        await form.save({"nutrition_easily": YES})
    fault = await refused(form, "SaveAnswers", pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, given=given))
    assert fields_of(fault) == [wrong]
    assert expected in fault.detail
    assert not given.keys() & {each.question_id for each in (await form.read()).questions}


async def test_every_wrong_answer_is_told_at_once(form: Answering) -> None:
    """So that whoever sends many corrects them once."""
    await form.begin()
    given = {"good": YES, "matters": words("Peace."), "nutrition_easily": words("no")}
    fault = await refused(form, "SaveAnswers", pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, given=given))
    assert sorted(fields_of(fault)) == ["given[good]", "given[nutrition_easily]"]


async def test_who_may_not_answer_is_told(form: Answering) -> None:
    """The questionnaire says who may; and nobody answers as a practitioner who is none."""
    await form.begin()
    as_carer = pb.SaveAnswersRequest(answered_by=pb.ANSWERER_CARER, given={"good": words("He sings.")})
    assert fields_of(await refused(form, "SaveAnswers", as_carer)) == ["given[good]"]
    request = pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PRACTITIONER, given={"good": words("He sings.")})
    planner = form.caller(Role.PLANNER, subject="peter")
    fault = await refusal_of(planner.SaveAnswers(form.on_answers(request)))
    assert fields_of(fault) == ["answered_by"]


@pytest.mark.item(16)
async def test_a_helper_is_of_the_circle_and_helps_while_the_person_shares_the_assessment(form: Answering) -> None:
    """Somebody unknown is refused, and so is the answer of one with whom the assessment is shared no more."""
    await form.work.open()
    begin = pb.BeginAnswersRequest(
        questionnaire="needs", way=pb.ASSESSMENT_WAY_SELF_ASSESSMENT, wished=True, helper="C-9"
    )
    assert fields_of(await refused(form, "BeginAnswers", begin)) == ["helper"]
    await form.work.add_person(reference="C-9", may_share=[people_pb2.SHARE_SCOPE_PLAN])
    assert fields_of(await refused(form, "BeginAnswers", begin)) == ["helper"]
    said = people_pb2.ChangePermissionRequest(permitted_by=people_pb2.PERMITTED_BY_PERSON)
    said.may_share.append(people_pb2.SHARE_SCOPE_ASSESSMENT)
    await form.work.do(said)
    await form.begin(helper="C-9")
    await form.save({"good": words("He sings.")}, by=pb.ANSWERER_HELPER)
    said.may_share[:] = [people_pb2.SHARE_SCOPE_PLAN]
    await form.work.do(said)
    saving = pb.SaveAnswersRequest(answered_by=pb.ANSWERER_HELPER, given={"matters": words("To sing.")})
    assert fields_of(await refused(form, "SaveAnswers", saving)) == ["answered_by"]


async def test_only_what_was_answered_is_taken_back(form: Answering) -> None:
    """And not in the same breath as it is answered."""
    await form.begin()
    await form.save({"good": words("Music.")})
    request = pb.SaveAnswersRequest(
        answered_by=pb.ANSWERER_PERSON, given={"good": words("Noise.")}, taken_back=["good", "matters"]
    )
    assert fields_of(await refused(form, "SaveAnswers", request)) == ["taken_back[0]", "taken_back[1]"]


@pytest.mark.item(16, 18)
@pytest.mark.parametrize(
    ("request_", "wrong"),
    [
        (pb.BeginAnswersRequest(questionnaire="needs", way=pb.ASSESSMENT_WAY_SELF_ASSESSMENT), "wished"),
        (pb.BeginAnswersRequest(questionnaire="council-led", way=pb.ASSESSMENT_WAY_COUNCIL_LED, wished=True), "wished"),
        (pb.BeginAnswersRequest(questionnaire="light-touch", way=pb.ASSESSMENT_WAY_LIGHT_TOUCH), "because"),
        (
            pb.BeginAnswersRequest(
                questionnaire="council-led", way=pb.ASSESSMENT_WAY_COUNCIL_LED, because="It is long."
            ),
            "because",
        ),
        (pb.BeginAnswersRequest(questionnaire="needs", wished=True), "way"),
        (pb.BeginAnswersRequest(questionnaire="council-led", way=pb.ASSESSMENT_WAY_FINANCIAL), "questionnaire"),
        (pb.BeginAnswersRequest(questionnaire="carer", way=pb.ASSESSMENT_WAY_CARER), "way"),
        (
            pb.BeginAnswersRequest(
                questionnaire="needs", way=pb.ASSESSMENT_WAY_SELF_ASSESSMENT, wished=True, version="of-yesterday"
            ),
            "version",
        ),
    ],
)
async def test_what_a_case_is_not_offered_is_told(
    form: Answering, request_: pb.BeginAnswersRequest, wrong: str
) -> None:
    """A way without what the law asks for it, a questionnaire for something else, a version of before."""
    await form.work.open()
    assert wrong in fields_of(await refused(form, "BeginAnswers", request_))


async def test_a_questionnaire_that_is_not_there(form: Answering) -> None:
    """The council's are named."""
    await form.work.open()
    request = pb.BeginAnswersRequest(questionnaire="horoscope", way=pb.ASSESSMENT_WAY_COUNCIL_LED)
    fault = await refused(form, "BeginAnswers", request)
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "QUESTIONNAIRE_NOT_FOUND")
    assert "needs" in fault.detail


async def test_each_step_has_its_turn(form: Answering) -> None:
    """Nothing is submitted empty or twice, shown before it is done, or viewed before it is shown."""
    await form.begin()
    early = [
        await refused(form, "SubmitAnswers", pb.SubmitAnswersRequest()),
        await refused(form, "ShowAnswers", pb.ShowAnswersRequest(practitioner="amy")),
        await refused(form, "ViewAnswers", pb.ViewAnswersRequest(agrees_with_rest=True)),
    ]
    await form.save({"good": words("Music.")})
    await form.submit()
    early.append(await refused(form, "SubmitAnswers", pb.SubmitAnswersRequest()))
    assert {(fault.kind, fault.reason) for fault in early} == {(Kind.PRECONDITION, "STAGE_ORDER")}


@pytest.mark.item(17)
async def test_only_who_was_shown_answers_views_them(form: Answering) -> None:
    """A named practitioner; shown to somebody else, it is theirs, unless the first has begun."""
    await form.begin()
    await form.save(of_a_life("nutrition"))
    await form.submit()
    await form.show("bea")
    request = pb.ViewAnswersRequest(agrees_with_rest=True)
    fault = await refused(form, "ViewAnswers", request)
    assert (fault.kind, fault.reason) == (Kind.DENIED, "SHOWN_TO_ANOTHER")
    await form.show("amy")
    await form.view("impact")
    fault = await refused(form, "ShowAnswers", pb.ShowAnswersRequest(practitioner="bea"))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    before = await refused(form, "ShowAnswers", pb.ShowAnswersRequest(practitioner="amy", shown_on="2020-01-01"))
    assert fields_of(before) == ["shown_on"]


@pytest.mark.item(3)
async def test_a_view_says_of_what_and_why(form: Answering) -> None:
    """Nobody agrees with a question that was not answered; what is found otherwise has a reason and the right type."""
    await form.begin()
    await form.save(of_a_life("nutrition"))
    await form.submit()
    await form.show()
    disagrees = {
        "impact": pb.Disagreement(answer=NO, because="It does not."),
        "good": pb.Disagreement(because="He would not say."),
        "nutrition_help": pb.Disagreement(answer=NO),
    }
    no_reason = pb.ViewAnswersRequest(disagrees=disagrees)
    assert fields_of(await refused(form, "ViewAnswers", no_reason)) == ["disagrees[nutrition_help].because"]
    disagrees["nutrition_help"].because = "She cooks well."
    wrong_type = pb.ViewAnswersRequest(disagrees=disagrees)
    assert fields_of(await refused(form, "ViewAnswers", wrong_type)) == ["disagrees[impact].answer"]
    del disagrees["impact"]
    of_nothing = pb.ViewAnswersRequest(disagrees=disagrees, agrees=["matters", "nutrition_help"])
    assert sorted(fields_of(await refused(form, "ViewAnswers", of_nothing))) == [
        "agrees[0]",
        "agrees[1]",
        "disagrees[good].answer",
    ]


async def test_answers_of_nobody_are_not_there(form: Answering) -> None:
    """Nor are those of another case."""
    await form.work.open()
    request = pb.GetAnswersRequest(case_id=form.work.case.case_id)
    fault = await refusal_of(form.amy.GetAnswers(request))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "ANSWERS_NOT_FOUND")
    await form.begin()
    await form.work.open()
    fault = await refused(form, "SubmitAnswers", pb.SubmitAnswersRequest())
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "ANSWERS_NOT_FOUND")


@pytest.mark.item(17)
async def test_a_form_determines_nothing(form: Answering) -> None:
    """No determination is proposed from answers that are being given, or that no practitioner has viewed."""
    await form.begin()
    await form.save(of_a_life("nutrition", "hygiene"))
    request = assessment_pb2.ProposeDeterminationRequest(assessed_on="2026-06-01", answers_id=form.summary.answers_id)
    fault = await refusal_of(form.work.amy.ProposeDetermination(form.work.on_case(request)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    await form.submit()
    await form.show()
    await form.view("impact")
    fault = await refusal_of(form.work.amy.ProposeDetermination(form.work.on_case(request)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "ANSWERS_NOT_VIEWED")
    assert "ShowAnswers" in fault.detail
