"""Answers and views, whatever is saved in whatever order: nothing is lost, and neither takes the other's place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain.answers import Answers, AnswersState, Found, Saving, Viewing, taken_over
from services.assessment.domain.ways_in import Way
from sevensteps.errors import Fault, Kind
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.model.conditions import Is
from sevensteps.policy.model.question import Answerer, Question, QuestionType
from sevensteps.policy.model.questionnaire import Purpose, Questionnaire, QuestionnaireSection
from sevensteps.policy.model.verdict import Json

DAY = date(2026, 6, 1)
NAMES = tuple(f"q{number}" for number in range(6))


def questionnaire(*, of: tuple[str, ...] = NAMES, type_: QuestionType = QuestionType.YES_NO) -> Questionnaire:
    """Questions of one type; the last is asked after a yes to the first."""
    after_yes = Is(of[0], (True,)) if len(of) > 1 else None
    questions = tuple(
        Question(id_, "life", type_, "Is it so?", when=after_yes if id_ == of[-1] else None) for id_ in of
    )
    section = QuestionnaireSection("life", "Life", "", questions)
    return Questionnaire(
        name="needs",
        title="Needs",
        purpose=Purpose.SELF_ASSESSMENT,
        decision="eligibility",
        owner="Somebody",
        reviewed_on=DAY,
        reference="s.9",
        introduction="",
        sections=(section,),
    )


def begun() -> Answers:
    """Answers that nobody has given."""
    return Answers(
        answers_id="answers-1",
        case_id="case-1",
        round=1,
        questionnaire="needs",
        pack="hash",
        way=Way.SELF_ASSESSMENT,
        wished=True,
        helper="",
        because="",
        combination_id="",
        based_on="",
        begun_by="amy",
        begun_at="2026-06-01T09:00:00Z",
        version=1,
        given={},
        views={},
    )


def saved(answers: Answers, **given_: Json) -> Answers:
    """The answers with some that the person gives."""
    return answers.save(questionnaire(), Saving(Answerer.PERSON, given_, ()), by="amy", at="now")


def shown(answers: Answers) -> Answers:
    """The answers, submitted and shown to amy."""
    return answers.submit(by="amy", at="now").show("amy", DAY, submitted_on=DAY)


FREE = st.dictionaries(st.sampled_from(NAMES[1:-1]), st.booleans(), min_size=1)


@given(st.lists(FREE, min_size=1, max_size=5))
def test_what_was_saved_last_stands_and_the_rest_stays(savings: list[dict[str, bool]]) -> None:
    """Whatever is saved, a question has the last answer to it, and no other is touched."""
    answers, expected = begun(), dict[str, bool]()
    for each in savings:
        answers, expected = saved(answers, **each), {**expected, **each}
    assert answers.answers == expected


@given(FREE, FREE)
def test_the_view_leaves_every_answer_as_it_is(given_: dict[str, bool], found: dict[str, bool]) -> None:
    """What the practitioner finds stands beside what was answered, and goes before it in what is determined."""
    answers = shown(saved(begun(), **given_))
    disagrees = {id_: Found(answer, "Seen.") for id_, answer in found.items()}
    viewed = answers.view(questionnaire(), Viewing((), disagrees, agrees_with_rest=True), by="amy", at="later")
    assert viewed.answers == given_
    assert viewed.viewed == {**given_, **found}
    assert viewed.state(Answered.of(questionnaire(), viewed.answers)) is AnswersState.VIEWED


def test_what_is_not_known_is_in_no_view() -> None:
    """A practitioner who finds that something is not known leaves it unknown, and never no."""
    answers = shown(saved(begun(), q1=True, q2=False))
    viewing = Viewing(("q2",), {"q1": Found(None, "She cannot say.")}, agrees_with_rest=False)
    assert answers.view(questionnaire(), viewing, by="amy", at="later").viewed == {"q2": False}


def test_a_hidden_answer_needs_no_view() -> None:
    """The last question is asked after a yes: after a no its answer is kept and does not count."""
    answers = saved(saved(begun(), q0=True), q5=True)
    answers = shown(saved(answers, q0=False))
    assert answers.answers["q5"] is True
    assert answers.unviewed(Answered.of(questionnaire(), answers.answers)) == ["q0"]


def test_what_a_practitioner_answers_needs_no_view() -> None:
    """It is theirs already."""
    saving = Saving(Answerer.PRACTITIONER, {"q1": True}, ())
    answers = begun().save(questionnaire(), saving, by="amy", at="now").submit(by="amy", at="now")
    answers.ensure_viewed(questionnaire())


def test_new_answers_begin_with_those_that_the_questionnaire_takes() -> None:
    """A question that is gone, or has another type now, is begun without."""
    before = saved(begun(), q1=True, q2=False)
    assert taken_over(before, questionnaire()).keys() == {"q1", "q2"}
    assert taken_over(before, questionnaire(of=("q1",))).keys() == {"q1"}
    assert taken_over(before, questionnaire(of=("q1",), type_=QuestionType.TEXT)) == {}


@pytest.mark.parametrize(("practitioner", "kind"), [("ben", Kind.DENIED), ("amy", None)])
def test_only_the_one_to_whom_they_were_shown_views_them(practitioner: str, kind: Kind | None) -> None:
    """Another is refused, by name."""
    answers, viewing = shown(saved(begun(), q1=True)), Viewing(("q1",), {}, agrees_with_rest=False)
    if kind is None:
        assert answers.view(questionnaire(), viewing, by=practitioner, at="later").views["q1"].agrees
        return
    with pytest.raises(Fault) as refused:
        answers.view(questionnaire(), viewing, by=practitioner, at="later")
    assert (refused.value.kind, refused.value.reason) == (kind, "SHOWN_TO_ANOTHER")
