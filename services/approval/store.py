"""How approvals are stored. Statements are built once; the database too refuses what a decision may never break."""

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa

from services.approval.domain.approval import Approval, ApprovalState
from services.approval.domain.checks import Check, Checks, Judgement
from services.approval.domain.plan import Measure, SubmittedPlan
from services.approval.tables import approvals, cases, judgements, parties
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Fault, Kind, stage_order
from sevensteps.fields import short_name
from sevensteps.money import pounds
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.records import Change, as_row, find, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import CaseUnknown, Work

WROTE = "wrote"
ASSESSED = "assessed"

NOT_OF_AN_APPROVAL = {
    "plan",
    "opened_at",
    "receipt_digest",
    "authority_receipt_id",
    "authority_digest",
}
_APPROVAL = (
    sa.select(
        *(column for column in approvals.c if column.name not in NOT_OF_AN_APPROVAL),
        cases.c.council,
        cases.c.ended,
    )
    .join_from(approvals, cases)
    .where(*matching(approvals, "case_id"))
)
NEWEST = _APPROVAL.order_by(approvals.c.version.desc()).limit(1)
APPROVAL = _APPROVAL.where(*matching(approvals, "version"))
PARTIES = sa.select(parties.c.subject, parties.c.part).where(
    *matching(parties, "case_id"), sa.or_(parties.c.version == sa.bindparam("version"), parties.c.part == ASSESSED)
)
"""Who wrote the version, and who assessed the case in whatever round."""
PLAN = sa.select(approvals.c.plan).where(*matching(approvals, "case_id", "version"))
JUDGEMENTS = (
    sa.select(judgements.c.rule, judgements.c.about, judgements.c.because)
    .where(*matching(judgements, "case_id", "version"))
    .order_by(judgements.c.rule, judgements.c.about)
)
ADD_CASE = cases.insert()
ADD_APPROVAL = approvals.insert()
ADD_PARTIES = parties.insert()
ADD_JUDGEMENTS = judgements.insert()
CHANGE_APPROVAL = Change(
    approvals,
    key=("case_id", "version"),
    version="revision",
    columns=(
        "state",
        "level",
        "decided_by",
        "signed_as",
        "decided_at",
        "because",
        "authority_receipt_id",
        "authority_digest",
    ),
)
END_CASE = cases.update().where(cases.c.case_id == sa.bindparam("the_case")).values(ended=True)


def newest(work: Work, case_id: str) -> Approval | None:
    """The newest approval of a case; None before step 3. Raises a Fault (NOT_FOUND) for another council's case."""
    return _approval(work, find(work, NEWEST, case_id=case_id))


def is_closed(work: Work, case_id: str) -> bool | None:
    """Whether a case is closed here; None before step 3. Raises a Fault (NOT_FOUND) for another council's case."""
    last = newest(work, case_id)
    return last.closed if last else None


def approval_of(work: Work, last: Approval, version: int) -> Approval | None:
    """The approval of a plan version; `last` is the newest one."""
    if version >= last.version:
        return last if version == last.version else None
    return _approval(work, find(work, APPROVAL, case_id=last.case_id, version=version))


def approval_to_read(work: Work, case_id: str, version: int) -> Approval:
    """The approval of a version, 0 for the newest. Raises a Fault (NOT_FOUND), or CaseUnknown."""
    last = _ensure_here(newest(work, case_id), case_id)
    approval = approval_of(work, last, version or last.version)
    if approval is None:
        raise Fault(
            Kind.NOT_FOUND,
            "APPROVAL_NOT_FOUND",
            f"Plan version {version} has not come to approval; the newest that has is {last.version}.",
            metadata={"case_id": case_id},
        )
    return approval


def approval_to_change(work: Work, case_id: str, version: int, etag: str) -> Approval:
    """The approval of a version, read to be changed. Raises a Fault for a stale etag, or a version that never came."""
    last = _ensure_here(newest(work, case_id), case_id)
    approval = approval_of(work, last, version)
    if approval is None:
        raise stage_order(f"SubmitPlan must come first: version {version} has not come to approval.", case_id)
    work.check_etag(case_id, etag, approval.revision)
    return approval


def _ensure_here(last: Approval | None, case_id: str) -> Approval:
    if last is None:
        raise CaseUnknown(case_id, "SubmitPlan must come first: no plan of this case has come to approval.")
    return last


def _approval(work: Work, row: Row | None) -> Approval | None:
    if row is None:
        return None
    key = {"case_id": row["case_id"], "version": row["version"]}
    took_part = work.connection.execute(PARTIES, key).all()
    typed = {
        "state": ApprovalState(row["state"]),
        "personal_budget": Decimal(row["personal_budget"]),
        "personal_budget_once": Decimal(row["personal_budget_once"]),
        "indicative": Decimal(row["indicative"]),
        "written_by": frozenset(party.subject for party in took_part if party.part == WROTE),
        "assessed_by": frozenset(party.subject for party in took_part if party.part == ASSESSED),
    }
    return Approval(**(dict(row) | typed))


def add_approval(work: Work, approval: Approval, plan: SubmittedPlan, *, first: bool) -> None:
    """Store a new approval with the plan as it was submitted; for the first of a case, the case as well."""
    key = {"case_id": approval.case_id, "version": approval.version}
    if first:
        case = {"case_id": approval.case_id, "council": approval.council, "ended": approval.ended}
        work.connection.execute(ADD_CASE, case)
    digest = work.new_digest(approval.receipt_id)
    opened = {"plan": plan.as_given, "opened_at": work.now_text, "receipt_digest": digest}
    work.connection.execute(ADD_APPROVAL, _row(approval) | opened)
    took_part = [(subject, WROTE) for subject in approval.written_by]
    took_part += [(subject, ASSESSED) for subject in approval.assessed_by]
    work.connection.execute(ADD_PARTIES, [key | {"subject": subject, "part": part} for subject, part in took_part])


def change_approval(work: Work, approval: Approval, authority: RecordedDecision | None = None) -> Approval:
    """Store a decided or closed approval, and answer its new revision.

    `authority` is the decision that its signer may sign. Raises a Fault (ABORTED) if it was changed meanwhile.
    """
    named = {
        "authority_receipt_id": authority.receipt_id if authority else None,
        "authority_digest": work.new_digest(authority.receipt_id if authority else None),
    }
    CHANGE_APPROVAL.write(work, _row(approval) | named, approval.revision)
    return replace(approval, revision=approval.revision + 1)


def _row(approval: Approval) -> dict[str, object]:
    typed = {
        "state": approval.state.value,
        "personal_budget": pounds(approval.personal_budget),
        "personal_budget_once": pounds(approval.personal_budget_once),
        "indicative": pounds(approval.indicative),
    }
    values = as_row(approval) | typed
    return {name: value for name, value in values.items() if name in approvals.c}


def plan_text(work: Work, approval: Approval) -> str:
    """The plan as it was submitted, as JSON."""
    key = {"case_id": approval.case_id, "version": approval.version}
    return str(work.connection.execute(PLAN, key).scalar_one())


def measure(work: Work, approval: Approval) -> Measure:
    """What of the plan as it was submitted measures the authority that signing it takes."""
    plan = plan_text(work, approval)
    return Measure.of(
        (short_name(planning_pb2.Use, planning_pb2.Use.Value(line["use"])), line.get("necessary_override", False))
        for line in json.loads(plan).get("lines", ())
    )


def add_judgements(work: Work, approval: Approval, judgements: Iterable[Judgement]) -> None:
    """Store what the approver judged."""
    key = {"case_id": approval.case_id, "version": approval.version}
    rows = [as_row(judgement) | key | {"judged_by": work.actor.subject} for judgement in judgements]
    if rows:
        work.connection.execute(ADD_JUDGEMENTS, rows)


def judgements_of(work: Work, approval: Approval) -> tuple[Judgement, ...]:
    """What the approver judged, in the order of the rules."""
    rows = work.connection.execute(JUDGEMENTS, {"case_id": approval.case_id, "version": approval.version})
    return tuple(Judgement(row.rule, row.about, row.because) for row in rows)


def end_case(work: Work, closed: Approval) -> None:
    """Store that the case has ended, and that its newest approval is closed if it was."""
    work.connection.execute(END_CASE, {"the_case": closed.case_id})
    if closed.state is ApprovalState.CLOSED:
        change_approval(work, closed)


def checks(work: Work, receipt_id: str) -> Checks:
    """What the pack said of a plan, from the receipt of its check."""
    decided = work.decided(receipt_id)
    return Checks(
        verdict=short_name(decision_pb2.Verdict, decided.verdict),
        findings=tuple(
            Check(
                rule=finding.rule,
                about=finding.about,
                verdict=short_name(decision_pb2.Verdict, finding.verdict),
                because=finding.because,
            )
            for finding in decided.findings
        ),
        missing=tuple(decided.missing),
    )
