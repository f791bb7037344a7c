"""Who calls. Every call carries a signed token: subject, roles, council, teams."""

from dataclasses import dataclass
from enum import StrEnum

EVERY_COUNCIL = "*"


class Role(StrEnum):
    """What a caller is to the council. The last two are for the suite's own processes."""

    PRACTITIONER = "practitioner"
    PLANNER = "planner"
    APPROVER = "approver"
    ASSISTANT_TEAM_MANAGER = "assistant_team_manager"
    TEAM_MANAGER = "team_manager"
    SERVICE_MANAGER = "service_manager"
    HEAD_OF_SERVICE = "head_of_service"
    PANEL = "panel"
    RISK_PANEL = "risk_panel"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    OPERATIONS = "operations"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"
    POLICY_OFFICER = "policy_officer"
    JOURNEY = "journey"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: goes into every record, receipt and event."""

    subject: str
    roles: frozenset[Role]
    council: str
    teams: frozenset[str] = frozenset()

    def may_see(self, council: str) -> bool:
        """Whether records of this council are the actor's to read and write."""
        return self.council in (council, EVERY_COUNCIL)
