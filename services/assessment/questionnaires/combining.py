"""The use cases of combined assessments: two linked cases, with the consent of both."""

from dataclasses import dataclass
from datetime import date

from services.assessment import answers_store, store
from services.assessment.domain.case import Case
from services.assessment.domain.combination import Combination, Consent, ensure_may_combine
from sevensteps.errors import Violation, invalid
from sevensteps.events import AssessmentsCombined, ConsentWithdrawn
from sevensteps.service.work import Work, new_id


@dataclass(frozen=True, slots=True)
class Combining:
    """With which case an assessment is combined, and when the person of this case and of that one agreed."""

    with_case_id: str
    consented_on: date
    other_consented_on: date


def combine(work: Work, combining: Combining, *, case_id: str, etag: str) -> tuple[Combination, Case]:
    """Combine the assessments of two linked cases. Both cases tell it. Raises a Fault where they cannot be."""
    case, other = _both(work, case_id, combining.with_case_id)
    work.check_etag(case_id, etag, case.version)
    found = (answers_store.standing_combination(work, each.case_id) for each in (case, other))
    ensure_may_combine(case, other, next(filter(None, found), None))
    combination = Combination(
        combination_id=new_id("combined"),
        consents=(
            Consent(case_id, combining.consented_on),
            Consent(other.case_id, combining.other_consented_on),
        ),
        recorded_by=work.actor.subject,
        recorded_at=work.now_text,
    )
    answers_store.add_combination(work, (case, other), combination)
    store.change_case(work, other, AssessmentsCombined(combination.combination_id, case_id))
    event = AssessmentsCombined(combination.combination_id, other.case_id)
    return combination, store.change_case(work, case, event)


def withdraw(work: Work, *, case_id: str, etag: str, combination_id: str, on: date | None) -> tuple[Combination, Case]:
    """Record that the person of this case no longer agrees. Each case keeps its answers, and goes on with them."""
    store.case(work, case_id)
    before = answers_store.combination(work, case_id, combination_id)
    case, other = _both(work, case_id, before.other(case_id).case_id)
    work.check_etag(case_id, etag, case.version)
    case.ensure_open()
    day = on or work.today
    apart = before.withdraw(case_id, day, by=work.actor.subject)
    answers_store.store_withdrawal(work, apart, case_id)
    event = ConsentWithdrawn(combination_id, case_id, day.isoformat())
    store.change_case(work, other, event)
    return apart, store.change_case(work, case, event)


def _both(work: Work, case_id: str, other_id: str) -> tuple[Case, Case]:
    """Two cases, locked in one order whoever asks, so that two requests never wait for one another."""
    council = store.case(work, case_id).council
    if other_id != case_id and not store.has_case(work, council, other_id):
        raise invalid(Violation("with_case_id", "must be the id of a case of your council"))
    cases = {id_: store.case_to_change(work, id_) for id_ in sorted({case_id, other_id})}
    return cases[case_id], cases[other_id]
