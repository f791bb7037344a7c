"""What people do in a case, in the words of the examples. Each verb is one call of the public API."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, FileDescriptor, MethodDescriptor

from sevensteps import events
from sevensteps.api.approval.v1 import approval_pb2, personal_budget_pb2
from sevensteps.api.assessment.v1 import (
    assessment_pb2,
    budget_pb2,
    choices_pb2,
    contacts_pb2,
    conversation_pb2,
    feelings_pb2,
    finances_pb2,
    people_pb2,
    questionnaires_pb2,
    representation_pb2,
    rounds_pb2,
    safeguarding_pb2,
)
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.events import Payload
from sevensteps.steps import Stage

FILES: Mapping[str, Sequence[FileDescriptor]] = {
    "assessment": (
        assessment_pb2.DESCRIPTOR,
        budget_pb2.DESCRIPTOR,
        conversation_pb2.DESCRIPTOR,
        people_pb2.DESCRIPTOR,
        choices_pb2.DESCRIPTOR,
        contacts_pb2.DESCRIPTOR,
        rounds_pb2.DESCRIPTOR,
        safeguarding_pb2.DESCRIPTOR,
        feelings_pb2.DESCRIPTOR,
        finances_pb2.DESCRIPTOR,
        questionnaires_pb2.DESCRIPTOR,
        representation_pb2.DESCRIPTOR,
    ),
    "planning": (planning_pb2.DESCRIPTOR,),
    "approval": (approval_pb2.DESCRIPTOR, personal_budget_pb2.DESCRIPTOR),
    "review": (review_pb2.DESCRIPTOR,),
}
"""The wire contract of each service, which may be in several files."""


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that a person does: a call, the event that reports it, and the step in which it is done.

    `decision` is the path in the answer to the decision of the policy pack, if the call makes one. What `goes_on` is
    done as well while later steps are under way.
    """

    words: str
    service: str
    rpc: str
    event: type[Payload]
    stage: Stage | None = None
    decision: str = ""
    goes_on: bool = False

    @property
    def method(self) -> MethodDescriptor:
        """The call in the wire contract."""
        contracts = [contract for file in FILES[self.service] for contract in file.services_by_name.values()]
        return next(
            contract.methods_by_name[self.rpc] for contract in contracts if self.rpc in contract.methods_by_name
        )

    @property
    def request(self) -> Descriptor:
        """The message that is sent."""
        return self.method.input_type

    @property
    def answer(self) -> Descriptor:
        """The message that comes back."""
        return self.method.output_type


def _by_words(verbs: Iterable[Verb]) -> Mapping[str, Verb]:
    return {verb.words: verb for verb in verbs}


OPENS_A_CASE = Verb("opens a case", "assessment", "OpenCase", events.CaseOpened)

VERBS = _by_words(
    (
        OPENS_A_CASE,
        Verb("records a contact", "assessment", "RecordContact", events.ContactRecorded),
        Verb("decides the contact", "assessment", "DecideContact", events.ContactDecided),
        Verb("raises a concern", "assessment", "RaiseConcern", events.ConcernRaised),
        Verb("decides the concern", "assessment", "DecideConcern", events.ConcernDecided),
        Verb("records how it felt", "assessment", "RecordHowItFelt", events.HowItFeltRecorded),
        Verb("records urgent support", "assessment", "RecordUrgentSupport", events.UrgentSupportRecorded),
        Verb(
            "records the self-assessment",
            "assessment",
            "RecordSelfAssessment",
            events.SelfAssessmentRecorded,
            Stage.MONEY_FOUND,
        ),
        Verb("begins answers", "assessment", "BeginAnswers", events.AnswersBegun),
        Verb("saves answers", "assessment", "SaveAnswers", events.AnswersSaved),
        Verb("submits the answers", "assessment", "SubmitAnswers", events.AnswersSubmitted),
        Verb("shows the answers", "assessment", "ShowAnswers", events.AnswersShown),
        Verb("views the answers", "assessment", "ViewAnswers", events.AnswersViewed),
        Verb("combines assessments", "assessment", "CombineAssessments", events.AssessmentsCombined),
        Verb("withdraws consent", "assessment", "WithdrawConsent", events.ConsentWithdrawn),
        Verb(
            "records the conversation",
            "assessment",
            "RecordConversation",
            events.ConversationRecorded,
            Stage.MONEY_FOUND,
        ),
        Verb(
            "records that no conversation is wanted",
            "assessment",
            "RefuseConversation",
            events.ConversationRefused,
            Stage.MONEY_FOUND,
        ),
        Verb("records a refusal", "assessment", "RecordRefusal", events.AssessmentRefused, Stage.MONEY_FOUND),
        Verb("revives the assessment", "assessment", "ReviveAssessment", events.AssessmentRevived, Stage.MONEY_FOUND),
        Verb("records own needs", "assessment", "SayNeeds", events.OwnNeedsRecorded),
        Verb("answers an own need", "assessment", "AnswerOwnNeed", events.OwnNeedAnswered),
        Verb("adds a person to the circle", "assessment", "AddPerson", events.CirclePersonAdded),
        Verb("changes what may be shared", "assessment", "ChangePermission", events.CirclePermissionChanged),
        Verb("removes the person from the circle", "assessment", "RemovePerson", events.CirclePersonRemoved),
        Verb("records a resource", "assessment", "RecordResource", events.ResourceRecorded),
        Verb("ends the resource", "assessment", "EndResource", events.ResourceEnded),
        Verb("chooses help", "assessment", "ChooseHelp", events.HelpChosen),
        Verb("records that a service is kept", "assessment", "KeepService", events.KeptServiceRecorded),
        Verb("records that the service is let go", "assessment", "LetServiceGo", events.KeptServiceReleased),
        Verb("considers advocacy", "assessment", "ConsiderAdvocacy", events.AdvocacyConsidered, decision="decision"),
        Verb("appoints an advocate", "assessment", "AppointAdvocate", events.AdvocateAppointed),
        Verb(
            "accepts an appropriate person", "assessment", "AcceptAppropriatePerson", events.AppropriatePersonAccepted
        ),
        Verb("ends the appointment", "assessment", "EndAppointment", events.AppointmentEnded),
        Verb("records capacity", "assessment", "RecordCapacity", events.CapacityAssessed),
        Verb("records best interests", "assessment", "RecordBestInterests", events.BestInterestsDecided),
        Verb("records an authority", "assessment", "RecordAuthority", events.AuthorityRecorded),
        Verb("checks the authority", "assessment", "CheckAuthority", events.AuthorityChecked),
        Verb("revokes the authority", "assessment", "RevokeAuthority", events.AuthorityRevoked),
        Verb(
            "proposes a determination",
            "assessment",
            "ProposeDetermination",
            events.DeterminationProposed,
            Stage.MONEY_FOUND,
            "determination.decision",
        ),
        Verb(
            "confirms the determination",
            "assessment",
            "ConfirmDetermination",
            events.DeterminationConfirmed,
            Stage.MONEY_FOUND,
        ),
        Verb(
            "gives the indicative budget",
            "assessment",
            "GiveIndicativeBudget",
            events.IndicativeBudgetGiven,
            Stage.MONEY_FOUND,
            "decision",
        ),
        Verb(
            "assesses the finances",
            "assessment",
            "AssessFinances",
            events.FinancesAssessed,
            decision="financial_assessment.decision",
        ),
        Verb("judges the finances", "assessment", "JudgeFinances", events.FinancesJudged),
        Verb("records a stream", "assessment", "RecordStream", events.StreamRecorded),
        Verb("changes the stream", "assessment", "ChangeStream", events.StreamChanged),
        Verb("ends the stream", "assessment", "EndStream", events.StreamEnded),
        Verb("offers a personal budget", "assessment", "OfferBudget", events.BudgetOffered),
        Verb("records own money", "assessment", "PlanWithOwnMoney", events.OwnMoneyChosen, Stage.MONEY_FOUND),
        Verb("gives the written record", "assessment", "GiveWrittenRecord", events.WrittenRecordGiven),
        Verb("gives advice", "assessment", "GiveAdvice", events.AdviceGiven, Stage.MONEY_FOUND),
        Verb("places a hold", "assessment", "PlaceHold", events.HoldPlaced),
        Verb("releases the hold", "assessment", "ReleaseHold", events.HoldReleased),
        Verb("resumes the case", "assessment", "ResumeCase", events.CaseResumed),
        Verb("ends the case", "assessment", "EndCase", events.CaseEnded),
        Verb("saves the plan", "planning", "SavePlan", events.PlanSaved, Stage.PLAN_MADE),
        Verb("submits the plan", "planning", "SubmitPlan", events.PlanSubmitted, Stage.PLAN_MADE),
        Verb("returns the plan", "approval", "ReturnPlan", events.PlanReturned, Stage.PLAN_AGREED, "approval.checks"),
        Verb("approves the plan", "approval", "ApprovePlan", events.PlanApproved, Stage.PLAN_AGREED, "authority"),
        Verb(
            "restates the personal budget",
            "approval",
            "RestatePersonalBudget",
            events.PersonalBudgetRestated,
            decision="personal_budget.decision",
        ),
        Verb("arranges money", "planning", "ArrangeMoney", events.MoneyArranged, Stage.MONEY_ORGANISED, "decision"),
        Verb("arranges support", "planning", "ArrangeSupport", events.SupportArranged, Stage.SUPPORT_ORGANISED),
        Verb("stops arrangements", "planning", "StopArrangements", events.MoneyEnded),
        Verb("restarts arrangements", "planning", "RestartArrangements", events.MoneyStarted),
        Verb(
            "records spending",
            "review",
            "RecordSpend",
            events.SpendRecorded,
            Stage.LIFE_LIVED,
            "decision",
            goes_on=True,
        ),
        Verb("judges spending", "review", "JudgeSpend", events.SpendJudged),
        Verb("asks for a review", "review", "RequestReview", events.ReviewRequested, Stage.LIFE_LIVED),
        Verb("triggers a review", "review", "TriggerReview", events.ReviewTriggered, Stage.LIFE_LIVED),
        Verb("completes the review", "review", "CompleteReview", events.ReviewCompleted, Stage.SEEN_HOW_IT_WORKED),
    )
)
"""Every verb by its words, in the order of the seven steps."""
