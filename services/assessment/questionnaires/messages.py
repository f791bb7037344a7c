"""Questionnaires, answers and combined assessments as they go on the wire."""

from collections.abc import Iterator

from services.assessment.domain.answers import Given, View
from services.assessment.domain.combination import Combination
from services.assessment.questionnaires.handlers import Filled
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.fields import moment, number_of
from sevensteps.policy.model.answered import Answered, Standing
from sevensteps.policy.model.answered_points import points_of
from sevensteps.policy.model.conditions import facts_of
from sevensteps.policy.model.question import Question, QuestionType
from sevensteps.policy.model.questionnaire import Questionnaire, QuestionnaireSection
from sevensteps.policy.model.verdict import Json


def offered_message(questionnaire: Questionnaire, version: str) -> pb.QuestionnaireOffered:
    """A questionnaire without its questions, of a version of the pack."""
    return pb.QuestionnaireOffered(
        name=questionnaire.name,
        version=version,
        title=questionnaire.title,
        purpose=number_of(pb.QuestionnairePurpose, questionnaire.purpose),
        questions=len(questionnaire.questions),
        owner=questionnaire.owner,
        reviewed_on=questionnaire.reviewed_on.isoformat(),
    )


def section_message(section: QuestionnaireSection) -> pb.QuestionnaireSection:
    """A section with its questions."""
    return pb.QuestionnaireSection(
        section_id=section.id,
        title=section.title,
        help=section.help,
        questions=[_question_message(question) for question in section.questions],
    )


def _question_message(question: Question) -> pb.Question:
    return pb.Question(
        question_id=question.id,
        type=number_of(pb.QuestionType, question.type),
        text=question.asks,
        help=question.help,
        options=[pb.QuestionOption(option=each.id, text=each.says, points=each.points) for each in question.options],
        answered_by=[number_of(pb.Answerer, each) for each in sorted(question.answered_by)],
        depends_on=_depends_on(question),
        speaks_to=[f"{speaks.decision}: {speaks.fact}" for speaks in question.speaks_to],
        points=question.points,
        unit=question.unit,
        asks_how_often=question.asks_how_often,
        may_be_left_out=question.may_be_left_out,
    )


def _depends_on(question: Question) -> list[str]:
    """The questions by whose answers it is asked; a test of one option of several names the option, too."""
    named = facts_of(question.when) if question.when else ()
    return list(dict.fromkeys(name.partition(".")[0] for name in named))


def summary_message(filled: Filled) -> pb.AnswersSummary:
    """Answers, without the answers themselves."""
    answers = filled.answers
    return pb.AnswersSummary(
        answers_id=answers.answers_id,
        case_id=answers.case_id,
        round=answers.round,
        questionnaire=offered_message(filled.questionnaire, answers.pack),
        way=number_of(pb.AssessmentWay, answers.way),
        state=number_of(pb.AnswersState, filled.state),
        etag=str(answers.version),
        helper=answers.helper,
        because=answers.because,
        wished=answers.wished,
        combination_id=answers.combination_id,
        based_on=answers.based_on,
        begun_by=answers.begun_by,
        begun_at=moment(answers.begun_at),
        submitted_by=answers.submitted_by,
        submitted_at=moment(answers.submitted_at),
        shown_to=answers.shown_to,
        shown_on=answers.shown_on.isoformat() if answers.shown_on else "",
        unanswered=[question.id for question in filled.answered.unanswered()],
    )


def answers_message(filled: Filled) -> pb.Answers:
    """Answers with the views, question by question, and the points that they give."""
    points = points_of(filled.answered)
    viewed = points_of(Answered.of(filled.questionnaire, filled.answers.viewed))
    return pb.Answers(
        summary=summary_message(filled),
        questions=_answered_messages(filled),
        points=points.total,
        points_of=[pb.AnswerPoints(question_id=each.question, points=each.points) for each in points.given],
        viewed_points=viewed.total,
        asked=[question.id for question in filled.answered.asked],
    )


def _answered_messages(filled: Filled) -> Iterator[pb.AnsweredQuestion]:
    answers, standings = filled.answers, filled.answered.standings
    for question in filled.questionnaire.questions:
        given, view = answers.given.get(question.id), answers.views.get(question.id)
        if given or view:
            hidden = given is not None and standings[question.id] is not Standing.ANSWERED
            yield _answered_message(question, given, view, not_applicable=hidden)


def _answered_message(
    question: Question, given: Given | None, view: View | None, *, not_applicable: bool
) -> pb.AnsweredQuestion:
    return pb.AnsweredQuestion(
        question_id=question.id,
        text=question.asks,
        answer=answer_message(question, given.answer) if given else None,
        answered_by=number_of(pb.Answerer, given.answered_by if given else ""),
        saved_by=given.saved_by if given else "",
        saved_at=moment(given.saved_at if given else ""),
        not_applicable=not_applicable,
        view=_view_message(question, view) if view else None,
    )


def _view_message(question: Question, view: View) -> pb.AnswerView:
    return pb.AnswerView(
        agrees=view.agrees,
        answer=answer_message(question, view.answer),
        because=view.because,
        viewed_by=view.viewed_by,
        viewed_at=moment(view.viewed_at),
    )


def answer_message(question: Question, answer: Json) -> pb.Answer | None:
    """An answer, in the field for its question's type; None for one that is not known."""
    match question.type, answer:
        case QuestionType.YES_NO, bool(yes):
            return pb.Answer(yes=yes)
        case QuestionType.ONE_OF, str(option):
            return pb.Answer(option=option)
        case QuestionType.SOME_OF, list(options):
            return pb.Answer(chosen=pb.ChosenOptions(options=[str(option) for option in options]))
        case QuestionType.NUMBER, int(number):
            return pb.Answer(number=number)
        case QuestionType.MONEY, str(amount):
            return pb.Answer(money=pb.MoneyAnswer(amount=amount))
        case QuestionType.MONEY, {"amount": amount, "frequency": frequency}:
            return pb.Answer(money=pb.MoneyAnswer(amount=str(amount), frequency=str(frequency)))
        case QuestionType.DAY, str(day):
            return pb.Answer(day=day)
        case QuestionType.TEXT, str(text):
            return pb.Answer(text=text)
    return None


def combined_message(combination: Combination) -> pb.CombinedAssessment:
    """A combined assessment, and who agrees to it."""
    consents = [
        pb.CombinedConsent(
            case_id=each.case_id,
            consented_on=each.consented_on.isoformat(),
            withdrawn_on=each.withdrawn_on.isoformat() if each.withdrawn_on else "",
            withdrawal_recorded_by=each.withdrawal_recorded_by,
        )
        for each in combination.consents
    ]
    return pb.CombinedAssessment(
        combination_id=combination.combination_id,
        consents=consents,
        stands=combination.stands,
        recorded_by=combination.recorded_by,
        recorded_at=moment(combination.recorded_at),
    )
