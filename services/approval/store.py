"""How approvals are kept. Statements are built once; what a decision may never break, the database holds as well."""

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa

from services.approval.domain.approval import Approval, ApprovalState, Check, Checks, Judgement
from services.approval.domain.plan import SubmittedPlan
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Fault, Kind, stage_order, stale
from sevensteps.fields import short_name
from sevensteps.money import pounds
from sevensteps.service.tables import receipts
from sevensteps.service.work import CaseUnknown, Work

metadata = sa.MetaData()

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
)

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("safe", sa.Text, nullable=False),
    sa.Column("legal", sa.Text, nullable=False),
    sa.Column("meets_needs", sa.Text, nullable=False),
    sa.Column("sufficient", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("personal_budget", sa.Text, nullable=False),
    sa.Column("indicative", sa.Text, nullable=False),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("pack", sa.Text, nullable=False),
    sa.Column("opened_at", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("signed_as", sa.Text, nullable=False),
    sa.Column("decided_at", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.CheckConstraint("(state IN ('approved', 'returned')) = (decided_by <> '')", name="decided_by_somebody"),
    sa.CheckConstraint("(state = 'approved') = (signed_as <> '')", name="signed_in_a_role"),
    sa.Index(
        "one_undecided_a_case",
        "case_id",
        unique=True,
        sqlite_where=sa.text("state = 'checked'"),
        postgresql_where=sa.text("state = 'checked'"),
    ),
)

parties = sa.Table(
    "parties",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("part", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint(["case_id", "version"], ["approvals.case_id", "approvals.version"]),
)
"""Who wrote a plan or assessed its case. A trigger (migration 0001) keeps them from deciding on it."""

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("about", sa.Text, primary_key=True),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("judged_by", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "version"], ["approvals.case_id", "approvals.version"]),
)

WROTE = "wrote"
ASSESSED = "assessed"

_APPROVAL = (
    sa.select(
        *(column for column in approvals.c if column.name not in {"plan", "opened_at", "decided_at"}),
        cases.c.council,
        cases.c.ended,
    )
    .join_from(approvals, cases)
    .where(approvals.c.case_id == sa.bindparam("case_id"))
)
NEWEST = _APPROVAL.order_by(approvals.c.version.desc()).limit(1)
APPROVAL = _APPROVAL.where(approvals.c.version == sa.bindparam("version"))
PARTIES = sa.select(parties.c.subject, parties.c.part).where(
    parties.c.case_id == sa.bindparam("case_id"), parties.c.version == sa.bindparam("version")
)
PLAN = sa.select(approvals.c.plan).where(
    approvals.c.case_id == sa.bindparam("case_id"), approvals.c.version == sa.bindparam("version")
)
ADD_CASE = cases.insert()
ADD_APPROVAL = approvals.insert()
ADD_PARTIES = parties.insert()
ADD_JUDGEMENTS = judgements.insert()
CHANGE_APPROVAL = (
    approvals.update()
    .where(
        approvals.c.case_id == sa.bindparam("the_case"),
        approvals.c.version == sa.bindparam("the_version"),
        approvals.c.revision == sa.bindparam("read_revision"),
    )
    .values(
        state=sa.bindparam("state"),
        level=sa.bindparam("level"),
        decided_by=sa.bindparam("decided_by"),
        signed_as=sa.bindparam("signed_as"),
        decided_at=sa.bindparam("decided_at"),
        because=sa.bindparam("because"),
        revision=approvals.c.revision + 1,
    )
)
END_CASE = cases.update().where(cases.c.case_id == sa.bindparam("the_case")).values(ended=True)


def newest(work: Work, case_id: str) -> Approval | None:
    """The newest approval of a case, if it has come to approval. Raises a Fault (NOT_FOUND) for another council's."""
    return _found(work, NEWEST, {"case_id": case_id})


def approval(work: Work, case_id: str, version: int) -> Approval | None:
    """The approval of one plan version, likewise."""
    return _found(work, APPROVAL, {"case_id": case_id, "version": version})


def approval_to_read(work: Work, case_id: str, version: int) -> Approval:
    """The approval of a version, 0 for the newest. Raises a Fault (NOT_FOUND), or CaseUnknown."""
    last = newest(work, case_id)
    if last is None:
        raise _not_here(case_id)
    found = last if version in {0, last.version} else approval(work, case_id, version)
    if found is None:
        raise Fault(
            Kind.NOT_FOUND,
            "APPROVAL_NOT_FOUND",
            f"Plan version {version} has not come to approval; the newest that has is {last.version}.",
            metadata={"case_id": case_id},
        )
    return found


def approval_to_change(work: Work, case_id: str, version: int, etag: str) -> Approval:
    """The approval of a version, read to be changed. Raises a Fault for a stale etag or a version that is not here."""
    found = approval(work, case_id, version)
    if found is None:
        if newest(work, case_id) is None:
            raise _not_here(case_id)
        raise stage_order(f"SubmitPlan must come first: version {version} has not come to approval.", case_id)
    work.check_etag(case_id, etag, found.revision)
    return found


def _not_here(case_id: str) -> CaseUnknown:
    return CaseUnknown(case_id, "SubmitPlan must come first: no plan of this case has come to approval.")


def _found(work: Work, query: sa.Select[tuple[object, ...]], key: dict[str, object]) -> Approval | None:
    row = work.connection.execute(query, key).first()
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    work.confine(values["case_id"], values["council"])
    took_part = work.connection.execute(PARTIES, {"case_id": values["case_id"], "version": values["version"]}).all()
    values["state"] = ApprovalState(values["state"])
    values["personal_budget"] = Decimal(values["personal_budget"])
    values["indicative"] = Decimal(values["indicative"])
    return Approval(
        **values,
        written_by=frozenset(party.subject for party in took_part if party.part == WROTE),
        assessed_by=frozenset(party.subject for party in took_part if party.part == ASSESSED),
    )


def add_approval(work: Work, added: Approval, plan: SubmittedPlan, *, first: bool) -> None:
    """Keep a new approval with the plan as it was given; for the first of a case, the case as well."""
    key = {"case_id": added.case_id, "version": added.version}
    if first:
        work.connection.execute(ADD_CASE, {"case_id": added.case_id, "council": added.council, "ended": added.ended})
    row = {
        **key,
        "plan": plan.as_given,
        "state": added.state.value,
        "verdict": added.verdict,
        "safe": added.safe,
        "legal": added.legal,
        "meets_needs": added.meets_needs,
        "sufficient": added.sufficient,
        "level": added.level,
        "due_on": added.due_on,
        "personal_budget": pounds(added.personal_budget),
        "indicative": pounds(added.indicative),
        "receipt_id": added.receipt_id,
        "pack": added.pack,
        "opened_at": work.now_text,
        "decided_by": added.decided_by,
        "signed_as": added.signed_as,
        "decided_at": "",
        "because": added.because,
        "revision": added.revision,
    }
    work.connection.execute(ADD_APPROVAL, row)
    took_part = [(subject, WROTE) for subject in added.written_by] + [(each, ASSESSED) for each in added.assessed_by]
    work.connection.execute(ADD_PARTIES, [key | {"subject": subject, "part": part} for subject, part in took_part])


def change_approval(work: Work, changed: Approval) -> Approval:
    """Keep a decided or closed one, unless somebody changed it meanwhile: a Fault (ABORTED). Answers what is kept."""
    row = {
        "the_case": changed.case_id,
        "the_version": changed.version,
        "read_revision": changed.revision,
        "state": changed.state.value,
        "level": changed.level,
        "decided_by": changed.decided_by,
        "signed_as": changed.signed_as,
        "decided_at": work.now_text if changed.decided_by else "",
        "because": changed.because,
    }
    if work.connection.execute(CHANGE_APPROVAL, row).rowcount != 1:
        raise stale(changed.case_id)
    return replace(changed, revision=changed.revision + 1)


def overrides(work: Work, of: Approval) -> int:
    """How many lines of the plan as it was given rest on the council's word that an exception is necessary."""
    given = work.connection.execute(PLAN, {"case_id": of.case_id, "version": of.version}).scalar_one()
    return sum(line.get("necessary_override", False) for line in json.loads(given).get("lines", ()))


def add_judgements(work: Work, of: Approval, given: Iterable[Judgement]) -> None:
    """Keep what the approver judged."""
    rows = [
        {
            "case_id": of.case_id,
            "version": of.version,
            "rule": judgement.rule,
            "about": judgement.about,
            "because": judgement.because,
            "judged_by": work.actor.subject,
        }
        for judgement in given
    ]
    if rows:
        work.connection.execute(ADD_JUDGEMENTS, rows)


def end_case(work: Work, closed: Approval) -> None:
    """Keep that the case has ended, and that its newest approval is closed if it was."""
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
