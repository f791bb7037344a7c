"""Answers to questionnaires over the wire: begun, saved, submitted, shown and viewed, on the case of a practice."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from typing import TYPE_CHECKING, TypeVar

from google.protobuf.message import Message

from integration.assessment.practice import Practice, new_id, today
from sevensteps.api.assessment.v1 import assessment_pb2, questionnaires_pb2_grpc
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.identity.actor import Role
from sevensteps.steps import ADULT_OUTCOMES

if TYPE_CHECKING:
    from sevensteps.api.assessment.v1.questionnaires_pb2_grpc import QuestionnairesServiceAsyncStub

M = TypeVar("M", bound=Message)

YES, NO = pb.Answer(yes=True), pb.Answer(yes=False)


def option(word: str) -> pb.Answer:
    """An option that was chosen."""
    return pb.Answer(option=word)


def words(text: str) -> pb.Answer:
    """An answer in somebody's own words."""
    return pb.Answer(text=text)


def of_a_life(*hard: str) -> dict[str, pb.Answer]:
    """Answers to the self-assessment: help is needed with some outcomes, and all others are easy."""
    easy = {f"{outcome}_easily": YES for outcome in ADULT_OUTCOMES - {*hard, "child_caring"}}
    with_help = {
        name: answer
        for outcome in hard
        for name, answer in {
            f"{outcome}_easily": NO,
            f"{outcome}_help": YES,
            f"{outcome}_hard": NO,
            f"{outcome}_danger": NO,
            f"{outcome}_slow": NO,
            f"{outcome}_how_often": option("each_day"),
            f"{outcome}_family": option("none"),
        }.items()
    }
    return {"impairment": option("yes"), "impact": option("yes"), **NO_CHILDREN, **easy, **with_help}


NO_CHILDREN = {"child": NO}
"""What says that the outcome about children does not apply."""


class Answering:
    """Somebody's answers, on the way to a determination. Each call sends the etag of the one before."""

    def __init__(self, work: Practice) -> None:
        self.work = work
        self.amy = self.caller(Role.PRACTITIONER, subject="amy")
        self.summary = pb.AnswersSummary(answers_id="answers-of-nobody", etag="1")
        self.combined = pb.CombinedAssessment(combination_id="combined-by-nobody")
        self.others_case = assessment_pb2.Case()

    def caller(
        self, *roles: Role, subject: str = "somebody", council: str = "example"
    ) -> QuestionnairesServiceAsyncStub:
        """Another caller."""
        token = self.work.running.token(subject, *roles, council=council)
        return self.work.running.stub(questionnaires_pb2_grpc.QuestionnairesServiceStub, token)

    def on_answers(self, request: M) -> M:
        """The request for these answers as they stand, or for the case where it has none, with a new request id."""
        made = type(request)()
        made.CopyFrom(request)
        of_answers = "answers_id" in made.DESCRIPTOR.fields_by_name
        values = {
            "request_id": new_id(),
            "case_id": self.work.case.case_id,
            "etag": self.summary.etag if of_answers else self.work.case.etag,
            "answers_id": self.summary.answers_id,
            "combination_id": self.combined.combination_id,
        }
        for name in values.keys() & made.DESCRIPTOR.fields_by_name.keys():
            setattr(made, name, values[name])
        return made

    async def begin(
        self,
        questionnaire: str = "needs",
        way: pb.AssessmentWay.ValueType = pb.ASSESSMENT_WAY_SELF_ASSESSMENT,
        **fields: str,
    ) -> pb.AnswersSummary:
        """Begin answers, opening a case first where there is none."""
        if not self.work.case.case_id:
            await self.work.open()
        wished = way == pb.ASSESSMENT_WAY_SELF_ASSESSMENT
        request = pb.BeginAnswersRequest(questionnaire=questionnaire, way=way, wished=wished, **fields)
        answer = await self.amy.BeginAnswers(self.on_answers(request))
        return self._now(answer)

    async def save(
        self, given: dict[str, pb.Answer], by: pb.Answerer.ValueType = pb.ANSWERER_PERSON
    ) -> pb.AnswersSummary:
        """Save answers."""
        request = pb.SaveAnswersRequest(answered_by=by, given=given)
        return self._now(await self.amy.SaveAnswers(self.on_answers(request)))

    async def take_back(self, *questions: str) -> pb.AnswersSummary:
        """Take answers back."""
        request = pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, taken_back=questions)
        return self._now(await self.amy.SaveAnswers(self.on_answers(request)))

    async def submit(self) -> pb.AnswersSummary:
        """Say that they are done."""
        return self._now(await self.amy.SubmitAnswers(self.on_answers(pb.SubmitAnswersRequest())))

    async def show(self, practitioner: str = "amy") -> pb.AnswersSummary:
        """Show them to a practitioner."""
        request = pb.ShowAnswersRequest(practitioner=practitioner)
        return self._now(await self.amy.ShowAnswers(self.on_answers(request)))

    async def view(
        self, *agrees: str, disagrees: dict[str, pb.Disagreement] | None = None, rest: bool = False
    ) -> pb.AnswersSummary:
        """Say what the practitioner thinks of them."""
        request = pb.ViewAnswersRequest(agrees=agrees, disagrees=disagrees or {}, agrees_with_rest=rest)
        return self._now(await self.amy.ViewAnswers(self.on_answers(request)))

    async def viewed(self, given: dict[str, pb.Answer]) -> pb.AnswersSummary:
        """Bring a self-assessment to where a practitioner agrees with all of it."""
        await self.begin()
        await self.save(given)
        await self.submit()
        await self.show()
        return await self.view(rest=True)

    async def propose(self) -> assessment_pb2.Determination:
        """Have a determination proposed from the answers, of somebody who lives here and is not charged."""
        await self.work.talk()
        facts = assessment_pb2.DutyFacts(residence=assessment_pb2.RESIDENCE_HERE, charged=False)
        request = assessment_pb2.ProposeDeterminationRequest(
            assessed_on=today(), answers_id=self.summary.answers_id, duty=facts
        )
        answer = await self.work.amy.ProposeDetermination(self.work.on_case(request))
        self.work.case, self.work.determination = answer.case, answer.determination
        return answer.determination

    async def combine(self, other: assessment_pb2.Case) -> pb.CombinedAssessment:
        """Combine the case with another, with the consent of both."""
        request = pb.CombineAssessmentsRequest(
            with_case_id=other.case_id, consented_on=today(), other_consented_on=today()
        )
        answer = await self.amy.CombineAssessments(self.on_answers(request))
        self.work.case, self.combined = answer.case, answer.combined
        return self.combined

    async def read(self) -> pb.Answers:
        """The answers as they stand."""
        request = pb.GetAnswersRequest(case_id=self.work.case.case_id, answers_id=self.summary.answers_id)
        return (await self.amy.GetAnswers(request)).answers

    def _now(
        self,
        answer: pb.BeginAnswersResponse
        | pb.SaveAnswersResponse
        | pb.SubmitAnswersResponse
        | pb.ShowAnswersResponse
        | pb.ViewAnswersResponse,
    ) -> pb.AnswersSummary:
        self.work.case, self.summary = answer.case, answer.answers
        return self.summary


def answered(answers: pb.Answers) -> dict[str, pb.AnsweredQuestion]:
    """What was answered, by the id of the question."""
    return {each.question_id: each for each in answers.questions}
