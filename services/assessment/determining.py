"""What the pack is asked for a determination: whether needs are eligible, and whether there is a duty to meet them."""

from collections.abc import Mapping
from datetime import date

from services.assessment.domain.assessment import Assessment
from services.assessment.domain.case import Case
from services.assessment.domain.determination import Determination, Duty
from sevensteps.policy.model.verdict import Json
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work, new_id

ELIGIBILITY = {"adult": "eligibility", "carer": "carer-eligibility"}
DUTY = {"adult": "duty", "carer": "carer-duty"}


def determine(work: Work, case: Case, assessment: Assessment) -> Determination:
    """What the pack proposes for the case's round, by the rules of the day of the assessment (s.13)."""
    decision = decide(work, case, ELIGIBILITY[assessment.kind], assessment.assessed_on, assessment.facts)
    proposal = Determination.propose(
        new_id("determination"),
        case,
        assessment,
        verdict=decision.verdict.value,
        values=decision.values,
        receipt_id=decision.receipt_id,
        assessed_by=work.actor.subject,
    )
    return with_duty(work, case, proposal)


def with_duty(work: Work, case: Case, determination: Determination) -> Determination:
    """The determination with what the pack says about the duty to meet its needs (s.18, s.20), if any is eligible.

    A case that is assessed by an earlier version of the pack may have none that says anything about it.
    """
    if not determination.eligible:
        return determination
    assessment = determination.assessment
    decision = DUTY[assessment.kind]
    version = work.version_with(decision, council=case.council, version=case.pack)
    if version is None:
        return determination
    facts = assessment.facts_of_duty(determination.eligible_needs)
    decided = work.decide(
        decision, assessment.assessed_on, facts, case_id=case.case_id, council=case.council, version=version
    )
    return determination.with_duty(decided.values, decided.receipt_id)


def duty_of(work: Work, determination: Determination) -> Duty | None:
    """What the pack says about the duty to meet the needs; None where it was not asked."""
    if determination.duty_receipt_id is None:
        return None
    receipt = work.receipt(determination.duty_receipt_id)
    missing = receipt["missing"]
    return Duty(str(receipt["verdict"]), [str(path) for path in missing] if isinstance(missing, list) else [])


def decide(work: Work, case: Case, decision: str, on: date, facts: Mapping[str, Json]) -> RecordedDecision:
    """Ask the pack with which the case's open assessment began."""
    return work.decide(decision, on, facts, case_id=case.case_id, council=case.council, version=case.pack)
