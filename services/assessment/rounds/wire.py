"""Rounds of assessment between the wire and the domain."""

from datetime import date

from services.assessment.domain.comparison import RoundComparison, RoundResult
from services.assessment.domain.refusal import Refusal, Refusing, Revival, RevivedBy
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import rounds_pb2 as pb
from sevensteps.fields import Fields, if_given, moment, number_of
from sevensteps.money import pounds


def refusing_of(request: pb.RecordRefusalRequest, fields: Fields) -> Refusing:
    """That somebody refuses an assessment."""
    return Refusing(
        refused_on=_day("refused_on", request.refused_on, fields),
        because=fields.text("because", request.because, limit=LONGEST_REASON),
        lacks_capacity=if_given(request, "lacks_capacity"),
        best_interests=if_given(request, "best_interests"),
        abuse_or_neglect=if_given(request, "abuse_or_neglect"),
    )


def revival_of(request: pb.ReviveAssessmentRequest, fields: Fields) -> tuple[RevivedBy, date, str]:
    """Why a refused assessment is owed again, since when, and in words."""
    by = fields.choice("by", request.by, pb.RevivedBy) or RevivedBy.REQUEST
    revived_on = _day("revived_on", request.revived_on, fields)
    return RevivedBy(by), revived_on, fields.text("because", request.because, limit=LONGEST_REASON)


def _day(path: str, written: str, fields: Fields) -> date:
    """The day of something, at most a year ago, or today."""
    today = clock.today()
    return fields.day(path, written, earliest=clock.in_years(-1), latest=today) if written else today


def rounds_of(request: pb.GetRoundComparisonRequest) -> tuple[int, int]:
    """Which rounds are compared. Raises a Fault (INVALID) that names wrong fields."""
    fields = Fields()
    for name in ("round", "earlier_round"):
        if getattr(request, name) < 0:
            fields.wrong(name, "must not be negative")
    fields.check()
    return request.round, request.earlier_round


def refusal_message(refusal: Refusal) -> pb.Refusal:
    """A refusal as it goes on the wire."""
    refusing = refusal.refusing
    return pb.Refusal(
        refusal_id=refusal.refusal_id,
        case_id=refusal.case_id,
        round=refusal.round,
        refused_on=refusing.refused_on.isoformat(),
        because=refusing.because,
        lacks_capacity=refusing.lacks_capacity,
        best_interests=refusing.best_interests,
        abuse_or_neglect=refusing.abuse_or_neglect,
        exception=number_of(pb.RefusalException, refusing.exception or ""),
        stands=refusal.stands,
        recorded_by=refusal.recorded_by,
        recorded_at=moment(refusal.recorded_at),
        revival=_revival_message(refusal.revival) if refusal.revival else None,
    )


def _revival_message(revival: Revival) -> pb.Revival:
    return pb.Revival(
        by=number_of(pb.RevivedBy, revival.by),
        revived_on=revival.revived_on.isoformat(),
        because=revival.because,
        recorded_by=revival.recorded_by,
        recorded_at=moment(revival.recorded_at),
    )


def comparison_message(comparison: RoundComparison) -> pb.RoundComparison:
    """Two rounds compared, as it goes on the wire."""
    weekly = comparison.weekly_change
    return pb.RoundComparison(
        before=_result_message(comparison.before),
        after=_result_message(comparison.after),
        needs_gained=comparison.needs_gained,
        needs_lost=comparison.needs_lost,
        needs_kept=comparison.needs_kept,
        duty_gained=comparison.duty_gained,
        duty_lost=comparison.duty_lost,
        points_change=comparison.points_change,
        weekly_change="" if weekly is None else pounds(weekly),
    )


def _result_message(result: RoundResult) -> pb.RoundResult:
    return pb.RoundResult(
        round=result.round,
        assessed_on=result.assessed_on.isoformat(),
        eligible=bool(result.eligible_needs),
        eligible_needs=result.eligible_needs,
        duty_owed=result.duty_owed,
        points=result.points,
        weekly="" if result.weekly is None else pounds(result.weekly),
    )
