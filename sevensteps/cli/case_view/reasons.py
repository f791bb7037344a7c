"""What people gave as reasons, beside the events of what they did: judgements, sign-offs, send-backs, departures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from sevensteps import events
from sevensteps.api.approval.v1.approval_pb2 import Judgement
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.review.v1 import review_pb2
from sevensteps.case_history.history import payload_of
from sevensteps.cli.case_view.case_records import CaseRecords
from sevensteps.events import Payload
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain

OVERRIDE = "it is recorded as necessary to pay close family (SI 2014/2871, reg 3)"


class ReasonsOf(Protocol):
    """Finds the reasons of an event in the records of its case."""

    def __call__(self, records: CaseRecords, event: Event, payload: Payload, /) -> Iterator[str]:
        """The reasons, one a line."""


def reasons_by_event(records: CaseRecords, of_case: Sequence[Event]) -> dict[int, list[str]]:
    """The reasons that stand in the records and not in the event, one a line, by the position of their event."""
    told: dict[int, list[str]] = {}
    for event in of_case:
        payload = payload_of(event)
        if payload and event.type in REASONS:
            told[event.position] = list(REASONS[event.type](records, event, payload))
    return {position: reasons for position, reasons in told.items() if reasons}


def _of_urgent_support(records: CaseRecords, event: Event, _: Payload) -> Iterator[str]:
    recorded = (support for support in records.urgent_support if support.recorded_at == event.occurred_at)
    return (f"because: {support.because}" for support in recorded)


def _of_determination(records: CaseRecords, _: Event, payload: Payload) -> Iterator[str]:
    named = getattr(payload, "determination_id", "")
    return (f"because: {each.reasons}" for each in records.determinations if each.determination_id == named)


def _of_advice(records: CaseRecords, _: Event, payload: Payload) -> Iterator[str]:
    for advice in records.advice:
        if advice.round == _number(payload, "round"):
            yield f"written reasons: {advice.written_reasons}"
            yield f"advice: {advice.advice}"
            yield f"how to ask again: {advice.how_to_ask_again}"


def _of_plan(records: CaseRecords, _: Event, payload: Payload) -> Iterator[str]:
    for plan in records.plans:
        if plan.version == _number(payload, "version"):
            yield from (f"line {line.line_id}: {OVERRIDE}" for line in plan.lines if line.necessary_override)


def _of_approval(records: CaseRecords, _: Event, payload: Payload) -> Iterator[str]:
    for approval in records.approvals:
        if approval.version == _number(payload, "version"):
            yield f"because: {approval.because}"
            yield from (_judged(judgement) for judgement in approval.judgements)


def _judged(judgement: Judgement) -> str:
    about = f", {plain(judgement.about)}" if judgement.about else ""
    return f"judged {judgement.rule}{about}: {judgement.because}"


def _of_spend_judged(records: CaseRecords, event: Event, _: Payload) -> Iterator[str]:
    judgements = (judged for spent in records.spending for judged in spent.judgements)
    return (f"because: {judged.because}" for judged in judgements if judged.judged_at == event.occurred_at)


def _of_spend_corrected(records: CaseRecords, _: Event, payload: Payload) -> Iterator[str]:
    named = getattr(payload, "spend_id", "")
    return (f"because: {spent.because}" for spent in records.spending if spent.spend_id == named)


def _of_review_call(records: CaseRecords, event: Event, _: Payload) -> Iterator[str]:
    return (f"because: {call.because}" for call in records.review_calls if call.called_at == event.occurred_at)


def _of_review(records: CaseRecords, _: Event, payload: Payload) -> Iterator[str]:
    for review in records.reviews:
        if review.round == _number(payload, "round"):
            yield f"how it worked: {review.how_it_worked}"
            achieved = ((plain(need), _achieved(how_far)) for need, how_far in sorted(review.achieved.items()))
            used = f"; money used as the plan says: {'yes' if review.money_used_properly else 'no'}"
            told = ", ".join(f"{need} {how_far}" for need, how_far in achieved)
            yield f"achieved: {told}{used if review.HasField('money_used_properly') else ''}"


def _of_complaint(records: CaseRecords, event: Event, payload: Payload) -> Iterator[str]:
    for complaint in records.complaints:
        if complaint.complaint_id == getattr(payload, "complaint_id", ""):
            yield from _of_matter(complaint, event)
            if complaint.late_because and complaint.recorded_at == event.occurred_at:
                yield f"taken although it was late: {complaint.late_because}"


def _of_access_request(records: CaseRecords, event: Event, payload: Payload) -> Iterator[str]:
    for asked in records.access_requests:
        if asked.access_request_id == getattr(payload, "access_request_id", ""):
            yield from _of_matter(asked, event)


def _of_matter(matter: assessment_pb2.Complaint | assessment_pb2.AccessRequest, event: Event) -> Iterator[str]:
    """What a complaint or request is about, where the event is its own; else why somebody did what the event tells."""
    if matter.recorded_at == event.occurred_at:
        yield f"about: {matter.about}"
    acts = (act.because for act in matter.acts if act.acted_at == event.occurred_at)
    yield from (f"because: {because}" for because in acts if because)


def _achieved(how_far: review_pb2.Achieved.ValueType) -> str:
    return plain(short_name(review_pb2.Achieved, how_far))


def _number(payload: Payload, name: str) -> int:
    """The round or version that an event is about."""
    return int(getattr(payload, name))


REASONS: Mapping[str, ReasonsOf] = {
    events.UrgentSupportRecorded.TYPE: _of_urgent_support,
    events.DeterminationConfirmed.TYPE: _of_determination,
    events.AdviceGiven.TYPE: _of_advice,
    events.PlanSubmitted.TYPE: _of_plan,
    events.PlanApproved.TYPE: _of_approval,
    events.PlanReturned.TYPE: _of_approval,
    events.SpendJudged.TYPE: _of_spend_judged,
    events.SpendCorrected.TYPE: _of_spend_corrected,
    events.ReviewRequested.TYPE: _of_review_call,
    events.ReviewCompleted.TYPE: _of_review,
    events.ComplaintRecorded.TYPE: _of_complaint,
    events.ComplaintExtended.TYPE: _of_complaint,
    events.ComplaintDelayExplained.TYPE: _of_complaint,
    events.ComplaintAnswered.TYPE: _of_complaint,
    events.ComplaintWithdrawn.TYPE: _of_complaint,
    events.AccessRequestRecorded.TYPE: _of_access_request,
    events.AccessRequestExtended.TYPE: _of_access_request,
    events.AccessRequestAnswered.TYPE: _of_access_request,
    events.AccessRequestWithdrawn.TYPE: _of_access_request,
}
"""The events of which somebody gives reasons that the event itself does not have."""
