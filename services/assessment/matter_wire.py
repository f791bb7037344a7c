"""Complaints and requests for one's own data between the wire and the domain."""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from services.assessment.domain.matter import ClockKind, Doing, Made, Matter, MatterActKind, MatterKind
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.fields import Fields, moment, number_of
from sevensteps.policy.model.facts import FIRST_DAY

MadeRequest: TypeAlias = pb.RecordComplaintRequest | pb.RecordAccessRequestRequest
HELD_BACK = frozenset({"given_in_part", "refused"})
"""The answers to a request for one's own data that need a reason."""
LONGEST_WAIT = 5
"""Nobody agrees to wait for an answer for more years."""


def complaint_of(request: pb.RecordComplaintRequest, fields: Fields) -> Made:
    """How a complaint came."""
    late = request.late_because
    happened_on = fields.day("happened_on", request.happened_on, earliest=FIRST_DAY, latest=clock.today())
    made = _made_of(
        request, fields, happened_on, fields.text("late_because", late, limit=LONGEST_REASON) if late else ""
    )
    if date.min < made.received_on < happened_on:
        fields.wrong("happened_on", f"must be a day until {made.received_on}, when the complaint was received")
    return made


def access_request_of(request: pb.RecordAccessRequestRequest, fields: Fields) -> Made:
    """How a request for one's own data came."""
    return _made_of(request, fields)


def _made_of(request: MadeRequest, fields: Fields, happened_on: date | None = None, late_because: str = "") -> Made:
    made_by, reference = fields.choice("made_by", request.made_by, pb.MadeBy), request.reference
    if made_by == "person" and reference:
        fields.wrong("reference", "must be left out: the case says who the person is")
    elif made_by != "person":
        reference = fields.reference("reference", reference)
    return Made(
        received_on=_day("received_on", request.received_on, fields),
        how=fields.choice("how", request.how, pb.MadeHow),
        made_by=made_by,
        reference=reference,
        about=fields.text("about", request.about),
        happened_on=happened_on,
        late_because=late_because,
    )


def _day(path: str, written: str, fields: Fields) -> date:
    """The day of something, at most a year ago, or today."""
    today = clock.today()
    return fields.day(path, written, earliest=clock.in_years(-1), latest=today) if written else today


def _because(because: str, fields: Fields) -> str:
    return fields.text("because", because, limit=LONGEST_REASON)


def acknowledgement_of(request: pb.AcknowledgeComplaintRequest, fields: Fields) -> Doing:
    """That a complaint was acknowledged."""
    complaint_id = fields.given("complaint_id", request.complaint_id)
    on = _day("acknowledged_on", request.acknowledged_on, fields)
    return Doing(MatterKind.COMPLAINT, complaint_id, MatterActKind.ACKNOWLEDGED, "acknowledged_on", on)


def extension_of(request: pb.ExtendComplaintRequest, fields: Fields) -> Doing:
    """That more time was agreed for the answer to a complaint."""
    complaint_id = fields.given("complaint_id", request.complaint_id)
    on = _day("agreed_on", request.agreed_on, fields)
    until = fields.day("agreed_until", request.agreed_until, latest=clock.in_years(LONGEST_WAIT))
    because = _because(request.because, fields)
    return Doing(MatterKind.COMPLAINT, complaint_id, MatterActKind.EXTENDED, "agreed_on", on, because, until)


def explanation_of(request: pb.ExplainComplaintDelayRequest, fields: Fields) -> Doing:
    """That it was explained why a complaint is not answered in time."""
    complaint_id = fields.given("complaint_id", request.complaint_id)
    on = _day("explained_on", request.explained_on, fields)
    because = _because(request.because, fields)
    return Doing(MatterKind.COMPLAINT, complaint_id, MatterActKind.DELAY_EXPLAINED, "explained_on", on, because)


def answer_of(request: pb.AnswerComplaintRequest, fields: Fields) -> Doing:
    """The answer to a complaint."""
    complaint_id = fields.given("complaint_id", request.complaint_id)
    on = _day("answered_on", request.answered_on, fields)
    outcome = fields.choice("outcome", request.outcome, pb.ComplaintOutcome)
    because = fields.text("because", request.because)
    if not request.ombudsman_told:
        fields.wrong("ombudsman_told", "must be true: the answer has to tell of the ombudsman (SI 2009/309, reg 14(2))")
    kind = MatterActKind.ANSWERED
    return Doing(MatterKind.COMPLAINT, complaint_id, kind, "answered_on", on, because, outcome=outcome)


def withdrawal_of(request: pb.WithdrawComplaintRequest, fields: Fields) -> Doing:
    """That a complaint was withdrawn."""
    complaint_id = fields.given("complaint_id", request.complaint_id)
    on = _day("withdrawn_on", request.withdrawn_on, fields)
    because = _because(request.because, fields)
    return Doing(MatterKind.COMPLAINT, complaint_id, MatterActKind.WITHDRAWN, "withdrawn_on", on, because)


def access_extension_of(request: pb.ExtendAccessRequestRequest, fields: Fields) -> Doing:
    """That the answer to a request for one's own data takes longer."""
    access_request_id = fields.given("access_request_id", request.access_request_id)
    on = _day("told_on", request.told_on, fields)
    because = _because(request.because, fields)
    return Doing(MatterKind.ACCESS_REQUEST, access_request_id, MatterActKind.EXTENDED, "told_on", on, because)


def access_answer_of(request: pb.AnswerAccessRequestRequest, fields: Fields) -> Doing:
    """The answer to a request for one's own data."""
    access_request_id = fields.given("access_request_id", request.access_request_id)
    on = _day("answered_on", request.answered_on, fields)
    outcome = fields.choice("outcome", request.outcome, pb.AccessOutcome)
    reasons_wanted = outcome in HELD_BACK
    because = fields.text("because", request.because, limit=LONGEST_REASON, may_be_empty=not reasons_wanted)
    kind = MatterActKind.ANSWERED
    return Doing(MatterKind.ACCESS_REQUEST, access_request_id, kind, "answered_on", on, because, outcome=outcome)


def access_withdrawal_of(request: pb.WithdrawAccessRequestRequest, fields: Fields) -> Doing:
    """That a request for one's own data was withdrawn."""
    access_request_id = fields.given("access_request_id", request.access_request_id)
    on = _day("withdrawn_on", request.withdrawn_on, fields)
    because = _because(request.because, fields)
    return Doing(MatterKind.ACCESS_REQUEST, access_request_id, MatterActKind.WITHDRAWN, "withdrawn_on", on, because)


def complaint_message(matter: Matter) -> pb.Complaint:
    """A complaint as it goes on the wire."""
    made = matter.made
    return pb.Complaint(
        complaint_id=matter.matter_id,
        case_id=matter.case_id,
        received_on=made.received_on.isoformat(),
        happened_on=made.happened_on.isoformat() if made.happened_on else "",
        how=number_of(pb.MadeHow, made.how),
        made_by=number_of(pb.MadeBy, made.made_by),
        reference=made.reference,
        about=made.about,
        late_because=made.late_because,
        recorded_by=matter.recorded_by,
        recorded_at=moment(matter.recorded_at),
        clocks=_clock_messages(matter),
        acts=_act_messages(matter),
    )


def access_request_message(matter: Matter) -> pb.AccessRequest:
    """A request for one's own data as it goes on the wire."""
    made = matter.made
    return pb.AccessRequest(
        access_request_id=matter.matter_id,
        case_id=matter.case_id,
        received_on=made.received_on.isoformat(),
        how=number_of(pb.MadeHow, made.how),
        made_by=number_of(pb.MadeBy, made.made_by),
        reference=made.reference,
        about=made.about,
        recorded_by=matter.recorded_by,
        recorded_at=moment(matter.recorded_at),
        clocks=_clock_messages(matter),
        acts=_act_messages(matter),
    )


def _clock_messages(matter: Matter) -> Iterator[pb.MatterClock]:
    for clock_ in matter.clocks:
        yield pb.MatterClock(
            kind=number_of(pb.MatterClockKind, clock_.kind),
            due_on=clock_.due_on.isoformat(),
            running=clock_.running,
            overdue_told=clock_.overdue_told,
            receipt_id=clock_.receipt_id,
        )


def _act_messages(matter: Matter) -> Iterator[pb.MatterAct]:
    is_complaint = matter.kind is MatterKind.COMPLAINT
    for act in matter.acts:
        yield pb.MatterAct(
            kind=number_of(pb.MatterActKind, act.kind),
            acted_on=act.acted_on.isoformat(),
            acted_by=act.acted_by,
            acted_at=moment(act.acted_at),
            because=act.because,
            agreed_until=act.agreed_until.isoformat() if act.agreed_until else "",
            complaint_outcome=number_of(pb.ComplaintOutcome, act.outcome if is_complaint else ""),
            access_outcome=number_of(pb.AccessOutcome, "" if is_complaint else act.outcome),
        )


def waiting_message(case_id: str, matter_id: str, kind: ClockKind, due_on: date) -> pb.WaitingMatter:
    """What of a case waits, as it goes on the wire."""
    number = number_of(pb.MatterClockKind, kind)
    return pb.WaitingMatter(case_id=case_id, matter_id=matter_id, clock=number, due_on=due_on.isoformat())
