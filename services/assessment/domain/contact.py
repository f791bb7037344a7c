"""Contacts: somebody turns to the council about a person, and what comes of it; enquiries without a person. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from sevensteps.errors import ID, Fault, Kind, Violation, invalid
from sevensteps.steps import Ending


class ContactOutcome(StrEnum):
    """What comes of a contact."""

    ASSESS = "assess"
    INFORMATION_AND_ADVICE = "information_and_advice"
    SIGNPOST = "signpost"
    URGENT = "urgent"
    TRANSITION = "transition"


FIELDS_OF: Mapping[ContactOutcome, frozenset[str]] = {
    ContactOutcome.ASSESS: frozenset(),
    ContactOutcome.INFORMATION_AND_ADVICE: frozenset({"whereto", "end_case"}),
    ContactOutcome.SIGNPOST: frozenset({"whereto", "end_case"}),
    ContactOutcome.URGENT: frozenset(),
    ContactOutcome.TRANSITION: frozenset({"transition_on"}),
}
"""What may be said with each outcome."""


@dataclass(frozen=True, slots=True)
class Came:
    """How a contact came: when, how, by which route, from whom, for whom, and what is wanted.

    `reference` is the council's own of who made it, empty of the person.
    """

    contacted_on: date
    how: str
    route: str
    made_by: str
    reference: str
    for_whom: str
    urgent: bool
    about: str


@dataclass(frozen=True, slots=True)
class ContactDeciding:
    """What somebody decides about a contact. `end_case`: nothing else is wanted, so the case ends."""

    contact_id: str
    outcome: ContactOutcome
    decided_on: date
    because: str
    whereto: str
    transition_on: date | None
    end_case: bool

    @property
    def ending(self) -> Ending | None:
        """How the case ends by it; None where it goes on."""
        if self.outcome is ContactOutcome.TRANSITION:
            return Ending.PASSED_TO_TRANSITION
        return Ending.INFORMATION_AND_ADVICE if self.end_case else None

    def by(self, subject: str, at: str) -> "ContactDecision":
        """The decision, with who made it and when."""
        return ContactDecision(
            self.outcome, self.decided_on, self.because, self.whereto, self.transition_on, subject, at
        )


@dataclass(frozen=True, slots=True)
class ContactDecision:
    """What was decided about a contact, by whom and when.

    `transition_on` is from when on adult social care has to do with somebody who is under 18 (s.58).
    """

    outcome: ContactOutcome
    decided_on: date
    because: str
    whereto: str
    transition_on: date | None
    decided_by: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact, with the date by which it is to be decided, and what was decided.

    `due_on` is None where the pack in force had no such clock; `decision` while nothing is decided.
    """

    contact_id: str
    case_id: str
    came: Came
    due_on: date | None
    receipt_id: str | None
    recorded_by: str
    recorded_at: str
    overdue_told: bool = False
    decision: ContactDecision | None = None

    def decide(self, deciding: ContactDeciding, by: str, at: str) -> Self:
        """The contact, decided. Raises a Fault where it was decided before, or would be before it came."""
        if self.decision:
            raise Fault(
                Kind.PRECONDITION,
                "CONTACT_DECIDED",
                f"It was decided on {self.decision.decided_on} what comes of this contact: {self.decision.outcome}. "
                "Where somebody turns to you again, record another one.",
                metadata={"case_id": self.case_id, "contact_id": self.contact_id},
            )
        if deciding.decided_on < self.came.contacted_on:
            raise invalid(Violation("decided_on", f"must be a day from {self.came.contacted_on}, when it came"))
        return replace(self, decision=deciding.by(by, at))


@dataclass(frozen=True, slots=True)
class Enquiry:
    """An enquiry that is about nobody in particular (s.4): what about, by which way, on which day."""

    enquiry_id: str
    council: str
    topic: str
    route: str
    asked_on: date
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class EnquiryCount:
    """How many enquiries there were of one topic and route in a month, by its first day."""

    month: date
    topic: str
    route: str
    count: int


def contact_not_found(case_id: str, contact_id: str) -> Fault:
    """A contact that the case does not have."""
    named = f" {contact_id}" if ID.fullmatch(contact_id) else ""
    return Fault(
        Kind.NOT_FOUND,
        "CONTACT_NOT_FOUND",
        f"Case {case_id} has no such contact{named}. Check the id.",
        metadata={"case_id": case_id},
    )
