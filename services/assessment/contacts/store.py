"""How contacts and enquiries are stored. Statements are built once."""

from datetime import date

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.contact import (
    Came,
    Contact,
    ContactDecision,
    ContactOutcome,
    Enquiry,
    EnquiryCount,
    contact_not_found,
)
from services.assessment.tables import contacts, enquiries
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

ADD = contacts.insert()
CONTACT = sa.select(contacts).where(*matching(contacts, "case_id", "contact_id"))
OF_CASE = in_part(sa.select(contacts).where(*matching(contacts, "case_id")).order_by(contacts.c.version))
DECISION = tuple(ContactDecision.__dataclass_fields__)
DECIDE = (
    contacts.update()
    .where(contacts.c.contact_id == sa.bindparam("the_contact"))
    .values({name: sa.bindparam(name) for name in DECISION})
)
NOTHING_DECIDED = dict.fromkeys(DECISION, "") | {"decided_on": None, "transition_on": None}

ADD_ENQUIRY = enquiries.insert()
YEAR, MONTH = (sa.extract(part, enquiries.c.asked_on) for part in ("year", "month"))
COUNTED = (YEAR, MONTH, enquiries.c.topic, enquiries.c.route)


def add(work: Work, case: Case, contact: Contact) -> None:
    """Store a new contact, before the case is changed by it."""
    row = as_row(contact) | as_row(contact.came) | NOTHING_DECIDED
    row |= {"version": case.version, "receipt_digest": work.new_digest(contact.receipt_id)}
    del row["came"], row["decision"]
    work.connection.execute(ADD, row)


def decide(work: Work, contact: Contact) -> None:
    """Store what was decided about a contact."""
    if contact.decision:
        work.connection.execute(DECIDE, as_row(contact.decision) | {"the_contact": contact.contact_id})


def contact(work: Work, case: Case, contact_id: str) -> Contact:
    """A contact of a case. Raises a Fault (NOT_FOUND)."""
    key = {"case_id": case.case_id, "contact_id": contact_id}
    row = work.connection.execute(CONTACT, key).mappings().first()
    if row is None:
        raise contact_not_found(case.case_id, contact_id)
    return _contact(dict(row))


def contacts_of(work: Work, case_id: str, after: int, size: int) -> list[Contact]:
    """The contacts of a case, in the order in which they were recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_contact(dict(row)) for row in rows(work, OF_CASE, case_id, after, size)]


def _contact(row: Row) -> Contact:
    came = Came(**{name: row.pop(name) for name in Came.__dataclass_fields__})
    decided = {name: row.pop(name) for name in DECISION}
    decision = (
        ContactDecision(**decided | {"outcome": ContactOutcome(decided["outcome"])}) if decided["outcome"] else None
    )
    del row["version"], row["receipt_digest"]
    return Contact(**row, came=came, decision=decision)


def add_enquiry(work: Work, enquiry: Enquiry) -> None:
    """Store an enquiry."""
    work.connection.execute(ADD_ENQUIRY, as_row(enquiry))


def count_enquiries(work: Work, first: date, end: date) -> list[EnquiryCount]:
    """How many enquiries the actor's council had from a day on, and before another, by month, topic and route."""
    query = (
        sa.select(*COUNTED, sa.func.count())
        .where(*work.own(enquiries.c.council), enquiries.c.asked_on >= first, enquiries.c.asked_on < end)
        .group_by(*COUNTED)
        .order_by(*COUNTED)
    )
    return [
        EnquiryCount(date(int(year), int(month), 1), topic, route, count)
        for year, month, topic, route, count in work.connection.execute(query)
    ]
