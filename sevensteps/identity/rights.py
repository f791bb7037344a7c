"""Which role may make which call."""

from collections.abc import Iterable, Mapping

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.role_groups import (
    ANYBODY,
    CHARGING,
    JOURNEY,
    MONEY,
    PEOPLE,
    PLANNING,
    RECEIVING,
    RECORDS,
    REVIEWING,
    SIGNING,
)
from sevensteps.identity.step_one_rights import STEP_ONE


def rpc_of(call: str, of: str = "") -> str:
    """A call ("package.Method") as it is named on the wire, and in RIGHTS.

    `of` is which service of the package ("Contacts"), where it is not the one with the name of the package.
    """
    package, _, method = call.partition(".")
    return f"/sevensteps.api.{package}.v1.{of or package.capitalize()}Service/{method}"


def _rights(package: str, table: Mapping[str, Iterable[Role]], of: str = "") -> dict[str, frozenset[Role]]:
    return {rpc_of(f"{package}.{rpc}", of): frozenset(roles) for rpc, roles in table.items()}


RIGHTS: Mapping[str, frozenset[Role]] = {
    **{call: roles for of, table in STEP_ONE.items() for call, roles in _rights("assessment", table, of).items()},
    **_rights(
        "planning",
        {
            "GetPlanning": ANYBODY,
            "GetPlan": ANYBODY,
            "SavePlan": PLANNING,
            "SubmitPlan": PLANNING,
            "ArrangeMoney": MONEY,
            "ArrangeSupport": PLANNING,
            "StopArrangements": PLANNING | {Role.FINANCE},
            "RestartArrangements": PLANNING | {Role.FINANCE},
            "OpenPlan": JOURNEY,
            "OpenMoney": JOURNEY,
            "OpenSupport": JOURNEY,
            "CloseCase": JOURNEY,
            "RecordOverdue": JOURNEY,
        },
    ),
    **_rights(
        "approval",
        {
            "GetApproval": ANYBODY,
            "ApprovePlan": SIGNING,
            "ReturnPlan": SIGNING,
            "OpenApproval": JOURNEY,
            "CloseCase": JOURNEY,
            "RecordOverdue": JOURNEY,
        },
    ),
    **_rights(
        "approval",
        {"RestatePersonalBudget": CHARGING, "ListPersonalBudgets": RECORDS},
        "PersonalBudgets",
    ),
    **_rights(
        "review",
        {
            "GetLife": ANYBODY,
            "ListSpending": RECORDS,
            "ListReviewCalls": RECORDS,
            "ListReviews": RECORDS,
            "RecordSpend": REVIEWING | {Role.FINANCE},
            "JudgeSpend": REVIEWING | {Role.FINANCE},
            "CorrectSpend": REVIEWING | {Role.FINANCE, Role.OPERATIONS},
            "RequestReview": REVIEWING | {Role.PLANNER},
            "TriggerReview": REVIEWING | {Role.FINANCE, Role.OPERATIONS},
            "CompleteReview": REVIEWING,
            "OpenLife": JOURNEY,
            "OpenReview": JOURNEY,
            "CloseCase": JOURNEY,
            "RecordOverdue": JOURNEY,
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
    **_rights(
        "documents",
        {
            "ListDocuments": RECORDS,
            "GetDocument": RECORDS,
            "CorrectDocument": RECEIVING,
        },
    ),
    **_rights("asks", {"GetAsk": JOURNEY | {Role.OPERATIONS}}),
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
            "GetSubscription": {Role.INTEGRATOR, Role.SERVICE} | JOURNEY,
            "AcknowledgeEvents": {Role.INTEGRATOR, Role.SERVICE} | JOURNEY,
            "TakeTurn": JOURNEY,
            "ListSubscriptions": {Role.OPERATIONS, Role.SERVICE},
            "DeleteSubscription": {Role.INTEGRATOR, Role.OPERATIONS},
            "TrimEvents": {Role.OPERATIONS},
            "AppendEvents": {Role.SERVICE},
        },
    ),
}
"""Which role may call which RPC: the only place that says so. An RPC without a row cannot be called."""


def services_of(package: str) -> tuple[str, ...]:
    """The full names of the services in a package of the wire contract: "sevensteps.api.assessment.v1.…"."""
    full_names = dict.fromkeys(rpc.split("/")[1] for rpc in RIGHTS)
    return tuple(name for name in full_names if name.startswith(f"sevensteps.api.{package}.v1."))


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
