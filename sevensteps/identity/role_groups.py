"""Groups of roles that make the same calls."""

from sevensteps.identity.actor import Role

SIGNING = (
    Role.ASSISTANT_TEAM_MANAGER,
    Role.APPROVER,
    Role.TEAM_MANAGER,
    Role.SERVICE_MANAGER,
    Role.PANEL,
    Role.RISK_PANEL,
    Role.HEAD_OF_SERVICE,
)
"""Who may decide on plans, each within the council's scheme of delegation. Their roles are tried in this order."""
PEOPLE = frozenset(Role) - {Role.JOURNEY, Role.SERVICE}
ANYBODY = PEOPLE - {Role.POLICY_OFFICER} | {Role.JOURNEY}
"""Whoever has to do with cases. A policy officer has to do with packs alone."""
CASEWORK = frozenset({Role.PRACTITIONER, Role.PLANNER, Role.REVIEWER, *SIGNING})
"""Who works on a case with the person, and so may read a self-assessment: the person's own words about their life."""
RECORDS = CASEWORK | {Role.FINANCE, Role.OPERATIONS, Role.AUDITOR}
"""Who may list what people wrote in a case. Integrators are programs, and have what stands and the feed."""

JOURNEY = {Role.JOURNEY}
ASSESSING = {Role.PRACTITIONER}
PLANNING = {Role.PLANNER, Role.PRACTITIONER}
MONEY = {Role.FINANCE, Role.PLANNER}
CHARGING = {Role.FINANCE, Role.PRACTITIONER}
"""Who works out what somebody pays: the council's finance team, or whoever assesses the needs."""
REVIEWING = {Role.REVIEWER, Role.PRACTITIONER}
SPEAKING_WITH = frozenset({Role.PRACTITIONER, Role.PLANNER, Role.REVIEWER})
"""Who works with the person in one of the steps: assesses their capacity there, and hears what they choose."""
RECEIVING = CASEWORK | {Role.FINANCE, Role.OPERATIONS}
"""Whoever people turn to: a complaint can be made to anybody of the council, in any form (SI 2009/309, reg 13(1))."""
ABLE_TO_RAISE = PEOPLE - {Role.AUDITOR, Role.INTEGRATOR}
"""Who may raise a safeguarding concern: everybody of the council. Auditors and integrators only read."""
MANAGING = {Role.ASSISTANT_TEAM_MANAGER, Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}
"""Who says which team looks after a case."""
ANSWERING = {Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}
"""Who answers for the council (reg 4). Whoever decided what a complaint is about is refused by name."""
