"""The use cases of rounds of assessment, one function each: refused, revived, compared."""

from dataclasses import replace
from datetime import date

from services.assessment import refusal_store, representation_store, store
from services.assessment.domain.case import Case
from services.assessment.domain.comparison import RoundComparison, RoundResult, round_not_determined
from services.assessment.domain.determination import ensure_not_confirmed
from services.assessment.domain.refusal import (
    Refusal,
    Refusing,
    Revival,
    RevivedBy,
    ensure_none_stands,
    standing,
)
from services.assessment.rounds import store as round_store
from sevensteps.errors import Violation, invalid
from sevensteps.events import AssessmentRefused, AssessmentRevived
from sevensteps.representation import OwnDecision
from sevensteps.service.work import Work, new_id


def record_refusal(work: Work, *, case_id: str, etag: str, refusing: Refusing) -> tuple[Refusal, Case]:
    """Record that the assessment of this round is refused (s.11(1), (5)), and whether that stands."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_assessing()
    ensure_not_confirmed(case, store.confirmed_determination(work, case))
    ensure_none_stands(refusal_store.newest_of_round(work, case))
    if case.kind == "adult":
        decision, day = OwnDecision.REFUSE_ASSESSMENT, refusing.refused_on
        refusing = refusing.with_capacity(lacks=representation_store.lacks_capacity(work, case_id, decision, day))
    refusing.ensure_about(case.kind)
    refusal = Refusal(
        refusal_id=new_id("refusal"),
        case_id=case_id,
        round=case.round,
        refusing=refusing,
        recorded_by=work.actor.subject,
        recorded_at=work.now_text,
    )
    refusal_store.add(work, case, refusal)
    event = AssessmentRefused(
        round=case.round,
        refusal_id=refusal.refusal_id,
        refused_on=refusing.refused_on.isoformat(),
        stands=refusal.stands,
        exception=refusing.exception or "",
    )
    return refusal, store.change_case(work, case, event)


def revive_assessment(
    work: Work, *, case_id: str, etag: str, by: RevivedBy, revived_on: date, because: str
) -> tuple[Refusal, Case]:
    """Record that a refused assessment is owed again: it is asked for, or things have changed (s.11(3), (4))."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_assessing()
    refused = standing(refusal_store.newest_of_round(work, case), case_id)
    revived = refused.revive(Revival(by, revived_on, because, work.actor.subject, work.now_text))
    refusal_store.revive(work, revived)
    event = AssessmentRevived(
        round=case.round, refusal_id=revived.refusal_id, by=by.value, revived_on=revived_on.isoformat()
    )
    return revived, store.change_case(work, case, event)


def compare_rounds(work: Work, *, case_id: str, round_: int, earlier: int) -> RoundComparison:
    """Compare a round with an earlier one; 0 for the newest that is determined, and for the one before it."""
    case = store.case(work, case_id)
    after = _newest(work, case, case.round) if round_ == 0 else _result(work, case, round_)
    if after is None:
        raise round_not_determined(case_id, round_)
    if earlier >= after.round:
        raise invalid(Violation("earlier_round", f"must be before round {after.round}"))
    before = _newest(work, case, after.round - 1) if earlier == 0 else _result(work, case, earlier)
    if before is None:
        raise round_not_determined(case_id, earlier)
    return RoundComparison(before, after)


def _newest(work: Work, case: Case, last: int) -> RoundResult | None:
    """The newest round up to one whose determination is confirmed."""
    found = (_result(work, case, number) for number in range(last, 0, -1))
    return next((result for result in found if result), None)


def _result(work: Work, case: Case, number: int) -> RoundResult | None:
    determined = store.confirmed_determination(work, replace(case, round=number))
    if determined is None:
        return None
    points, weekly = round_store.budget_of_round(work, case.case_id, number)
    return RoundResult(
        round=number,
        assessed_on=determined.assessment.assessed_on,
        eligible_needs=determined.answer.eligible_needs,
        duty_owed=determined.answer.duty_owed,
        points=points,
        weekly=weekly,
    )
