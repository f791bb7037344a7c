"""What the pack is asked for a determination: whether needs are eligible, and whether there is a duty to meet them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from services.assessment.domain.assessment import Assessment, Departure, Judgement
from services.assessment.domain.case import Case
from services.assessment.domain.determination import Determination, Duty, PackAnswer
from services.assessment.domain.ways_in import ELIGIBILITY
from services.assessment.domain.written import WrittenKind
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.events import DeterminationConfirmed
from sevensteps.policy.model.verdict import Json
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work, new_id

DUTY = {"adult": "duty", "carer": "carer-duty"}
JUDGEMENTS = {decision_pb2.VERDICT_MET: Judgement.UNABLE, decision_pb2.VERDICT_NOT_MET: Judgement.ABLE}
"""What the pack's finding about an outcome says; any other leaves it unknown."""


def determine(work: Work, case: Case, assessment: Assessment, answers_id: str = "") -> Determination:
    """What the pack proposes for the case's round, by the rules of the day of the assessment (s.13).

    `answers_id` are the answers from which the facts are.
    """
    return Determination(
        determination_id=new_id("determination"),
        case_id=case.case_id,
        round=case.round,
        assessment=assessment,
        answer=_with_duty(work, case, assessment, _eligibility(work, case, assessment)),
        assessed_by=work.actor.subject,
        proposed_at=work.now_text,
        answers_id=answers_id,
    )


def depart(work: Work, case: Case, proposal: Determination, departures: Sequence[Departure]) -> Determination:
    """The proposal as the practitioner judges its outcomes, decided by the same rules.

    Raises a Fault (INVALID) for an outcome of another kind of case, or one that is judged as it is proposed.
    """
    proposed = {
        finding.about: JUDGEMENTS.get(finding.verdict, Judgement.UNKNOWN)
        for finding in work.decided(proposal.answer.receipt_id).findings
        if finding.about
    }
    proposal.ensure_departs(departures, proposed)
    judged = proposal.assessment.judged(departures)
    return proposal.depart(departures, _with_duty(work, case, judged, _eligibility(work, case, judged)))


def with_duty(work: Work, case: Case, proposal: Determination) -> Determination:
    """A proposal of a version that did not ask about the duty, with what the pack says about it now."""
    if proposal.answer.duty_receipt_id is not None:
        return proposal
    return replace(proposal, answer=_with_duty(work, case, proposal.assessment, proposal.answer))


def _eligibility(work: Work, case: Case, assessment: Assessment) -> PackAnswer:
    decision = decide(work, case, ELIGIBILITY[assessment.kind], assessment.assessed_on, assessment.facts)
    return PackAnswer.of(decision.verdict.value, decision.values, decision.receipt_id)


def _with_duty(work: Work, case: Case, assessment: Assessment, answer: PackAnswer) -> PackAnswer:
    """The answer with what the pack says about the duty to meet the needs (s.18, s.20), if any is eligible.

    A case that is assessed by an earlier version of the pack may have none that says anything about it.
    """
    if not answer.eligible:
        return answer
    decision = DUTY[assessment.kind]
    version = work.version_with(decision, council=case.council, version=case.pack)
    if version is None:
        return answer
    facts = assessment.facts_of_duty(answer.eligible_needs)
    decided = work.decide(
        decision, assessment.assessed_on, facts, case_id=case.case_id, council=case.council, version=version
    )
    return answer.with_duty(decided.values, decided.receipt_id)


def duty_of(work: Work, determination: Determination) -> Duty | None:
    """What the pack says about the duty to meet the needs; None where it was not asked."""
    receipt_id = determination.answer.duty_receipt_id
    if receipt_id is None:
        return None
    receipt = work.receipt(receipt_id)
    missing = receipt["missing"]
    return Duty(str(receipt["verdict"]), [str(path) for path in missing] if isinstance(missing, list) else [])


def confirmed_event(
    confirmed: Determination,
    proposals: Sequence[Determination],
    duty: Duty | None,
    due: Mapping[WrittenKind, date],
    urgent_needs: Sequence[str],
) -> DeterminationConfirmed:
    """What the event says. `proposals` are all of the round; `due` is when what is owed in writing is due.

    `urgent_needs` are those that were met before, and are followed by this determination now (s.19(3)).
    """
    return DeterminationConfirmed(
        round=confirmed.round,
        determination_id=confirmed.determination_id,
        eligible=confirmed.eligible,
        needs=list(confirmed.answer.eligible_needs),
        assessed_by=sorted({confirmed.confirmed_by, *(proposal.assessed_by for proposal in proposals)}),
        duty=duty.verdict if duty else "",
        duty_because=confirmed.duty_because,
        met_by_carer=list(confirmed.met_by_carer),
        unable=confirmed.judged(Judgement.UNABLE),
        able=confirmed.judged(Judgement.ABLE),
        unknown=confirmed.judged(Judgement.UNKNOWN),
        departures_because=[f"{departure.outcome}: {departure.because}" for departure in confirmed.departures],
        record_due=due[WrittenKind.WRITTEN_RECORD].isoformat(),
        advice_due=due[WrittenKind.ADVICE].isoformat() if WrittenKind.ADVICE in due else "",
        proposed=confirmed.proposal.verdict if confirmed.proposal else "",
        proposed_needs=list(confirmed.proposal.eligible_needs) if confirmed.proposal else [],
        urgent_needs=list(urgent_needs),
    )


def decide(work: Work, case: Case, decision: str, on: date, facts: Mapping[str, Json]) -> RecordedDecision:
    """Ask the pack with which the case's open assessment began."""
    return work.decide(decision, on, facts, case_id=case.case_id, council=case.council, version=case.pack)
