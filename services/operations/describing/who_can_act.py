"""Which roles can do what a case waits for, by the table that says who may call what."""

from collections.abc import Mapping, Sequence

from sevensteps.identity.rights import RIGHTS, rpc_of
from sevensteps.identity.role_groups import PEOPLE
from sevensteps.temporal import WaitingFor

DONE_BY: Mapping[WaitingFor, str] = {
    WaitingFor.DETERMINATION: "assessment.ConfirmDetermination",
    WaitingFor.ADVICE: "assessment.GiveAdvice",
    WaitingFor.INDICATIVE_BUDGET: "assessment.GiveIndicativeBudget",
    WaitingFor.PLAN: "planning.SubmitPlan",
    WaitingFor.DECISION: "approval.ApprovePlan",
    WaitingFor.MONEY: "planning.ArrangeMoney",
    WaitingFor.SUPPORT: "planning.ArrangeSupport",
    WaitingFor.REVIEW_DATE: "review.RequestReview",
    WaitingFor.REVIEW: "review.CompleteReview",
    WaitingFor.RELEASE: "assessment.ReleaseHold",
    WaitingFor.MEND: "assessment.ResumeCase",
}
"""The call by which somebody does it. What is not here is for the suite itself, or for nobody."""


def who_can_act(waiting_for: WaitingFor) -> Sequence[str]:
    """The roles, in the order of the alphabet. Whether one of them may sign a plan, the scheme of delegation says."""
    if waiting_for not in DONE_BY:
        return ()
    return sorted(role.value for role in RIGHTS[rpc_of(DONE_BY[waiting_for])] & PEOPLE)
