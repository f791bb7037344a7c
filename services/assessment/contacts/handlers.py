"""The use cases of contacts and enquiries, one function each."""

from datetime import date

from services.assessment import store
from services.assessment.contacts import store as contact_store
from services.assessment.domain.acts import Act, ActKind
from services.assessment.domain.case import Case, council_of
from services.assessment.domain.contact import Came, Contact, ContactDeciding, Enquiry, EnquiryCount
from sevensteps.errors import Fault
from sevensteps.events import CaseEnded, ContactDecided, ContactRecorded, EnquiryRecorded
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work, new_id
from sevensteps.steps import Ending

CLOCK = "contact"
"""The clock of the pack by which it is to be decided what comes of a contact."""


def record_contact(work: Work, *, case_id: str, etag: str, came: Came) -> tuple[Contact, Case]:
    """Record a contact, and set its clock from the day on which it came."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    clock = _clock(work, case, came)
    contact = Contact(
        contact_id=new_id("contact"),
        case_id=case_id,
        came=came,
        due_on=clock.day("due") if clock else None,
        receipt_id=clock.receipt_id if clock else None,
        recorded_by=work.actor.subject,
        recorded_at=work.now_text,
    )
    contact_store.add(work, case, contact)
    event = ContactRecorded(
        contact_id=contact.contact_id,
        contacted_on=came.contacted_on.isoformat(),
        how=came.how,
        route=came.route,
        made_by=came.made_by,
        for_whom=came.for_whom,
        urgent=came.urgent,
        due_on=contact.due_on.isoformat() if contact.due_on else "",
    )
    return contact, store.change_case(work, case, event)


def _clock(work: Work, case: Case, came: Came) -> RecordedDecision | None:
    """By when to decide, by the pack in force; None where that is of before and has no such clock."""
    facts = {"clock": CLOCK, "started_on": came.contacted_on.isoformat()}
    try:
        return work.decide("deadlines", came.contacted_on, facts, case_id=case.case_id, council=case.council)
    except Fault as fault:
        if (fault.reason, fault.metadata.get("fact")) != ("FACT_INVALID", "clock"):
            raise
    return None


def decide_contact(work: Work, *, case_id: str, etag: str, deciding: ContactDeciding) -> tuple[Contact, Case]:
    """Decide what comes of a contact. With transition the case ends, and where nothing else is wanted."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    contact = contact_store.contact(work, case, deciding.contact_id)
    decided = contact.decide(deciding, work.actor.subject, work.now_text)
    contact_store.decide(work, decided)
    event = ContactDecided(
        contact_id=decided.contact_id,
        outcome=deciding.outcome.value,
        decided_on=deciding.decided_on.isoformat(),
        transition_on=deciding.transition_on.isoformat() if deciding.transition_on else "",
    )
    if (ending := deciding.ending) is None:
        return decided, store.change_case(work, case, event)
    work.tell(case.case_id, case.council, event)
    return decided, _end(work, case, ending, deciding)


def _end(work: Work, case: Case, ending: Ending, deciding: ContactDeciding) -> Case:
    determined = store.confirmed_determination(work, case) is not None
    ended = case.end_at_contact(ending, deciding.decided_on, determined=determined)
    store.add_act(work, ended, Act(ActKind.ENDED, work.now_text, work.actor.subject, ended.ending, deciding.because))
    return store.change_case(work, ended, CaseEnded(ended.ending, deciding.decided_on.isoformat(), deciding.because))


def record_enquiry(work: Work, *, topic: str, route: str, asked_on: date) -> Enquiry:
    """Record an enquiry of the actor's council. It has no case, and neither has its event."""
    council = council_of(work.actor)
    enquiry = Enquiry(new_id("enquiry"), council, topic, route, asked_on, work.actor.subject, work.now_text)
    contact_store.add_enquiry(work, enquiry)
    work.tell("", council, EnquiryRecorded(enquiry.enquiry_id, topic, route, asked_on.isoformat()))
    return enquiry


def count_enquiries(work: Work, *, first: date, end: date) -> list[EnquiryCount]:
    """Count the enquiries from a day on, and before another."""
    return contact_store.count_enquiries(work, first, end)
