"""The use cases of step 1 and of the case itself, one function each, in one transaction each."""

from collections.abc import Mapping
from datetime import date

from services.assessment import (
    conversation_store,
    finances_store,
    refusal_store,
    representation_store,
    store,
    telling,
    writing,
)
from services.assessment.answered_assessment import assessment_and_answers
from services.assessment.determining import confirmed_event, decide, depart, determine, duty_of, with_duty
from services.assessment.domain.assessment import AssessedByAnswers, Assessment, SelfAssessment, UrgentSupport
from services.assessment.domain.case import Case, CaseOpening, RoundOpening, council_of
from services.assessment.domain.conversation import ensure_conversation
from services.assessment.domain.determination import (
    Confirmation,
    Determination,
    ensure_advice_is_next,
    ensure_budget_is_next,
    ensure_not_confirmed,
    newest_proposal,
)
from services.assessment.domain.outcome import Advice, Points
from services.assessment.domain.refusal import ensure_none_stands
from services.assessment.domain.written import Given, Written, WrittenKind, ensure_determined
from services.assessment.own_money_store import plans_with_own_money
from sevensteps.councils import Council, council_unknown
from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.events import (
    AdviceGiven,
    AdvocacyConsidered,
    AssessmentOpened,
    CaseOpened,
    DeterminationProposed,
    IndicativeBudgetGiven,
    SelfAssessmentRecorded,
    UrgentSupportRecorded,
    WrittenRecordGiven,
)
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json
from sevensteps.service import overdue
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.overdue import PassedDate
from sevensteps.service.work import Work, new_id


def open_case(work: Work, opening: CaseOpening) -> Case:
    """Open a case at first contact, and its first assessment: it appears that there may be needs (s.9(1), s.10)."""
    case_id = new_id("case")
    council = council_of(work.actor)
    _ensure_may_open(work, council, opening)
    due, pack = _assessment_due(work, work.today, case_id, council)
    case = Case.open(
        case_id, council, opening, opened_at=work.now_text, opened_by=work.actor.subject, due=due, pack=pack
    )
    store.add_case(work, case)
    event = CaseOpened(
        kind=case.kind,
        due_on=due.isoformat(),
        another_because=case.another_because or "",
        linked_case_id=case.linked_case_id,
    )
    work.tell(case_id, council, event)
    return case


def _ensure_may_open(work: Work, council: str, opening: CaseOpening) -> None:
    """Raise a Fault where a case of the kind is open for the person already, or the linked one is not the council's.

    The database sees to it, too, that of two that are opened at the same moment one is refused.
    """
    opening.ensure_first(store.open_case_of(work, council, opening))
    if opening.linked_case_id and not store.has_case(work, council, opening.linked_case_id):
        raise invalid(Violation("linked_case_id", "must be the id of a case of your council"))


def get_council(work: Work, *, name: str) -> Council:
    """Read the choices of a council that the actor may see. Raises a Fault (PRECONDITION, COUNCIL_UNKNOWN)."""
    if not work.actor.may_see(name):
        raise council_unknown(name)
    return work.councils.council(name)


def get_case(work: Work, *, case_id: str) -> Case:
    """Read a case."""
    return store.case(work, case_id)


def record_urgent_support(work: Work, *, case_id: str, etag: str, support: UrgentSupport) -> Case:
    """Record that urgent needs are met before the assessment (s.19(3)). The assessment still follows."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_assessing()
    store.add_urgent_support(work, case, support)
    telling.tell_urgent_support(work, case, support)
    event = UrgentSupportRecorded(
        needs=list(support.needs), weekly=pounds(support.weekly), starts_on=support.starts_on.isoformat()
    )
    return store.change_case(work, case, event)


def record_self_assessment(work: Work, *, case_id: str, etag: str, self_assessment: SelfAssessment) -> Case:
    """Record the person's self-assessment (Assessment Regulations 2014 reg 2)."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_assessing()
    store.add_self_assessment(work, case, self_assessment)
    return store.change_case(work, case, SelfAssessmentRecorded(round=case.round, help=self_assessment.help))


def consider_advocacy(
    work: Work, *, case_id: str, etag: str, facts: Mapping[str, Json]
) -> tuple[RecordedDecision, Case]:
    """Decide whether an independent advocate must be arranged (s.67)."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    facts = representation_store.facts_of_advocacy(work, case, facts)
    decision = decide(work, case, "advocacy", work.today, facts)
    telling.tell_advocacy(work, case, decision)
    return decision, store.change_case(work, case, AdvocacyConsidered(verdict=decision.verdict.value))


def propose_determination(
    work: Work, *, case_id: str, etag: str, assessed: Assessment | AssessedByAnswers
) -> tuple[Determination, Case]:
    """Have the pack propose a determination from what was assessed, by the rules of that day (s.13)."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_assessing()
    ensure_none_stands(refusal_store.newest_of_round(work, case))
    ensure_not_confirmed(case, store.confirmed_determination(work, case))
    assessment, answers_id = assessment_and_answers(work, case, assessed)
    assessment = representation_store.as_recorded(work, case, assessment)
    if finances := finances_store.standing(work, case_id):
        if not answers_id:
            finances.ensure_not_contradicted(assessment)
        assessment = finances.told_to(assessment)
    proposal = determine(work, case, assessment, answers_id)
    store.add_determination(work, case, proposal)
    event = DeterminationProposed(case.round, proposal.determination_id, proposal.answer.verdict, answers_id)
    return proposal, store.change_case(work, case, event)


def confirm_determination(
    work: Work, *, case_id: str, etag: str, determination_id: str, confirmation: Confirmation
) -> tuple[Determination, Case]:
    """Make a proposed determination the practitioner's own, with reasons (s.13(2)), or depart from it by outcome.

    Raises a Fault (PRECONDITION) where the conversation of the round is missing, eligibility is not settled, or the
    duty to meet the needs is left to a judgement that the practitioner does not give.
    """
    case = store.case_to_change(work, case_id, etag)
    case.ensure_assessing()
    ensure_none_stands(refusal_store.newest_of_round(work, case))
    proposals = store.proposals(work, case)
    proposal = with_duty(work, case, newest_proposal(case, proposals, determination_id))
    ensure_conversation(case, recorded=conversation_store.is_recorded(work, case))
    if departures := confirmation.departures:
        proposal = depart(work, case, proposal, departures)
    duty = duty_of(work, proposal)
    confirmed = proposal.confirm(work.actor.subject, confirmation.reasons).judge_duty(duty, confirmation.duty_because)
    telling.tell_determination(work, case, confirmed)
    store.confirm(work, confirmed)
    due = writing.owe(work, case, confirmed)
    urgent_needs = store.fold_in_urgent_support(work, confirmed)
    event = confirmed_event(confirmed, proposals, duty, due, urgent_needs)
    return confirmed, store.change_case(work, case, event)


def give_indicative_budget(
    work: Work, *, case_id: str, etag: str, points: Points
) -> tuple[RecordedDecision, str, Case]:
    """Give the indicative budget of the council's points table; above the table, the practitioner's own figure."""
    case = store.case_to_change(work, case_id, etag)
    determination = ensure_budget_is_next(case, store.confirmed_determination(work, case))
    decision = decide(work, case, "indicative-budget", determination.assessment.assessed_on, {"points": points.points})
    weekly = points.weekly(decision.values.get("weekly"))
    telling.tell_budget(work, case, decision, points, weekly)
    store.add_budget(work, case, points=points.points, weekly=weekly, receipt_id=decision.receipt_id)
    event = IndicativeBudgetGiven(
        round=case.round,
        weekly=weekly,
        given_by=work.actor.subject,
        own_money=plans_with_own_money(work, case),
    )
    return decision, weekly, store.change_case(work, case.close_assessment(), event)


def give_written_record(work: Work, *, case_id: str, etag: str, given: Given) -> Case:
    """Record that the person was given the written record of the determination (s.13(2)), however late."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    ensure_determined(case, determined=store.confirmed_determination(work, case) is not None)
    done = writing.give(work, case, WrittenKind.WRITTEN_RECORD, given)
    return store.change_case(work, case, WrittenRecordGiven(case.round, _day(done), done.how))


def give_advice(work: Work, *, case_id: str, etag: str, advice: Advice, given: Given) -> Case:
    """Give somebody who is not eligible written reasons, advice, and how to ask again (s.13(5), s.24(2)).

    The written reasons are the record of the determination, unless that was given before.
    """
    case = store.case_to_change(work, case_id, etag)
    ensure_advice_is_next(case, store.confirmed_determination(work, case))
    telling.tell_advice(work, case, advice)
    store.add_advice(work, case, advice)
    if not writing.is_given(work, case, WrittenKind.WRITTEN_RECORD):
        writing.give(work, case, WrittenKind.WRITTEN_RECORD, given)
    done = writing.give(work, case, WrittenKind.ADVICE, given)
    return store.change_case(
        work, case.close_assessment(), _advice_given(case, advice, done, own_money=plans_with_own_money(work, case))
    )


def _advice_given(case: Case, advice: Advice, done: Written, *, own_money: bool) -> AdviceGiven:
    return AdviceGiven(
        round=case.round,
        given_on=_day(done),
        how=done.how,
        options=list(advice.options),
        signposts=len(advice.signposts),
        own_money=own_money,
    )


def _day(done: Written) -> str:
    return done.given_on.isoformat() if done.given_on else ""


def get_determination(work: Work, *, case_id: str) -> Determination:
    """Read the determination of the case's last assessed round: the confirmed one, else the newest proposal."""
    store.case(work, case_id)
    determination = store.standing_determination(work, case_id)
    if determination is None:
        raise Fault(
            Kind.NOT_FOUND,
            "DETERMINATION_NOT_FOUND",
            "There is no determination yet: ProposeDetermination comes first.",
        )
    return determination


def open_assessment(work: Work, *, case_id: str, opening: RoundOpening) -> date:
    """Open an assessment round and answer by when it should be done. The first was opened with the case."""
    case = store.case_to_change(work, case_id)
    if opening.number == case.round:
        return case.assessment_due
    due, pack = _assessment_due(work, opening.opened_on, case_id, case.council)
    event = AssessmentOpened(round=opening.number, due_on=due.isoformat())
    store.change_case(work, case.open_round(opening.number, due, pack), event)
    return due


def record_overdue(work: Work, *, case_id: str, passed: PassedDate, clock: str) -> None:
    """Record that a date has passed: of the step, or that `clock` has, of what is owed in writing."""
    case = store.case(work, case_id)
    if clock:
        writing.record_overdue(work, case, WrittenKind(clock), round_=passed.turn, due_on=passed.due_on)
    else:
        overdue.record(work, case, passed)


def _assessment_due(work: Work, started_on: date, case_id: str, council: str) -> tuple[date, str]:
    """By when an assessment that begins should be done, and the pack by which it will be decided."""
    facts = {"clock": "assessment", "started_on": started_on.isoformat()}
    deadline = work.decide("deadlines", started_on, facts, case_id=case_id, council=council)
    return deadline.day("due"), deadline.pack
