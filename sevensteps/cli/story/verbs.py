"""What people do in a case, in the words of the examples. Each verb is one call of the public API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, MethodDescriptor

from sevensteps import events
from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.events import Payload
from sevensteps.steps import Stage

FILES = {
    "assessment": assessment_pb2.DESCRIPTOR,
    "planning": planning_pb2.DESCRIPTOR,
    "approval": approval_pb2.DESCRIPTOR,
    "review": review_pb2.DESCRIPTOR,
}


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
        return FILES[self.service].services_by_name[f"{self.service.capitalize()}Service"].methods_by_name[self.rpc]

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
        Verb("records urgent support", "assessment", "RecordUrgentSupport", events.UrgentSupportRecorded),
        Verb(
            "records the self-assessment",
            "assessment",
            "RecordSelfAssessment",
            events.SelfAssessmentRecorded,
            Stage.MONEY_FOUND,
        ),
        Verb("considers advocacy", "assessment", "ConsiderAdvocacy", events.AdvocacyConsidered, decision="decision"),
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
