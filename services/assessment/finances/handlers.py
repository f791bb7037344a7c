"""The use cases of financial assessments, one function each, in one transaction each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.assessment import answers_store, finances_store, store
from services.assessment.domain.case import Case
from services.assessment.domain.finances import Assessing, FinancialAssessment
from services.assessment.finances import letters
from services.assessment.offered import begun_with
from sevensteps.budget_numbers import Charge
from sevensteps.errors import Fault, Violation, invalid, stage_order
from sevensteps.events import FinancesAssessed, FinancesJudged
from sevensteps.money import pounds
from sevensteps.policy import Decision
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.model.answered_facts import facts_of
from sevensteps.policy.model.questionnaire import Purpose
from sevensteps.policy.model.verdict import Json
from sevensteps.service.work import Work, new_id

CONTRIBUTION = "contribution"
"""The decision of the pack about what a person pays."""
ROUNDED_DOWN = frozenset({"weekly_income"})
"""The facts of it from which the charge is worked out: a part of a penny is in the person's favour."""


@dataclass(frozen=True, slots=True)
class Due:
    """An assessment that would say something else by the rates of a day; `verdict` is empty where one is unknown."""

    assessment: FinancialAssessment
    verdict: str
    weekly: Decimal | None


def assess(work: Work, *, case_id: str, etag: str, assessing: Assessing) -> tuple[FinancialAssessment, Case]:
    """Assess the finances by the rules of a day (s.17). Where it is settled what the person pays, it stands."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    last = finances_store.newest(work, case_id)
    assessing.ensure_follows(last)
    facts = assessing.facts(_answered(work, case, assessing))
    decided = work.decide(CONTRIBUTION, assessing.assessed_on, facts, case_id=case_id, council=case.council)
    charge = Charge.of(decided.verdict.value, decided.values)
    assessment = FinancialAssessment(
        financial_assessment_id=new_id("finances"),
        case_id=case_id,
        kind=case.kind,
        number=last.number + 1 if last else 1,
        assessing=assessing,
        charge=charge,
        receipt_id=decided.receipt_id,
        assessed_by=work.actor.subject,
        recorded_at=work.now_text,
        standing=charge.weekly is not None,
    )
    finances_store.add(work, case, assessment)
    letters.tell(work, case, assessment)
    return assessment, store.change_case(work, case, _assessed(assessment))


def _answered(work: Work, case: Case, assessing: Assessing) -> Mapping[str, Json]:
    """The facts that answers to the questionnaire about finances say; of a light touch, also whether they agree.

    Raises a Fault: NOT_FOUND for answers that the case does not have; INVALID for those that are about something else;
    PRECONDITION for those that are not submitted.
    """
    if not assessing.answers_id:
        return {}
    answers = answers_store.answers(work, case.case_id, assessing.answers_id)
    questionnaire = begun_with(work, answers)
    if questionnaire.purpose is not Purpose.FINANCES:
        detail = f"must be answers to a questionnaire about finances; {questionnaire.name} is not"
        raise invalid(Violation("answers_id", detail))
    if not answers.submitted_by:
        raise stage_order("SubmitAnswers must come first: these answers are still being given.", case.case_id)
    facts = facts_of(Answered.of(questionnaire, answers.viewed), CONTRIBUTION, ROUNDED_DOWN)
    assessing.ensure_agrees(facts)
    return facts


def judge(
    work: Work, *, case_id: str, etag: str, financial_assessment_id: str, weekly: Decimal, because: str
) -> tuple[FinancialAssessment, Case]:
    """Say what the person pays where the rules leave it to somebody (reg 10(1)), with reasons."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    assessment = finances_store.assessment_of(work, case_id, financial_assessment_id)
    assessment.ensure_newest(finances_store.newest(work, case_id))
    judged = assessment.judge(weekly, because, by=work.actor.subject, at=work.now_text)
    finances_store.judge(work, judged)
    letters.tell(work, case, judged)
    event = FinancesJudged(financial_assessment_id, **_amounts(judged))
    return judged, store.change_case(work, case, event)


def _assessed(assessment: FinancialAssessment) -> FinancesAssessed:
    assessing = assessment.assessing
    return FinancesAssessed(
        financial_assessment_id=assessment.financial_assessment_id,
        number=assessment.number,
        way=assessing.way.value,
        reason=assessing.reason.value,
        assessed_on=assessing.assessed_on.isoformat(),
        verdict=assessment.charge.verdict,
        **_amounts(assessment),
    )


def _amounts(assessment: FinancialAssessment) -> dict[str, str]:
    """What the person pays and the three numbers, as an event says them; empty where they are not known."""
    weekly, numbers = assessment.weekly, assessment.numbers
    return {
        "weekly_charge": "" if weekly is None else pounds(weekly),
        "cost_weekly": pounds(numbers.cost) if numbers else "",
        "adult_pays_weekly": pounds(numbers.adult_pays) if numbers else "",
        "council_pays_weekly": pounds(numbers.council_pays) if numbers else "",
    }


def get(work: Work, *, case_id: str, financial_assessment_id: str) -> FinancialAssessment:
    """Read the assessment that stands, or one by its id."""
    store.case(work, case_id)
    return finances_store.assessment_of(work, case_id, financial_assessment_id)


def due(work: Work, *, on: date, after: int, size: int) -> Iterator[tuple[int, Due | None]]:
    """Look at so many assessments that stand, after a place: which would say something else by the rates of a day.

    With the place of each; None for those that would say the same.
    """
    for position, council, assessment in finances_store.standing_after(work, after, size):
        yield position, _due(work, council, assessment, on)


def _due(work: Work, council: str, assessment: FinancialAssessment, on: date) -> Due | None:
    facts = work.decided_on(assessment.receipt_id)
    pack = work.councils.council(council).pack
    version = work.version_in_force(pack)
    try:
        decided = _decide(work, pack, version, on, facts)
    except Fault as fault:
        if fault.reason != "PARAMETER_MISSING":
            raise
        return Due(assessment, "", None)
    charge = Charge.of(decided.verdict.value, decided.values)
    same = charge.weekly == assessment.charge.weekly and charge.most == assessment.charge.most
    return None if same else Due(assessment, charge.verdict, charge.weekly)


def _decide(work: Work, pack: str, version: str, on: date, facts: Mapping[str, Json]) -> Decision:
    """Ask the pack in force, without a receipt: nothing is decided."""
    if version:
        work.archive.restore(work.connection, version)
    return work.archive.library.decide(
        CONTRIBUTION, pack=pack, on=on, facts=facts, version=version or None, only_known_facts=True
    )
