"""For whom a case waits."""

from collections.abc import Mapping
from enum import StrEnum

from sevensteps.temporal import WaitingFor


class Whom(StrEnum):
    """Whose turn it is."""

    PERSON = "person"
    PRACTITIONER = "practitioner"
    APPROVER = "approver"
    PROVIDER = "provider"
    FINANCE = "finance"
    CLOCK = "clock"
    SYSTEM = "system"


WHOSE_TURN: Mapping[WaitingFor, Whom] = {
    WaitingFor.SERVICE: Whom.SYSTEM,
    WaitingFor.DETERMINATION: Whom.PRACTITIONER,
    WaitingFor.ADVICE: Whom.PRACTITIONER,
    WaitingFor.INDICATIVE_BUDGET: Whom.PRACTITIONER,
    WaitingFor.PLAN: Whom.PERSON,
    WaitingFor.DECISION: Whom.APPROVER,
    WaitingFor.MONEY: Whom.FINANCE,
    WaitingFor.SUPPORT: Whom.PROVIDER,
    WaitingFor.REVIEW_DATE: Whom.CLOCK,
    WaitingFor.REVIEW: Whom.PRACTITIONER,
    WaitingFor.RELEASE: Whom.PERSON,
}
"""Whose turn it is, by what a case waits for; nobody's where it has ended."""
OUTSIDE = frozenset({Whom.FINANCE, Whom.PROVIDER})
"""Who is not of the team that works with the person."""
