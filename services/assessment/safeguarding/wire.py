"""Safeguarding concerns between the wire and the domain."""

from datetime import date

from services.assessment.domain.concern import Concern, ConcernDeciding, ConcernDecision, Raised
from sevensteps import clock
from sevensteps.api.assessment.v1 import safeguarding_pb2 as pb
from sevensteps.fields import Fields, if_given, moment, number_of
from sevensteps.policy.model.facts import FIRST_DAY


def raised_of(request: pb.RaiseConcernRequest, fields: Fields) -> Raised:
    """What somebody fears, and why."""
    kinds = tuple(fields.choice(f"kinds[{index}]", kind, pb.AbuseKind) for index, kind in enumerate(request.kinds))
    if len(set(kinds)) != len(kinds):
        fields.wrong("kinds", "must not name a kind twice")
    return Raised(
        kinds=kinds,
        danger_now=request.danger_now,
        about=fields.text("about", request.about),
        noticed_on=_day("noticed_on", request.noticed_on, fields),
    )


def deciding_of(request: pb.DecideConcernRequest, fields: Fields) -> ConcernDeciding:
    """What is decided about a concern."""
    return ConcernDeciding(
        concern_id=fields.given("concern_id", request.concern_id),
        enquiry=request.enquiry,
        has_needs=if_given(request, "has_needs"),
        at_risk=if_given(request, "at_risk"),
        cannot_protect=if_given(request, "cannot_protect"),
        decided_on=_day("decided_on", request.decided_on, fields),
        because=fields.text("because", request.because),
    )


def _day(path: str, written: str, fields: Fields) -> date:
    """The day of something, or today. What was noticed long ago is raised all the same."""
    today = clock.today()
    return fields.day(path, written, earliest=FIRST_DAY, latest=today) if written else today


def concern_message(concern: Concern) -> pb.Concern:
    """A concern as it goes on the wire."""
    raised = concern.raised
    return pb.Concern(
        concern_id=concern.concern_id,
        case_id=concern.case_id,
        kinds=[number_of(pb.AbuseKind, kind) for kind in raised.kinds],
        danger_now=raised.danger_now,
        about=raised.about,
        noticed_on=raised.noticed_on.isoformat(),
        raised_by=concern.raised_by,
        raised_at=moment(concern.raised_at),
        decisions=map(_decision_message, concern.decisions),
        etag=str(concern.version),
    )


def _decision_message(decision: ConcernDecision) -> pb.ConcernDecision:
    return pb.ConcernDecision(
        enquiry=decision.enquiry,
        has_needs=decision.has_needs,
        at_risk=decision.at_risk,
        cannot_protect=decision.cannot_protect,
        decided_on=decision.decided_on.isoformat(),
        because=decision.because,
        decided_by=decision.decided_by,
        decided_at=moment(decision.decided_at),
    )
