"""The days that the law sets beside the date of the step: what is owed in writing, reviews, complaints, own data."""

from collections.abc import Mapping

from sevensteps.events import (
    AccessRequestAnswered,
    AccessRequestExtended,
    AccessRequestRecorded,
    AccessRequestWithdrawn,
    AdviceGiven,
    CaseEnded,
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintExtended,
    ComplaintRecorded,
    ComplaintWithdrawn,
    DeterminationConfirmed,
    LifeOpened,
    Payload,
    ReviewCompleted,
    ReviewOpened,
    ReviewTriggered,
    WrittenRecordGiven,
)
from sevensteps.steps import DueKind

WRITTEN_RECORD = "written_record"
ADVICE = "advice"
REVIEW_BY_LAW = "review_by_law"
ACKNOWLEDGED = "complaint_acknowledged"
ANSWERED = "complaint_answered"
ACCESS_REQUEST = "access_request"
OF_THE_CASE = (WRITTEN_RECORD, ADVICE, REVIEW_BY_LAW)
"""The clocks that end with the case; a complaint is answered all the same."""
BETWEEN = "/"


def name_of(clock: str, about: str) -> str:
    """A clock of one of several things, as a complaint is."""
    return f"{clock}{BETWEEN}{about}"


def clocks_after(clocks: Mapping[str, str], payload: Payload) -> Mapping[str, str]:
    """The clocks that run after an event, by name, each with its last day (YYYY-MM-DD)."""
    changed = _changed(clocks, payload)
    if not changed:
        return clocks
    after = {**clocks, **changed}
    return {name: after[name] for name in sorted(after) if after[name]}


def _changed(clocks: Mapping[str, str], payload: Payload) -> Mapping[str, str]:
    """What an event sets, and with an empty text what it stops."""
    match payload:
        case DeterminationConfirmed():
            return {WRITTEN_RECORD: payload.record_due, ADVICE: payload.advice_due}
        case WrittenRecordGiven():
            return {WRITTEN_RECORD: ""}
        case AdviceGiven():
            return {WRITTEN_RECORD: "", ADVICE: ""}
        case CaseEnded():
            return dict.fromkeys(OF_THE_CASE, "")
        case _:
            return _of_reviews(clocks, payload) or _of_complaints(payload) or _of_access_requests(payload)


def _of_complaints(payload: Payload) -> Mapping[str, str]:
    match payload:
        case ComplaintRecorded(complaint_id=id_):
            return {name_of(ACKNOWLEDGED, id_): payload.acknowledge_due, name_of(ANSWERED, id_): payload.answer_due}
        case ComplaintAcknowledged(complaint_id=id_):
            return {name_of(ACKNOWLEDGED, id_): ""}
        case ComplaintExtended(complaint_id=id_):
            return {name_of(ANSWERED, id_): payload.answer_due}
        case ComplaintAnswered(complaint_id=id_) | ComplaintWithdrawn(complaint_id=id_):
            return {name_of(ACKNOWLEDGED, id_): "", name_of(ANSWERED, id_): ""}
        case _:
            return {}


def _of_access_requests(payload: Payload) -> Mapping[str, str]:
    match payload:
        case AccessRequestRecorded(access_request_id=id_) | AccessRequestExtended(access_request_id=id_):
            return {name_of(ACCESS_REQUEST, id_): payload.due_on}
        case AccessRequestAnswered(access_request_id=id_) | AccessRequestWithdrawn(access_request_id=id_):
            return {name_of(ACCESS_REQUEST, id_): ""}
        case _:
            return {}


def _of_reviews(clocks: Mapping[str, str], payload: Payload) -> Mapping[str, str]:
    match payload:
        case LifeOpened():
            return {REVIEW_BY_LAW: payload.review_due if payload.due_kind == DueKind.HARD else payload.law_due}
        case ReviewOpened() if payload.law_due:
            return {REVIEW_BY_LAW: payload.law_due}
        case ReviewTriggered() if payload.law_due:
            return {REVIEW_BY_LAW: min(payload.law_due, clocks.get(REVIEW_BY_LAW, payload.law_due))}
        case ReviewCompleted():
            return {REVIEW_BY_LAW: payload.law_due}
        case _:
            return {}
