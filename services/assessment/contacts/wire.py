"""Contacts and enquiries between the wire and the domain."""

import re
from datetime import date

from services.assessment.domain.contact import (
    FIELDS_OF,
    Came,
    Contact,
    ContactDeciding,
    ContactDecision,
    ContactOutcome,
    Enquiry,
    EnquiryCount,
)
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as case_pb
from sevensteps.api.assessment.v1 import contacts_pb2 as pb
from sevensteps.fields import Fields, moment, number_of
from sevensteps.policy.model.facts import FIRST_DAY

LONGEST_WHERETO = 200
MOST_MONTHS = 120
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
LONGEST_AHEAD = 20
"""Nobody is passed to transition for a day more years ahead."""


def contact_of(request: pb.RecordContactRequest, fields: Fields) -> Came:
    """How a contact came."""
    made_by, reference = fields.choice("made_by", request.made_by, pb.ContactBy), request.reference
    if made_by == "person" and reference:
        fields.wrong("reference", "must be left out: the case says who the person is")
    elif made_by != "person":
        reference = fields.reference("reference", reference)
    return Came(
        contacted_on=_day("contacted_on", request.contacted_on, fields),
        how=fields.choice("how", request.how, case_pb.MadeHow),
        route=fields.choice("route", request.route, pb.ContactRoute),
        made_by=made_by,
        reference=reference,
        for_whom=fields.choice("for_whom", request.for_whom, pb.ContactFor),
        urgent=request.urgent,
        about=fields.text("about", request.about),
    )


def _day(path: str, written: str, fields: Fields) -> date:
    """The day of something, at most a year ago, or today."""
    today = clock.today()
    return fields.day(path, written, earliest=clock.in_years(-1), latest=today) if written else today


def deciding_of(request: pb.DecideContactRequest, fields: Fields) -> ContactDeciding:
    """What is decided about a contact."""
    outcome = fields.choice("outcome", request.outcome, pb.ContactOutcome) or ContactOutcome.ASSESS.value
    for name in ("whereto", "transition_on", "end_case"):
        if getattr(request, name) and request.outcome and name not in FIELDS_OF[ContactOutcome(outcome)]:
            fields.wrong(name, f"must be left out with {outcome}")
    return ContactDeciding(
        contact_id=fields.given("contact_id", request.contact_id),
        outcome=ContactOutcome(outcome),
        decided_on=_day("decided_on", request.decided_on, fields),
        because=fields.text("because", request.because, limit=LONGEST_REASON),
        whereto=fields.text(
            "whereto", request.whereto, limit=LONGEST_WHERETO, may_be_empty=outcome != ContactOutcome.SIGNPOST
        ),
        transition_on=_transition_on(request, outcome, fields),
        end_case=request.end_case,
    )


def _transition_on(request: pb.DecideContactRequest, outcome: str, fields: Fields) -> date | None:
    if outcome != ContactOutcome.TRANSITION:
        return None
    earliest = clock.today() + date.resolution
    return fields.day("transition_on", request.transition_on, earliest=earliest, latest=clock.in_years(LONGEST_AHEAD))


def enquiry_of(request: pb.RecordEnquiryRequest, fields: Fields) -> tuple[str, str, date]:
    """The topic, the route and the day of an enquiry."""
    return (
        fields.choice("topic", request.topic, pb.EnquiryTopic),
        fields.choice("route", request.route, pb.EnquiryRoute),
        _day("asked_on", request.asked_on, fields),
    )


def months_of(request: pb.CountEnquiriesRequest) -> tuple[date, date]:
    """The first day that is counted, and the first one after. Raises a Fault (INVALID) that names wrong fields."""
    fields = Fields()
    first = _month("first_month", request.first_month, fields)
    end = _next(_month("last_month", request.last_month, fields))
    months = (end.year - first.year) * 12 + end.month - first.month
    if not 0 < months <= MOST_MONTHS:
        fields.wrong("last_month", f"must be the first month or later, and at most {MOST_MONTHS} are counted")
    fields.check()
    return first, end


def _month(path: str, written: str, fields: Fields) -> date:
    if MONTH.fullmatch(written) and "01" <= written[5:] <= "12" and written >= FIRST_DAY.isoformat()[:7]:
        return date.fromisoformat(f"{written}-01")
    fields.wrong(path, f"must be a month such as 2026-06, from {FIRST_DAY:%Y-%m} on")
    return FIRST_DAY


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def contact_message(contact: Contact) -> pb.Contact:
    """A contact as it goes on the wire."""
    came = contact.came
    return pb.Contact(
        contact_id=contact.contact_id,
        case_id=contact.case_id,
        contacted_on=came.contacted_on.isoformat(),
        how=number_of(case_pb.MadeHow, came.how),
        route=number_of(pb.ContactRoute, came.route),
        made_by=number_of(pb.ContactBy, came.made_by),
        reference=came.reference,
        for_whom=number_of(pb.ContactFor, came.for_whom),
        urgent=came.urgent,
        about=came.about,
        due_on=contact.due_on.isoformat() if contact.due_on else "",
        receipt_id=contact.receipt_id or "",
        overdue_told=contact.overdue_told,
        recorded_by=contact.recorded_by,
        recorded_at=moment(contact.recorded_at),
        decision=_decision_message(contact.decision) if contact.decision else None,
    )


def _decision_message(decision: ContactDecision) -> pb.ContactDecision:
    return pb.ContactDecision(
        outcome=number_of(pb.ContactOutcome, decision.outcome),
        decided_on=decision.decided_on.isoformat(),
        because=decision.because,
        whereto=decision.whereto,
        transition_on=decision.transition_on.isoformat() if decision.transition_on else "",
        decided_by=decision.decided_by,
        decided_at=moment(decision.decided_at),
    )


def enquiry_message(enquiry: Enquiry) -> pb.Enquiry:
    """An enquiry as it goes on the wire."""
    return pb.Enquiry(
        enquiry_id=enquiry.enquiry_id,
        council=enquiry.council,
        topic=number_of(pb.EnquiryTopic, enquiry.topic),
        route=number_of(pb.EnquiryRoute, enquiry.route),
        asked_on=enquiry.asked_on.isoformat(),
        recorded_by=enquiry.recorded_by,
        recorded_at=moment(enquiry.recorded_at),
    )


def count_message(counted: EnquiryCount) -> pb.EnquiryCount:
    """How many enquiries there were, as it goes on the wire."""
    return pb.EnquiryCount(
        month=f"{counted.month:%Y-%m}",
        topic=number_of(pb.EnquiryTopic, counted.topic),
        route=number_of(pb.EnquiryRoute, counted.route),
        count=counted.count,
    )
