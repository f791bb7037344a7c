"""What waits for a decision about a contact, and a refused assessment, are on the page of their case."""

from io import StringIO

from rich.console import Console
from rich.table import Table

from sevensteps.api.assessment.v1 import contacts_pb2, rounds_pb2
from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.cli.case_view.case_json import case_json
from sevensteps.cli.case_view.case_records import CaseRecords
from sevensteps.cli.case_view.shown_case import ShownCase
from sevensteps.cli.cases import add_contacts

DECIDED = contacts_pb2.ContactDecision(outcome=contacts_pb2.CONTACT_OUTCOME_ASSESS)


def shown(recorded: CaseRecords) -> list[str]:
    """The rows of the page."""
    page = Table(box=None, show_header=False, pad_edge=False)
    add_contacts(page, recorded)
    console = Console(width=200, record=True, file=StringIO())
    console.print(page)
    return [" ".join(line.split()) for line in console.export_text().splitlines() if line.strip()]


def test_contacts_that_wait_and_a_refusal_that_stands_are_shown() -> None:
    """What is decided or revived is not; programs read the ids."""
    recorded = CaseRecords(
        contacts=[
            contacts_pb2.Contact(contact_id="contact-1", due_on="2026-06-03", overdue_told=True),
            contacts_pb2.Contact(contact_id="contact-2"),
            contacts_pb2.Contact(contact_id="contact-3", decision=DECIDED),
        ],
        refusals=[
            rounds_pb2.Refusal(refusal_id="refusal-1", round=1, refused_on="2026-05-01"),
            rounds_pb2.Refusal(refusal_id="refusal-2", round=2, refused_on="2026-06-01", stands=True),
        ],
    )
    assert shown(recorded) == [
        "to decide what comes of contact-1, by 3 June 2026, which has passed",
        "to decide what comes of contact-2",
        "refused the assessment of round 2, on 1 June 2026",
    ]
    told = case_json(ShownCase(Case(), None), [], {}, linked=[], reasons={}, records=recorded)
    assert told["contacts_to_decide"] == ["contact-1", "contact-2"]
    assert told["refusal"] == "refusal-2"


def test_nothing_is_shown_where_nothing_waits() -> None:
    """A case without contacts has no line about them."""
    assert shown(CaseRecords()) == []
