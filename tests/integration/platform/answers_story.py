"""Answers to questionnaires with every field that can be said: an adult's, about needs and finances, and a carer's."""

from google.protobuf.message import Message

from integration.assessment.practice import new_id, new_reference, today
from integration.platform.finance_story import assessing
from integration.platform.read_back import Correspondence
from sevensteps.api.assessment.v1 import assessment_pb2, finances_pb2, people_pb2
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.identity.actor import Role

YES, NO = pb.Answer(yes=True), pb.Answer(yes=False)


def money(amount: str, frequency: str = "") -> pb.Answer:
    """An amount, and how often it comes."""
    return pb.Answer(money=pb.MoneyAnswer(amount=amount, frequency=frequency))


def chosen(*options: str) -> pb.Answer:
    """Some options."""
    return pb.Answer(chosen=pb.ChosenOptions(options=options))


class OnAnswers:
    """A case, and the answers of it that were begun last. Their etags go along."""

    def __init__(self, mail: Correspondence) -> None:
        self._mail = mail
        self.case = assessment_pb2.Case()
        self.answers = pb.AnswersSummary()

    async def do(self, request: Message) -> Message:
        """Send a request about the case or the answers as they stand, with an id of its own."""
        known = request.DESCRIPTOR.fields_by_name
        of_answers = "answers_id" in known and known["answers_id"].containing_oneof is None
        values = {"request_id": new_id(), "case_id": self.case.case_id}
        values["etag"] = self.answers.etag if of_answers else self.case.etag
        values |= {"answers_id": self.answers.answers_id} if "answers_id" in known else {}
        for name in values.keys() & known.keys():
            setattr(request, name, values[name])
        answer = await self._mail.send("amy", Role.PRACTITIONER, request)
        self.case = answer.case  # type: ignore[attr-defined]
        if isinstance(getattr(answer, "answers", None), pb.AnswersSummary):
            self.answers = answer.answers  # type: ignore[attr-defined]
        return answer

    async def view(self, agrees: str, disagrees: dict[str, pb.Answer]) -> None:
        """Submit the answers, show them, and say what a practitioner thinks of them."""
        await self.do(pb.SubmitAnswersRequest())
        await self.do(pb.ShowAnswersRequest(practitioner="amy", shown_on=today()))
        found = {
            name: pb.Disagreement(answer=answer, because=f"Seen otherwise: {name}.")
            for name, answer in disagrees.items()
        }
        await self.do(pb.ViewAnswersRequest(agrees=[agrees], disagrees=found, agrees_with_rest=True))


async def story_of_answers(mail: Correspondence) -> None:
    """An adult who assesses himself and tells of his money; a carer who is assessed with him, for a while."""
    adult = OnAnswers(mail)
    opening = assessment_pb2.OpenCaseRequest(person_reference=new_reference(), kind=assessment_pb2.CASE_KIND_ADULT)
    await adult.do(opening)
    await of_needs(adult)
    await of_finances(adult)
    await of_a_carer(mail, adult)


async def of_needs(adult: OnAnswers) -> None:
    """A self-assessment with a helper, begun again, and a determination from it."""
    short = pb.BeginAnswersRequest(questionnaire="light-touch", way=pb.ASSESSMENT_WAY_LIGHT_TOUCH)
    short.because = "One need, plain to see."
    await adult.do(short)
    helper = people_pb2.AddPersonRequest(reference="C-4410", may_share=[people_pb2.SHARE_SCOPE_ASSESSMENT])
    helper.role, helper.relation = people_pb2.CIRCLE_ROLE_FAMILY, people_pb2.RELATION_CHILD
    helper.permitted_by = people_pb2.PERMITTED_BY_PERSON
    await adult.do(helper)
    begin = pb.BeginAnswersRequest(questionnaire="needs", way=pb.ASSESSMENT_WAY_SELF_ASSESSMENT, wished=True)
    await adult.do(begin)
    given = {
        "good": pb.Answer(text="My allotment."),
        "impairment": pb.Answer(option="yes"),
        "days": pb.Answer(option="good_and_bad"),
        "bad_days": pb.Answer(number=9),
        "nutrition_easily": NO,
        "nutrition_help": YES,
        "aids": chosen("stick", "rails"),
    }
    await adult.do(pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, given=given))
    again = pb.BeginAnswersRequest(questionnaire="needs", way=pb.ASSESSMENT_WAY_SELF_ASSESSMENT, wished=True)
    again.helper, again.based_on = "C-4410", adult.answers.answers_id
    again.version = adult.answers.questionnaire.version
    await adult.do(again)
    slow = pb.SaveAnswersRequest(answered_by=pb.ANSWERER_HELPER, given={"nutrition_slow": NO}, taken_back=["good"])
    await adult.do(slow)
    found = {
        "impairment": pb.Answer(option="not_sure"),
        "bad_days": pb.Answer(number=12),
        "nutrition_hard": YES,
        "aids": chosen("chair"),
        "matters": pb.Answer(text="Not to be a burden, he said later."),
    }
    await adult.view("nutrition_help", found)
    duty = assessment_pb2.DutyFacts(
        residence=assessment_pb2.RESIDENCE_HERE,
        charged=True,
        means_within_limit=False,
        asks=True,
        care_home=False,
        lacks_capacity=False,
        somebody_arranges=True,
    )
    await adult.do(assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), duty=duty))


async def of_finances(adult: OnAnswers) -> None:
    """What somebody has and owes, with a day and amounts, and an assessment of finances from it."""
    await adult.do(pb.BeginAnswersRequest(questionnaire="finances", way=pb.ASSESSMENT_WAY_FINANCIAL))
    given = {
        "way": pb.Answer(option="tell"),
        "born": pb.Answer(day="1951-03-04"),
        "income": chosen("state_pension"),
        "state_pension": money("912.40", "four_weekly"),
        "savings": chosen("cash"),
        "cash": money("310.00"),
    }
    await adult.do(pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, given=given))
    found = {"born": pb.Answer(day="1951-04-03"), "state_pension": money("228.10", "weekly"), "cash": money("31.00")}
    await adult.view("income", found)
    await adult.do(assessing(finances_pb2.FINANCES_WAY_FULL, finances_pb2.FINANCES_REASON_FIRST))


async def of_a_carer(mail: Correspondence, adult: OnAnswers) -> None:
    """A carer who agrees to be assessed together, and later does not; and a determination from her answers."""
    carer = OnAnswers(mail)
    opening = assessment_pb2.OpenCaseRequest(person_reference=new_reference(), kind=assessment_pb2.CASE_KIND_CARER)
    opening.linked_case_id = adult.case.case_id
    await carer.do(opening)
    asked = pb.CombineAssessmentsRequest(with_case_id=adult.case.case_id)
    asked.consented_on, asked.other_consented_on = "2026-03-02", "2026-03-03"
    combined = (await carer.do(asked)).combined  # type: ignore[attr-defined]
    await carer.do(pb.BeginAnswersRequest(questionnaire="carer", way=pb.ASSESSMENT_WAY_COMBINED))
    await carer.do(pb.SaveAnswersRequest(answered_by=pb.ANSWERER_CARER, given={"does": chosen("meals", "nights")}))
    withdrawal = pb.WithdrawConsentRequest(combination_id=combined.combination_id, withdrawn_on=today())
    await carer.do(withdrawal)
    await carer.view("does", {"willing": pb.Answer(option="less")})
    duty = assessment_pb2.DutyFacts(
        residence=assessment_pb2.RESIDENCE_HERE,
        care_to_adult=True,
        adult_charged=True,
        adult_means_within_limit=False,
        adult_agrees=True,
        adult_asks=False,
    )
    await carer.do(assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), duty=duty))
