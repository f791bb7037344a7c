"""For every type of event: the records that services keep of it, and which fields of the two must be the same."""

from collections.abc import Mapping
from dataclasses import dataclass

from sevensteps import events


@dataclass(frozen=True, slots=True)
class Records:
    """What a service keeps of one type of event.

    `query` answers the case, and then what the payload has in `fields`. With `newest_of`, a payload field, only the
    newest event for each of its values has a record: it took the place of the one before.
    """

    service: str
    query: str
    fields: tuple[str, ...]
    newest_of: str = ""


def _ended(part: str) -> Records:
    """The last end of each arrangement: one that is to end later may be ended sooner."""
    ended = f"part = '{part}' AND ends_on IS NOT NULL"  # part is one of two words
    newest = f"SELECT max(number) FROM periods o WHERE {ended} AND o.arrangement_id = p.arrangement_id"  # noqa: S608
    query = f"SELECT case_id, arrangement_id, ends_on, reason FROM periods p WHERE {ended} AND number = ({newest})"  # noqa: S608
    return Records("planning", query, ("arrangement_id", "ends_on", "reason"), newest_of="arrangement_id")


def _started(part: str) -> Records:
    query = f"SELECT case_id, plan_version, arrangement_id, starts_on FROM periods WHERE part = '{part}'"  # noqa: S608
    return Records("planning", query, ("version", "arrangement_id", "starts_on"))


def _act(kind: str, *fields: str) -> Records:
    columns = ", ".join(("case_id", *fields))
    return Records("assessment", f"SELECT {columns} FROM acts WHERE kind = '{kind}'", fields)  # noqa: S608


def _matter(kind: str, *columns: str) -> Records:
    query = f"SELECT case_id, matter_id, {', '.join(columns)} FROM matters WHERE kind = '{kind}'"  # noqa: S608
    return Records("assessment", query, (f"{kind}_id", *columns))


def _matter_act(matter: str, kind: str, day: str, *more: str) -> Records:
    columns = ", ".join(("a.acted_on", *(f"a.{name}" for name in more)))
    query = (
        f"SELECT m.case_id, m.matter_id, {columns} FROM matter_acts a JOIN matters m ON m.matter_id = a.matter_id"  # noqa: S608
        f" WHERE m.kind = '{matter}' AND a.kind = '{kind}'"
    )
    return Records("assessment", query, (f"{matter}_id", day, *more))


def _opened(opening: str, service: str, turn: str) -> Records:
    return Records(service, f"SELECT case_id, turn FROM steps_opened WHERE opening = '{opening}'", (turn,))  # noqa: S608


def _overdue(service: str, where: str, *fields: str) -> Records:
    return Records(service, f"SELECT case_id, turn, due_on FROM overdue WHERE {where}", fields)  # noqa: S608


RECORDS: Mapping[type[events.Payload], tuple[Records, ...]] = {
    events.CaseOpened: (
        Records("assessment", "SELECT case_id, kind, linked_case_id FROM cases", ("kind", "linked_case_id")),
    ),
    events.UrgentSupportRecorded: (
        Records("assessment", "SELECT case_id, weekly, starts_on FROM urgent_support", ("weekly", "starts_on")),
    ),
    events.SelfAssessmentRecorded: (
        Records("assessment", "SELECT case_id, round, help FROM self_assessments", ("round", "help")),
    ),
    events.ConversationRecorded: (
        Records("assessment", "SELECT case_id, round FROM conversations WHERE refused_because = ''", ("round",)),
    ),
    events.ConversationRefused: (
        Records("assessment", "SELECT case_id, round FROM conversations WHERE refused_because <> ''", ("round",)),
    ),
    events.FinancesAssessed: (
        Records(
            "assessment",
            "SELECT case_id, financial_assessment_id, number, way, reason, verdict FROM financial_assessments",
            ("financial_assessment_id", "number", "way", "reason", "verdict"),
        ),
    ),
    events.FinancesJudged: (
        Records(
            "assessment",
            "SELECT case_id, financial_assessment_id FROM financial_assessments WHERE judged IS NOT NULL",
            ("financial_assessment_id",),
        ),
    ),
    events.PersonalBudgetRestated: (
        Records(
            "approval",
            "SELECT case_id, version, number, basis, cost, adult_pays, council_pays FROM personal_budgets"
            " WHERE number > 1",
            ("version", "number", "basis", "cost_weekly", "adult_pays_weekly", "council_pays_weekly"),
        ),
    ),
    events.OwnNeedsRecorded: (Records("assessment", "SELECT DISTINCT case_id, round FROM own_needs", ("round",)),),
    events.CirclePersonAdded: (
        Records("assessment", "SELECT case_id, person_id, role FROM circle", ("person_id", "role")),
    ),
    events.CirclePersonRemoved: (
        Records("assessment", "SELECT case_id, person_id FROM circle WHERE removed_on IS NOT NULL", ("person_id",)),
    ),
    events.ResourceRecorded: (
        Records("assessment", "SELECT case_id, resource_id, kind FROM resources", ("resource_id", "kind")),
    ),
    events.HelpChosen: (Records("assessment", "SELECT case_id, step, amount FROM help_choices", ("step", "amount")),),
    events.KeptServiceRecorded: (
        Records(
            "assessment", "SELECT case_id, kept_service_id, weekly FROM kept_services", ("kept_service_id", "weekly")
        ),
    ),
    events.AdvocacyConsidered: (
        Records("assessment", "SELECT case_id, verdict FROM receipts WHERE decision = 'advocacy'", ("verdict",)),
    ),
    events.AssessmentOpened: (_opened("OpenAssessment", "assessment", "round"),),
    events.DeterminationProposed: (
        Records(
            "assessment", "SELECT case_id, round, determination_id FROM determinations", ("round", "determination_id")
        ),
    ),
    events.DeterminationConfirmed: (
        Records(
            "assessment",
            "SELECT case_id, round, determination_id FROM determinations WHERE confirmed_by <> ''",
            ("round", "determination_id"),
        ),
    ),
    events.IndicativeBudgetGiven: (
        Records("assessment", "SELECT case_id, round, weekly FROM indicative_budgets", ("round", "weekly")),
    ),
    events.AdviceGiven: (Records("assessment", "SELECT case_id, round FROM advice", ("round",)),),
    events.HoldPlaced: (_act("hold_placed", "reason"),),
    events.HoldReleased: (_act("hold_released"),),
    events.CaseResumed: (_act("resumed"),),
    events.CaseAssigned: (
        Records("assessment", "SELECT case_id, reason FROM acts WHERE kind = 'assigned'", ("team",)),
    ),
    events.CaseEscalated: (
        Records("assessment", "SELECT case_id, reason FROM acts WHERE kind = 'escalated'", ("role",)),
    ),
    events.CaseEnded: (Records("assessment", "SELECT case_id, ending FROM cases WHERE ending <> ''", ("ending",)),),
    events.ComplaintRecorded: (_matter("complaint", "received_on", "how", "made_by"),),
    events.ComplaintAcknowledged: (_matter_act("complaint", "acknowledged", "acknowledged_on"),),
    events.ComplaintExtended: (_matter_act("complaint", "extended", "agreed_on"),),
    events.ComplaintDelayExplained: (_matter_act("complaint", "delay_explained", "explained_on"),),
    events.ComplaintAnswered: (_matter_act("complaint", "answered", "answered_on", "outcome"),),
    events.ComplaintWithdrawn: (_matter_act("complaint", "withdrawn", "withdrawn_on"),),
    events.AccessRequestRecorded: (_matter("access_request", "received_on", "how", "made_by"),),
    events.AccessRequestExtended: (_matter_act("access_request", "extended", "told_on"),),
    events.AccessRequestAnswered: (_matter_act("access_request", "answered", "answered_on", "outcome"),),
    events.AccessRequestWithdrawn: (_matter_act("access_request", "withdrawn", "withdrawn_on"),),
    events.StepOverdue: (
        *(_overdue(service, "1 = 1", "turn", "due_on") for service in ("assessment", "planning", "approval")),
        Records("assessment", "SELECT case_id, round, due_on FROM written WHERE overdue_told", ("turn", "due_on")),
    ),
    events.PlanOpened: (
        Records("planning", "SELECT case_id, plan_version FROM openings WHERE stage = 'plan_made'", ("version",)),
    ),
    events.PlanSubmitted: (Records("planning", "SELECT case_id, version FROM plans WHERE submitted", ("version",)),),
    events.MoneyOpened: (
        Records("planning", "SELECT case_id, plan_version FROM openings WHERE stage = 'money_organised'", ("version",)),
    ),
    events.MoneyArranged: (
        Records(
            "planning",
            "SELECT case_id, plan_version, arrangement_id, kind, weekly FROM money_arrangements",
            ("version", "arrangement_id", "kind", "weekly"),
        ),
    ),
    events.SupportOpened: (
        Records(
            "planning", "SELECT case_id, plan_version FROM openings WHERE stage = 'support_organised'", ("version",)
        ),
    ),
    events.SupportArranged: (
        Records(
            "planning",
            "SELECT case_id, plan_version, arrangement_id, kind, starts_on FROM support_arrangements",
            ("version", "arrangement_id", "kind", "starts_on"),
        ),
    ),
    events.MoneyStarted: (_started("money"),),
    events.MoneyEnded: (_ended("money"),),
    events.SupportStarted: (_started("support"),),
    events.SupportEnded: (_ended("support"),),
    events.PlanChecked: (
        Records("approval", "SELECT case_id, version, verdict FROM approvals", ("version", "verdict")),
    ),
    events.PlanApproved: (
        Records(
            "approval",
            "SELECT case_id, version, personal_budget FROM approvals WHERE state = 'approved'",
            ("version", "personal_budget_weekly"),
        ),
    ),
    events.PlanReturned: (
        Records("approval", "SELECT case_id, version FROM approvals WHERE state = 'returned'", ("version",)),
    ),
    events.LifeOpened: (
        Records("review", "SELECT case_id, round, plan_version FROM lives", ("round", "plan_version")),
    ),
    events.SpendRecorded: (
        Records(
            "review",
            "SELECT case_id, round, spend_id, amount FROM spending WHERE corrects IS NULL",
            ("round", "spend_id", "amount"),
        ),
    ),
    events.SpendCorrected: (
        Records(
            "review",
            "SELECT case_id, round, spend_id, corrects, amount FROM spending WHERE corrects IS NOT NULL",
            ("round", "spend_id", "corrects", "amount"),
        ),
    ),
    events.SpendJudged: (
        Records(
            "review",
            "SELECT s.case_id, s.spend_id, j.judgement FROM judgements j JOIN spending s ON s.spend_id = j.spend_id",
            ("spend_id", "judgement"),
        ),
    ),
    events.ReviewRequested: (Records("review", "SELECT case_id, round FROM calls WHERE trigger = ''", ("round",)),),
    events.ReviewTriggered: (
        Records("review", "SELECT case_id, round, trigger FROM calls WHERE trigger <> ''", ("round", "trigger")),
    ),
    events.ReviewOpened: (Records("review", "SELECT case_id, round FROM lives WHERE reason IS NOT NULL", ("round",)),),
    events.ReviewCompleted: (Records("review", "SELECT case_id, round, outcome FROM reviews", ("round", "outcome")),),
    events.ReviewWarned: (_overdue("review", "ahead", "round", "due_on"),),
    events.ReviewOverdue: (_overdue("review", "NOT ahead", "round", "due_on"),),
}
WITHOUT_A_RECORD: Mapping[type[events.Payload], str] = {
    events.WrittenRecordGiven: "advice gives the record too, and has no event of its own for it",
    events.PlanSaved: "a plan holds the text that was saved last",
    events.MoneyOrganised: "it follows from the money that is arranged",
    events.SupportOrganised: "it follows from the support that is arranged",
    events.ComplaintOverdue: "a clock that is set anew forgets that the day before it was told",
    events.AccessRequestOverdue: "the same",
    events.CaseStuck: "what is stuck is forgotten when it is mended",
    events.CaseUnstuck: "the same",
}
"""The types of which there is no record by itself, and why."""
