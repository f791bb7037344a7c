"""The tables of the assessment service, by what they are about."""

from services.assessment.tables.budgets import offers, own_money, streams
from services.assessment.tables.cases import (
    LINKED,
    OPEN,
    OPEN_WITH_REASON,
    OPEN_WITHOUT_REASON,
    acts,
    advice,
    cases,
    determinations,
    indicative_budgets,
    self_assessments,
    urgent_support,
    written,
)
from services.assessment.tables.concerns import concern_decisions, concerns
from services.assessment.tables.contacts import UNDECIDED_UNTOLD, contacts, enquiries
from services.assessment.tables.conversations import conversations, own_need_answers, own_needs
from services.assessment.tables.feelings import feelings
from services.assessment.tables.finances import STANDING, financial_assessments
from services.assessment.tables.matters import RUNNING, UNTOLD, matter_acts, matter_clocks, matters
from services.assessment.tables.metadata import metadata
from services.assessment.tables.people import circle, help_choices, kept_services, permissions, resources
from services.assessment.tables.questionnaires import answer_sets, combined_consents
from services.assessment.tables.refusals import refusals
from services.assessment.tables.representation import (
    SOON,
    appointments,
    authorities,
    authority_checks,
    best_interests,
    capacity,
    expiries,
)
from sevensteps.service.decided_records import Claim, DecidedRecords

__all__ = [
    "DECIDED",
    "LINKED",
    "OPEN",
    "OPEN_WITHOUT_REASON",
    "OPEN_WITH_REASON",
    "RUNNING",
    "SOON",
    "STANDING",
    "UNDECIDED_UNTOLD",
    "UNTOLD",
    "acts",
    "advice",
    "answer_sets",
    "appointments",
    "authorities",
    "authority_checks",
    "best_interests",
    "capacity",
    "cases",
    "circle",
    "combined_consents",
    "concern_decisions",
    "concerns",
    "contacts",
    "conversations",
    "determinations",
    "enquiries",
    "expiries",
    "feelings",
    "financial_assessments",
    "help_choices",
    "indicative_budgets",
    "kept_services",
    "matter_acts",
    "matter_clocks",
    "matters",
    "metadata",
    "offers",
    "own_money",
    "own_need_answers",
    "own_needs",
    "permissions",
    "refusals",
    "resources",
    "self_assessments",
    "streams",
    "urgent_support",
    "written",
]

DECIDED = (
    DecidedRecords(
        "determination",
        determinations,
        (
            Claim("verdict", "verdict"),
            Claim("eligible_needs", "values.eligible_needs"),
            Claim("assessed_on", "on"),
            Claim("assessed_by", "actor", unless="proposal"),
            Claim("confirmed_by", "actor", where="proposal"),
        ),
    ),
    DecidedRecords(
        "duty to meet needs",
        determinations,
        (Claim("duty_owed", "values.duty_owed"),),
        receipt_id="duty_receipt_id",
        receipt_digest="duty_receipt_digest",
    ),
    DecidedRecords(
        "indicative budget",
        indicative_budgets,
        (
            Claim("points", "facts.points"),
            Claim("weekly", "values.weekly", free=True),  # above the table it is the practitioner's own
            Claim("given_by", "actor"),
        ),
    ),
    DecidedRecords(
        "financial assessment",
        financial_assessments,
        (
            Claim("verdict", "verdict"),
            Claim("assessed_on", "on"),
            Claim("way", "facts.assessment"),
            Claim("assessed_by", "actor"),
        ),
    ),
    DecidedRecords(
        "clock of a complaint or an access request",
        matter_clocks,
        (Claim("due_on", "values.due"), Claim("kind", "facts.clock")),
    ),
    DecidedRecords(
        "clock of a contact",
        contacts,
        (Claim("due_on", "values.due"), Claim("contacted_on", "facts.started_on")),
    ),
)
"""What is recorded by decisions, and what of it their receipts say too."""
