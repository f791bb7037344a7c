"""Which role may make which call."""

from collections.abc import Iterable, Mapping

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor, Role

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


def rpc_of(call: str) -> str:
    """A call ("service.Method") as it is named on the wire, and in RIGHTS."""
    service, _, method = call.partition(".")
    return f"/sevensteps.api.{service}.v1.{service.capitalize()}Service/{method}"


def _rights(service: str, table: Mapping[str, Iterable[Role]]) -> dict[str, frozenset[Role]]:
    return {rpc_of(f"{service}.{rpc}"): frozenset(roles) for rpc, roles in table.items()}


_JOURNEY = {Role.JOURNEY}
_ASSESSING = {Role.PRACTITIONER}
_PLANNING = {Role.PLANNER, Role.PRACTITIONER}
_MONEY = {Role.FINANCE, Role.PLANNER}
_REVIEWING = {Role.REVIEWER, Role.PRACTITIONER}
_RECEIVING = CASEWORK | {Role.FINANCE, Role.OPERATIONS}
"""Whoever people turn to: a complaint can be made to anybody of the council, in any form (SI 2009/309, reg 13(1))."""
_MANAGING = {Role.ASSISTANT_TEAM_MANAGER, Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}
"""Who says which team looks after a case."""
_ANSWERING = {Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE}
"""Who answers for the council (reg 4). Whoever decided what a complaint is about is refused by name."""
RIGHTS: Mapping[str, frozenset[Role]] = {
    **_rights(
        "assessment",
        {
            "OpenCase": _ASSESSING,
            "GetCase": ANYBODY | {Role.SERVICE},
            "ListCases": ANYBODY,
            "RecordUrgentSupport": _ASSESSING,
            "RecordSelfAssessment": _ASSESSING,
            "ConsiderAdvocacy": _ASSESSING,
            "ProposeDetermination": _ASSESSING,
            "ConfirmDetermination": _ASSESSING,
            "GiveIndicativeBudget": _ASSESSING,
            "GiveWrittenRecord": _ASSESSING,
            "GiveAdvice": _ASSESSING,
            "GetDetermination": ANYBODY,
            "ListSelfAssessments": CASEWORK,
            "ListUrgentSupport": RECORDS,
            "ListDeterminations": RECORDS,
            "ListIndicativeBudgets": RECORDS,
            "ListAdvice": RECORDS,
            "PlaceHold": _ASSESSING | {Role.OPERATIONS},
            "ReleaseHold": _ASSESSING | {Role.OPERATIONS},
            "ResumeCase": {Role.OPERATIONS},
            "EndCase": _ASSESSING | {Role.OPERATIONS} | _JOURNEY,
            "AssignCase": _ASSESSING | _MANAGING | {Role.OPERATIONS},
            "EscalateCase": _RECEIVING,
            "ListActs": ANYBODY,
            "RecordComplaint": _RECEIVING,
            "AcknowledgeComplaint": _RECEIVING,
            "ExtendComplaint": _RECEIVING,
            "ExplainComplaintDelay": _RECEIVING,
            "AnswerComplaint": _ANSWERING,
            "WithdrawComplaint": _RECEIVING,
            "ListComplaints": RECORDS,
            "RecordAccessRequest": _RECEIVING,
            "ExtendAccessRequest": _RECEIVING,
            "AnswerAccessRequest": _RECEIVING,
            "WithdrawAccessRequest": _RECEIVING,
            "ListAccessRequests": RECORDS,
            "RecordOverdue": _JOURNEY,
            "OpenAssessment": _JOURNEY,
            "GetCouncil": ANYBODY,
        },
    ),
    **_rights(
        "planning",
        {
            "GetPlanning": ANYBODY,
            "GetPlan": ANYBODY,
            "SavePlan": _PLANNING,
            "SubmitPlan": _PLANNING,
            "ArrangeMoney": _MONEY,
            "ArrangeSupport": _PLANNING,
            "StopArrangements": _PLANNING | {Role.FINANCE},
            "RestartArrangements": _PLANNING | {Role.FINANCE},
            "OpenPlan": _JOURNEY,
            "OpenMoney": _JOURNEY,
            "OpenSupport": _JOURNEY,
            "CloseCase": _JOURNEY,
            "RecordOverdue": _JOURNEY,
        },
    ),
    **_rights(
        "approval",
        {
            "GetApproval": ANYBODY,
            "ApprovePlan": SIGNING,
            "ReturnPlan": SIGNING,
            "OpenApproval": _JOURNEY,
            "CloseCase": _JOURNEY,
            "RecordOverdue": _JOURNEY,
        },
    ),
    **_rights(
        "review",
        {
            "GetLife": ANYBODY,
            "ListSpending": RECORDS,
            "ListReviewCalls": RECORDS,
            "ListReviews": RECORDS,
            "RecordSpend": _REVIEWING | {Role.FINANCE},
            "JudgeSpend": _REVIEWING | {Role.FINANCE},
            "CorrectSpend": _REVIEWING | {Role.FINANCE, Role.OPERATIONS},
            "RequestReview": _REVIEWING | {Role.PLANNER},
            "TriggerReview": _REVIEWING | {Role.FINANCE, Role.OPERATIONS},
            "CompleteReview": _REVIEWING,
            "OpenLife": _JOURNEY,
            "OpenReview": _JOURNEY,
            "CloseCase": _JOURNEY,
            "RecordOverdue": _JOURNEY,
        },
    ),
    **_rights(
        "receipts",
        {
            "ListReceipts": {Role.AUDITOR, Role.OPERATIONS, Role.PRACTITIONER},
            "ReadReceipts": {Role.AUDITOR, Role.OPERATIONS},
            "ListLinks": {Role.AUDITOR, Role.OPERATIONS},
            "ReadDecidedRecords": {Role.AUDITOR, Role.OPERATIONS},
            "GetPack": {Role.AUDITOR, Role.OPERATIONS, Role.POLICY_OFFICER},
            "GetPacksInForce": {Role.AUDITOR, Role.OPERATIONS, Role.POLICY_OFFICER, Role.SERVICE},
        },
    ),
    **_rights("asks", {"GetAsk": _JOURNEY | {Role.OPERATIONS}}),
    **_rights(
        "policy",
        {
            "StagePublication": {Role.POLICY_OFFICER},
            "SchedulePublication": {Role.POLICY_OFFICER},
            "ListPublications": {Role.AUDITOR, Role.OPERATIONS, Role.POLICY_OFFICER},
        },
    ),
    **_rights(
        "publications",
        {
            "PutInForce": {Role.POLICY_OFFICER},
            "SettlePublication": {Role.SERVICE},
        },
    ),
    **_rights(
        "identity",
        {
            "RevokeTokens": {Role.OPERATIONS},
            "ListRevocations": {Role.OPERATIONS, Role.AUDITOR},
            "ListIssuers": {Role.OPERATIONS, Role.AUDITOR},
        },
    ),
    **_rights(
        "operations",
        {
            "ListCases": ANYBODY,
            "CountCases": ANYBODY,
            "ForecastBreaches": ANYBODY,
            "ListCauses": RECORDS,
            "ListStuck": RECORDS,
            "DescribeCase": ANYBODY,
            "PlanRepair": {Role.OPERATIONS},
            "AgreeRepair": {Role.OPERATIONS},
            "ContinueRepair": {Role.OPERATIONS},
            "StopRepair": {Role.OPERATIONS},
            "GetRepair": {Role.OPERATIONS, Role.AUDITOR},
            "ListRepairs": {Role.OPERATIONS, Role.AUDITOR},
            "ListRepairCases": {Role.OPERATIONS, Role.AUDITOR},
            "ListAudit": {Role.OPERATIONS, Role.AUDITOR},
        },
    ),
    **_rights(
        "feed",
        {
            "ListEvents": {Role.INTEGRATOR, Role.OPERATIONS, Role.AUDITOR, Role.JOURNEY, Role.SERVICE},
            "WatchEvents": {Role.INTEGRATOR, Role.OPERATIONS, Role.AUDITOR, Role.JOURNEY, Role.SERVICE},
            "GetSubscription": {Role.INTEGRATOR, Role.SERVICE} | _JOURNEY,
            "AcknowledgeEvents": {Role.INTEGRATOR, Role.SERVICE} | _JOURNEY,
            "TakeTurn": _JOURNEY,
            "ListSubscriptions": {Role.OPERATIONS, Role.SERVICE},
            "DeleteSubscription": {Role.INTEGRATOR, Role.OPERATIONS},
            "TrimEvents": {Role.OPERATIONS},
            "AppendEvents": {Role.SERVICE},
        },
    ),
}
"""Which role may call which RPC: the only place that says so. An RPC without a row cannot be called."""


def authorise(actor: Actor, rpc: str) -> None:
    """Raise a Fault (DENIED) unless one of the actor's roles may call the RPC ("/package.Service/Method")."""
    allowed = RIGHTS.get(rpc, frozenset())
    if not actor.roles & allowed:
        name = rpc.rpartition("/")[2]
        who = ", ".join(sorted(allowed & PEOPLE)) or "the suite itself"
        raise Fault(
            Kind.DENIED,
            "ROLE_LACKS_RIGHT",
            f"{name} may be called by: {who}. Your token has: {', '.join(sorted(actor.roles)) or 'no role'}.",
            metadata={"rpc": rpc},
        )
