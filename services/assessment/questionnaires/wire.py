"""Questionnaires and answers between the wire and the domain: the fields of requests."""

from collections.abc import Mapping
from datetime import date

from services.assessment.domain.answers import Found, Saving, Viewing
from services.assessment.domain.assessment import CARE_ACT
from services.assessment.domain.ways_in import Beginning, Way
from services.assessment.facts import LONGEST_REASON
from services.assessment.questionnaires.combining import Combining
from sevensteps import clock
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.errors import ID
from sevensteps.fields import Fields, entry
from sevensteps.policy.model.question import Answerer
from sevensteps.policy.model.verdict import Json

LONGEST_NAME = 64
MOST_ANSWERS = 500
"""No questionnaire has more questions."""


def beginning_of(request: pb.BeginAnswersRequest, fields: Fields) -> Beginning:
    """With what answers begin."""
    way = fields.choice("way", request.way, pb.AssessmentWay)
    if (way == Way.SELF_ASSESSMENT) is not request.wished:
        fields.wrong("wished", _wished(way))
    if way == Way.LIGHT_TOUCH:
        fields.text("because", request.because, limit=LONGEST_REASON)
    elif request.because:
        fields.wrong("because", "must be left out: it says why a short assessment is enough")
    return Beginning(
        questionnaire=fields.given("questionnaire", request.questionnaire),
        version=request.version,
        way=Way(way) if way else Way.CONTACT,
        wished=request.wished,
        helper=fields.reference("helper", request.helper) if request.helper else "",
        because=request.because,
        based_on=request.based_on,
    )


def _wished(way: str) -> str:
    if way == Way.SELF_ASSESSMENT:
        return "must be true: somebody assesses themselves who wishes to, and has the capacity to (SI 2014/2827 reg 2)"
    return "must be left out: it is about a self-assessment"


def saving_of(request: pb.SaveAnswersRequest, fields: Fields) -> Saving:
    """What is saved."""
    fields.given("answers_id", request.answers_id)
    answerer = fields.choice("answered_by", request.answered_by, pb.Answerer)
    given = {id_: answer_of(entry("given", id_), answer, fields) for id_, answer in request.given.items()}
    if not request.given and not request.taken_back:
        fields.wrong("given", "must hold an answer, unless one is taken back")
    _ensure_of_questions("given", request.given, fields)
    return Saving(Answerer(answerer) if answerer else Answerer.PERSON, given, tuple(request.taken_back))


def viewing_of(request: pb.ViewAnswersRequest, fields: Fields) -> Viewing:
    """What a practitioner says of answers."""
    fields.given("answers_id", request.answers_id)
    if not (request.agrees or request.disagrees or request.agrees_with_rest):
        fields.wrong("agrees", "must name a question, unless others are in disagrees or agrees_with_rest is true")
    _ensure_of_questions("disagrees", request.disagrees, fields)
    disagrees = {}
    for id_, each in request.disagrees.items():
        path = entry("disagrees", id_)
        found = answer_of(f"{path}.answer", each.answer, fields) if each.HasField("answer") else None
        disagrees[id_] = Found(found, fields.text(f"{path}.because", each.because, limit=LONGEST_REASON))
    return Viewing(tuple(request.agrees), disagrees, request.agrees_with_rest)


def _ensure_of_questions(path: str, entries: Mapping[str, object], fields: Fields) -> None:
    """Note where there are more entries than questions in any questionnaire, or a key that can be no question's id."""
    if len(entries) > MOST_ANSWERS:
        fields.wrong(path, f"must have at most {MOST_ANSWERS} entries")
    for key in entries:
        if not ID.fullmatch(key):
            fields.wrong(entry(path, key), "must have the id of a question as its key")


def answer_of(path: str, answer: pb.Answer, fields: Fields) -> Json:
    """An answer, whose type the question decides; an empty one is told."""
    match answer.WhichOneof("answer"):
        case "yes":
            return answer.yes
        case "option":
            return answer.option
        case "chosen":
            return list(answer.chosen.options)
        case "number":
            return answer.number
        case "money":
            amount, frequency = answer.money.amount, answer.money.frequency
            return {"amount": amount, "frequency": frequency} if frequency else amount
        case "day":
            return answer.day
        case "text":
            return answer.text
        case None:
            fields.wrong(path, "must hold an answer; one that is taken back goes into taken_back")
            return None


def named_answers(request: pb.SubmitAnswersRequest, fields: Fields) -> str:
    """Which answers are done."""
    return fields.given("answers_id", request.answers_id)


def showing_of(request: pb.ShowAnswersRequest, fields: Fields) -> tuple[str, date | None]:
    """To whom answers were shown, and when; None for today."""
    fields.given("answers_id", request.answers_id)
    practitioner = fields.reference("practitioner", request.practitioner)
    return practitioner, _day("shown_on", request.shown_on, fields)


def combining_of(request: pb.CombineAssessmentsRequest, fields: Fields) -> Combining:
    """With which case an assessment is combined, and when both agreed."""
    with_case_id = fields.given("with_case_id", request.with_case_id)
    consented_on = fields.day("consented_on", request.consented_on, earliest=CARE_ACT, latest=clock.today())
    other = fields.day("other_consented_on", request.other_consented_on, earliest=CARE_ACT, latest=clock.today())
    return Combining(with_case_id, consented_on, other)


def withdrawal_of(request: pb.WithdrawConsentRequest, fields: Fields) -> date | None:
    """When a consent was withdrawn; None for today."""
    fields.given("combination_id", request.combination_id)
    return _day("withdrawn_on", request.withdrawn_on, fields)


def _day(path: str, day: str, fields: Fields) -> date | None:
    return fields.day(path, day, earliest=CARE_ACT, latest=clock.today()) if day else None
