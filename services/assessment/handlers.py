"""The use cases of step 1 and of the case itself, one function each, in one transaction each."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.assessment import domain, store
from services.assessment.domain import Case, Determination, UrgentSupport
from sevensteps.councils import Council, council_unknown
from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.events import (
    AdviceGiven,
    AdvocacyConsidered,
    AssessmentOpened,
    CaseEnded,
    CaseOpened,
    CaseResumed,
    DeterminationConfirmed,
    DeterminationProposed,
    HoldPlaced,
    HoldReleased,
    IndicativeBudgetGiven,
    Payload,
    SelfAssessmentRecorded,
    UrgentSupportRecorded,
)
from sevensteps.identity.actor import Role
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work, new_id
from sevensteps.steps import Ending

ELIGIBILITY = {"adult": "eligibility", "carer": "carer-eligibility"}


def open_case(work: Work, *, kind: str, person_reference: str) -> Case:
    """Open a case at first contact, and its first assessment: it appears that there may be needs (s.9(1), s.10)."""
    case_id = new_id("case")
    council = domain.council_of(work.actor)
    due, pack = _assessment_due(work, work.today, case_id, council)
    opened = Case(
        case_id=case_id,
        council=council,
        kind=kind,
        person_reference=person_reference,
        opened_at=work.now_text,
        round=1,
        assessment_open=True,
        assessment_due=due,
        pack=pack,
        on_hold=False,
        ending="",
        version=1,
    )
    store.add_case(work, opened)
    work.tell(case_id, council, CaseOpened(kind=kind, due_on=opened.assessment_due.isoformat()))
    return opened


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
    domain.ensure_assessing(case)
    store.add_urgent_support(work, case, support)
    told = UrgentSupportRecorded(
        needs=list(support.needs), weekly=pounds(support.weekly), starts_on=support.starts_on.isoformat()
    )
    return _changed(work, case, told)


def record_self_assessment(work: Work, *, case_id: str, etag: str, help_: str, own_words: str) -> Case:
    """Record the person's self-assessment (Assessment Regulations 2014 reg 2)."""
    case = store.case_to_change(work, case_id, etag)
    domain.ensure_assessing(case)
    store.add_self_assessment(work, case, help_=help_, own_words=own_words)
    return _changed(work, case, SelfAssessmentRecorded(round=case.round, help=help_))


def consider_advocacy(
    work: Work, *, case_id: str, etag: str, facts: Mapping[str, Json]
) -> tuple[RecordedDecision, Case]:
    """Decide whether an independent advocate must be arranged (s.67)."""
    case = store.case_to_change(work, case_id, etag)
    domain.ensure_open(case)
    kept = work.decide("advocacy", work.today, facts, case_id=case_id, council=case.council, version=case.pack)
    return kept, _changed(work, case, AdvocacyConsidered(verdict=kept.decision.verdict.value))


def propose_determination(
    work: Work, *, case_id: str, etag: str, assessed_on: date, kind: str, facts: Mapping[str, Json]
) -> tuple[Determination, Case]:
    """Have the pack propose a determination from the assessed facts, by the rules of that day (s.13)."""
    case = store.case_to_change(work, case_id, etag)
    domain.ensure_assessing(case)
    domain.ensure_not_confirmed(case, store.confirmed_determination(work, case))
    if kind != case.kind:
        raise invalid(Violation("facts", f"must be {case.kind}: that is what the case is about"))
    kept = work.decide(ELIGIBILITY[kind], assessed_on, facts, case_id=case_id, council=case.council, version=case.pack)
    eligible_needs = kept.decision.values.get("eligible_needs")
    proposed = Determination(
        determination_id=new_id("determination"),
        case_id=case_id,
        round=case.round,
        verdict=kept.decision.verdict.value,
        assessed_on=assessed_on,
        eligible_needs=tuple(str(need) for need in eligible_needs) if isinstance(eligible_needs, list) else (),
        receipt_id=kept.receipt_id,
        assessed_by=work.actor.subject,
        confirmed_by="",
        reasons="",
    )
    store.add_determination(work, proposed)
    told = DeterminationProposed(round=case.round, determination_id=proposed.determination_id, verdict=proposed.verdict)
    return proposed, _changed(work, case, told)


def confirm_determination(
    work: Work, *, case_id: str, etag: str, determination_id: str, reasons: str
) -> tuple[Determination, Case]:
    """Make a proposed determination the practitioner's own, with reasons (s.13(2))."""
    case = store.case_to_change(work, case_id, etag)
    domain.ensure_assessing(case)
    proposed = store.determination(work, case_id, determination_id)
    domain.ensure_not_confirmed(case, store.confirmed_determination(work, case))
    proposals = store.proposals(work, case)
    newest = proposals[-1] if proposals else None
    confirmed = domain.confirm(case, proposed, newest, work.actor.subject, reasons)
    store.keep_confirmation(work, confirmed)
    told = DeterminationConfirmed(
        round=case.round,
        determination_id=determination_id,
        eligible=confirmed.eligible,
        needs=list(confirmed.eligible_needs),
        assessed_by=sorted({confirmed.confirmed_by, *(each.assessed_by for each in proposals)}),
    )
    return confirmed, _changed(work, case, told)


def give_indicative_budget(
    work: Work, *, case_id: str, etag: str, points: int, by_practitioner: Decimal | None
) -> tuple[RecordedDecision, str, Case]:
    """Give the indicative budget of the council's points table; above the table, the practitioner's own figure."""
    case = store.case_to_change(work, case_id, etag)
    determination = domain.ensure_budget_is_next(case, store.confirmed_determination(work, case))
    kept = work.decide(
        "indicative-budget",
        determination.assessed_on,
        {"points": points},
        case_id=case_id,
        council=case.council,
        version=case.pack,
    )
    weekly = _weekly(kept.decision.values.get("weekly"), by_practitioner)
    store.add_budget(work, case, points=points, weekly=weekly, receipt_id=kept.receipt_id)
    told = IndicativeBudgetGiven(round=case.round, weekly=weekly, given_by=work.actor.subject)
    return kept, weekly, _changed(work, domain.close_assessment(case), told)


def _weekly(of_table: Json, by_practitioner: Decimal | None) -> str:
    """The amount of the table, or above it the practitioner's. Raises a Fault (INVALID) where there are two or none."""
    if isinstance(of_table, str):
        if by_practitioner is not None:
            detail = f"must be left out: the table gives {of_table} pounds a week for so many points"
            raise invalid(Violation("weekly_by_practitioner", detail))
        return of_table
    if by_practitioner is None:
        detail = "must be given: so many points are above the table (complex needs), and there is no cap"
        raise invalid(Violation("weekly_by_practitioner", detail))
    return pounds(by_practitioner)


def give_advice(
    work: Work, *, case_id: str, etag: str, written_reasons: str, advice: str, how_to_ask_again: str
) -> Case:
    """Give somebody who is not eligible written reasons, advice, and how to ask again (s.13(5), s.24(2))."""
    case = store.case_to_change(work, case_id, etag)
    domain.ensure_advice_is_next(case, store.confirmed_determination(work, case))
    store.add_advice(
        work, case, written_reasons=written_reasons, advice_given=advice, how_to_ask_again=how_to_ask_again
    )
    return _changed(work, domain.close_assessment(case), AdviceGiven(round=case.round))


def get_determination(work: Work, *, case_id: str) -> Determination:
    """Read the determination of the case's last assessed round: the confirmed one, else the newest proposal."""
    store.case(work, case_id)
    found = store.standing_determination(work, case_id)
    if found is None:
        raise Fault(
            Kind.NOT_FOUND,
            "DETERMINATION_NOT_FOUND",
            "There is no determination yet: ProposeDetermination comes first.",
        )
    return found


def place_hold(work: Work, *, case_id: str, etag: str, reason: str) -> Case:
    """Put the case on hold: soft clocks stop, hard ones go on."""
    return _changed(work, domain.place_hold(store.case_to_change(work, case_id, etag)), HoldPlaced(reason=reason))


def release_hold(work: Work, *, case_id: str, etag: str) -> Case:
    """Release the hold."""
    return _changed(work, domain.release_hold(store.case_to_change(work, case_id, etag)), HoldReleased())


def resume_case(work: Work, *, case_id: str, because: str) -> Case:
    """Tell a parked journey that its cause has been mended, and keep what was mended.

    An ended case too: its journey may be parked while it has everything closed.
    """
    case = store.case_to_change(work, case_id)
    store.add_resumption(work, case, because=because)
    return _changed(work, case, CaseResumed())


def end_case(work: Work, *, case_id: str, etag: str, ending: Ending) -> Case:
    """End the case. Asked again for the same ending, it answers the ended case."""
    case = store.case_to_change(work, case_id, etag)
    confirmed = store.confirmed_determination(work, case)
    ended = domain.end(case, ending, confirmed, by_journey=Role.JOURNEY in work.actor.roles)
    return case if ended == case else _changed(work, ended, CaseEnded(ending=ending.value))


def open_assessment(work: Work, *, case_id: str, number: int, opened_on: date) -> date:
    """Open an assessment round and answer by when it should be done. The first was opened with the case."""
    case = store.case_to_change(work, case_id)
    if number == case.round:
        return case.assessment_due
    due, pack = _assessment_due(work, opened_on, case_id, case.council)
    opened = domain.open_round(case, number, due, pack)
    _changed(work, opened, AssessmentOpened(round=number, due_on=due.isoformat()))
    return due


def _changed(work: Work, changed: Case, told: Payload) -> Case:
    saved = store.change_case(work, changed)
    work.tell(saved.case_id, saved.council, told)
    return saved


def _assessment_due(work: Work, started_on: date, case_id: str, council: str) -> tuple[date, str]:
    """By when an assessment that begins should be done, and the pack by which it will be decided."""
    facts = {"clock": "assessment", "started_on": started_on.isoformat()}
    kept = work.decide("deadlines", started_on, facts, case_id=case_id, council=council)
    return date.fromisoformat(str(kept.decision.values["due"])), kept.decision.hash
