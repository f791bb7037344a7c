"""What has been recorded in step 1, as it goes on the wire."""

from services.assessment import facts, writing
from services.assessment.domain.acts import Act, ActKind
from services.assessment.domain.determination import Determination
from services.assessment.domain.recorded import (
    IndicativeBudget,
    RecordedAdvice,
    RecordedSelfAssessment,
    RecordedUrgentSupport,
)
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.fields import moment, number_of
from sevensteps.money import pounds
from sevensteps.service.work import Work


def self_assessment_message(recorded: RecordedSelfAssessment) -> pb.SelfAssessment:
    """A self-assessment."""
    return pb.SelfAssessment(
        round=recorded.round,
        help=number_of(pb.SelfAssessmentHelp, recorded.self_assessment.help),
        own_words=recorded.self_assessment.own_words,
        recorded_by=recorded.recorded_by,
        recorded_at=moment(recorded.recorded_at),
    )


def urgent_support_message(recorded: RecordedUrgentSupport) -> pb.UrgentSupport:
    """Urgent support."""
    support = recorded.support
    return pb.UrgentSupport(
        needs=support.needs,
        weekly=pounds(support.weekly),
        starts_on=support.starts_on.isoformat(),
        because=support.because,
        recorded_by=recorded.recorded_by,
        recorded_at=moment(recorded.recorded_at),
        folded_into=recorded.folded_into,
    )


def determination_message(work: Work, determination: Determination) -> pb.Determination:
    """A determination, with what the pack decided and what is owed in writing after it."""
    written = writing.owed(work, determination.case_id, determination.round)
    return facts.determination_message(determination, written, work.decided)


def indicative_budget_message(budget: IndicativeBudget, decision: decision_pb2.Decision) -> pb.IndicativeBudget:
    """An indicative budget. Where the table did not give it, a practitioner did."""
    weekly = pounds(budget.weekly)
    return pb.IndicativeBudget(
        round=budget.round,
        points=budget.points,
        weekly=weekly,
        weekly_by_practitioner="" if decision.verdict == decision_pb2.VERDICT_MET else weekly,
        decision=decision,
        given_by=budget.given_by,
        given_at=moment(budget.given_at),
    )


def advice_message(recorded: RecordedAdvice) -> pb.Advice:
    """What somebody who is not eligible was given in writing."""
    advice = recorded.advice
    return pb.Advice(
        round=recorded.round,
        written_reasons=advice.written_reasons,
        advice=advice.advice,
        how_to_ask_again=advice.how_to_ask_again,
        given_by=recorded.given_by,
        options=[number_of(pb.AdviceOption, option) for option in advice.options],
        signposts=[pb.Signpost(whereto=each.whereto, helps_with=each.helps_with) for each in advice.signposts],
    )


def act_message(act: Act) -> pb.Act:
    """What was done to a case, as it goes on the wire."""
    return pb.Act(
        kind=number_of(pb.ActKind, act.kind),
        acted_by=act.acted_by,
        because=act.because,
        hold_reason=number_of(pb.HoldReason, act.reason if act.kind is ActKind.HOLD_PLACED else ""),
        ending=number_of(pb.Ending, act.reason if act.kind is ActKind.ENDED else ""),
        team=act.reason if act.kind is ActKind.ASSIGNED else "",
        role=act.reason if act.kind is ActKind.ESCALATED else "",
        acted_at=moment(act.acted_at),
    )
