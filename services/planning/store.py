"""How plans, money and support are kept. Statements are built once."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from services.planning.domain.money import MoneyArrangement
from services.planning.domain.plan import Content, Plan, SpendLine
from services.planning.domain.planning import Planning, Standing
from services.planning.domain.support import SupportArrangement
from sevensteps.errors import Fault, Kind, stale
from sevensteps.money import pounds
from sevensteps.service.tables import receipts
from sevensteps.service.work import CaseUnknown, Work
from sevensteps.steps import Stage

STEP_1_COMES_FIRST = (
    "Step 1 must come first: ConfirmDetermination, then GiveIndicativeBudget. The plan is opened by itself after them."
)

metadata = sa.MetaData()

plannings = sa.Table(
    "plannings",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("eligible_needs", sa.Text, nullable=False),
    sa.Column("indicative", sa.Text, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("agreed_version", sa.Integer, nullable=False),
    sa.Column("budget", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("stage_open", sa.Boolean, nullable=False),
    sa.Column("pack", sa.Text, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

openings = sa.Table(
    "openings",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("plannings.case_id"), primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("plan_version", sa.Integer, primary_key=True),
    sa.Column("due_on", sa.Date, nullable=False),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("plannings.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("submitted", sa.Boolean, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("written_by", sa.Text, nullable=False),
)

money_arrangements = sa.Table(
    "money_arrangements",
    metadata,
    sa.Column("arrangement_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payee", sa.Text, nullable=False),
    sa.Column("weekly", sa.Text, nullable=False),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=True),
    sa.Column("arranged_at", sa.Text, nullable=False),
    sa.Column("arranged_by", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "plan_version"], ["plans.case_id", "plans.version"]),
    sa.Index("money_by_plan", "case_id", "plan_version", "arranged_at"),
)

support_arrangements = sa.Table(
    "support_arrangements",
    metadata,
    sa.Column("arrangement_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("needs", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("arranged_at", sa.Text, nullable=False),
    sa.Column("arranged_by", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "plan_version"], ["plans.case_id", "plans.version"]),
    sa.Index("support_by_plan", "case_id", "plan_version", "arranged_at"),
)

PLANNING = sa.select(plannings).where(plannings.c.case_id == sa.bindparam("case_id"))
PLANNING_TO_CHANGE = PLANNING.with_for_update()
"""On PostgreSQL the next one who changes the case waits here, and then reads all of it as the first has left it."""
CHANGE_PLANNING = (
    plannings.update()
    .where(plannings.c.case_id == sa.bindparam("the_case"), plannings.c.version == sa.bindparam("read_version"))
    .values({column.name: sa.bindparam(column.name) for column in plannings.c if column.name != "case_id"})
)
DUE_ON = sa.select(openings.c.due_on).where(
    openings.c.case_id == sa.bindparam("case_id"),
    openings.c.stage == sa.bindparam("stage"),
    openings.c.plan_version == sa.bindparam("plan_version"),
)
PLAN = sa.select(plans).where(plans.c.case_id == sa.bindparam("case_id"), plans.c.version == sa.bindparam("version"))
CHANGE_DRAFT = (
    plans.update()
    .where(
        plans.c.case_id == sa.bindparam("the_case"),
        plans.c.version == sa.bindparam("the_version"),
        plans.c.submitted == sa.false(),
    )
    .values({name: sa.bindparam(name) for name in ("submitted", "content", "written_by")})
)
MONEY = (
    sa.select(money_arrangements)
    .where(
        money_arrangements.c.case_id == sa.bindparam("case_id"),
        money_arrangements.c.plan_version == sa.bindparam("plan_version"),
    )
    .order_by(money_arrangements.c.arranged_at, money_arrangements.c.arrangement_id)
)
SUPPORT = (
    sa.select(support_arrangements)
    .where(
        support_arrangements.c.case_id == sa.bindparam("case_id"),
        support_arrangements.c.plan_version == sa.bindparam("plan_version"),
    )
    .order_by(support_arrangements.c.arranged_at, support_arrangements.c.arrangement_id)
)
ADD_PLANNING = plannings.insert()
ADD_OPENING = openings.insert()
ADD_PLAN = plans.insert()
ADD_MONEY = money_arrangements.insert()
ADD_SUPPORT = support_arrangements.insert()


def add_planning(work: Work, begun: Planning, due: date) -> None:
    """Keep the planning of a case that begins, with its first opening."""
    work.connection.execute(ADD_PLANNING, {"case_id": begun.case_id, **_planning_row(begun)})
    add_opening(work, begun, due)


def is_here(work: Work, case_id: str) -> bool:
    """Whether planning has begun for a case."""
    return work.connection.execute(PLANNING, {"case_id": case_id}).first() is not None


def planning(work: Work, case_id: str) -> Planning:
    """The planning of a case that the actor may see. Raises CaseUnknown before step 1 is done, a Fault (NOT_FOUND)."""
    return _planning(work, case_id, PLANNING)


def planning_to_open(work: Work, case_id: str) -> Planning:
    """The same, read to open or close a step. The journey overwrites nobody, so it needs no etag."""
    return _planning(work, case_id, PLANNING_TO_CHANGE)


def planning_to_change(work: Work, case_id: str, etag: str) -> Planning:
    """The same, read to be changed. Raises a Fault (ABORTED) when the etag is stale."""
    found = _planning(work, case_id, PLANNING_TO_CHANGE)
    work.check_etag(case_id, etag, found.version)
    return found


def _planning(work: Work, case_id: str, statement: sa.Select[tuple[object, ...]]) -> Planning:
    row = work.connection.execute(statement, {"case_id": case_id}).first()
    if row is None:
        raise CaseUnknown(case_id, STEP_1_COMES_FIRST)
    work.confine(case_id, row.council)
    return Planning(
        case_id=row.case_id,
        council=row.council,
        eligible_needs=tuple(json.loads(row.eligible_needs)),
        indicative=Decimal(row.indicative),
        plan_version=row.plan_version,
        agreed_version=row.agreed_version,
        budget=Decimal(row.budget),
        stage=Stage(row.stage),
        stage_open=row.stage_open,
        pack=row.pack,
        closed=row.closed,
        version=row.version,
    )


def change_planning(work: Work, changed: Planning) -> Planning:
    """Keep a changed planning, and answer its new version. Raises a Fault (ABORTED) if it changed meanwhile."""
    row = _planning_row(changed) | {
        "version": changed.version + 1,
        "the_case": changed.case_id,
        "read_version": changed.version,
    }
    if work.connection.execute(CHANGE_PLANNING, row).rowcount != 1:
        raise stale(changed.case_id)
    return Planning(**(asdict(changed) | {"version": changed.version + 1}))


def _planning_row(of: Planning) -> dict[str, object]:
    return {
        "council": of.council,
        "eligible_needs": json.dumps(of.eligible_needs),
        "indicative": pounds(of.indicative),
        "plan_version": of.plan_version,
        "agreed_version": of.agreed_version,
        "budget": pounds(of.budget),
        "stage": of.stage.value,
        "stage_open": of.stage_open,
        "pack": of.pack,
        "closed": of.closed,
        "version": of.version,
    }


def add_opening(work: Work, opened: Planning, due: date) -> None:
    """Keep that a step was opened for a plan version, and by when it should be done."""
    row = {"case_id": opened.case_id, "stage": opened.stage.value, "plan_version": opened.plan_version, "due_on": due}
    work.connection.execute(ADD_OPENING, row)


def due_on(work: Work, case_id: str, stage: Stage, plan_version: int) -> date | None:
    """By when a step should be done for a plan version; None where it was never opened."""
    key = {"case_id": case_id, "stage": stage.value, "plan_version": plan_version}
    row = work.connection.execute(DUE_ON, key).first()
    return row.due_on if row else None


def standing(work: Work, of: Planning) -> Standing:
    """The planning with its newest plan, and the money and support of the agreed one."""
    return Standing(
        planning=of,
        due_on=due_on(work, of.case_id, of.stage, of.plan_version) if of.stage_open else None,
        plan=plan(work, of.case_id, of.plan_version),
        money=money(work, of),
        support=support(work, of),
    )


def add_plan(work: Work, added: Plan) -> None:
    """Keep a new version of the plan."""
    work.connection.execute(ADD_PLAN, {"case_id": added.case_id, "version": added.version, **_plan_row(added)})


def change_draft(work: Work, changed: Plan) -> None:
    """Keep a changed draft, or its submission. A submitted version is never written again: a Fault (ABORTED)."""
    row = _plan_row(changed) | {"the_case": changed.case_id, "the_version": changed.version}
    if work.connection.execute(CHANGE_DRAFT, row).rowcount != 1:
        raise stale(changed.case_id)


def plan(work: Work, case_id: str, version: int) -> Plan | None:
    """A version of the plan; None where it is not begun."""
    row = work.connection.execute(PLAN, {"case_id": case_id, "version": version}).first()
    if row is None:
        return None
    return Plan(case_id, version, row.submitted, _content(row.content), tuple(json.loads(row.written_by)))


def plan_to_read(work: Work, of: Planning, version: int) -> Plan:
    """A version of the plan, the newest for 0. Raises a Fault (NOT_FOUND, PLAN_NOT_FOUND)."""
    found = plan(work, of.case_id, version or of.plan_version)
    if found is None:
        raise Fault(
            Kind.NOT_FOUND,
            "PLAN_NOT_FOUND",
            f"There is no version {version or of.plan_version} of the plan. SavePlan makes the first draft.",
            metadata={"case_id": of.case_id},
        )
    return found


def _plan_row(of: Plan) -> dict[str, object]:
    return {
        "submitted": of.submitted,
        "content": json.dumps(asdict(of.content), default=str),  # amounts and dates as text
        "written_by": json.dumps(of.written_by),
    }


def _content(text: str) -> Content:
    values = json.loads(text)
    lines = tuple(SpendLine(**(line | {"needs": tuple(line["needs"])} | _amounts(line))) for line in values["lines"])
    typed = {
        "lines": lines,
        "met_otherwise": tuple(values["met_otherwise"]),
        "review_on": date.fromisoformat(values["review_on"]) if values["review_on"] else None,
        "top_up": Decimal(values["top_up"]),
    }
    return Content(**(values | typed))


def _amounts(line: Mapping[str, str]) -> dict[str, Decimal]:
    """The amounts of a kept line; one from before it was asked says nothing beyond the needs."""
    return {name: Decimal(line[name]) for name in ("weekly", "beyond_needs") if name in line}


def add_money(work: Work, of: Planning, arrangement: MoneyArrangement) -> None:
    """Keep who holds a part of the agreed plan's personal budget."""
    row = asdict(arrangement) | {"weekly": pounds(arrangement.weekly)} | _arranged(work, of)
    work.connection.execute(ADD_MONEY, row)


def money(work: Work, of: Planning) -> tuple[MoneyArrangement, ...]:
    """Who holds the agreed plan's personal budget, in the order arranged."""
    rows = work.connection.execute(MONEY, {"case_id": of.case_id, "plan_version": of.agreed_version})
    return tuple(
        MoneyArrangement(row.arrangement_id, row.kind, row.payee, Decimal(row.weekly), row.receipt_id) for row in rows
    )


def add_support(work: Work, of: Planning, arrangement: SupportArrangement) -> None:
    """Keep how needs of the agreed plan are met."""
    row = asdict(arrangement) | {"needs": json.dumps(arrangement.needs)} | _arranged(work, of)
    work.connection.execute(ADD_SUPPORT, row)


def support(work: Work, of: Planning) -> tuple[SupportArrangement, ...]:
    """How the agreed plan's needs are met, in the order arranged."""
    rows = work.connection.execute(SUPPORT, {"case_id": of.case_id, "plan_version": of.agreed_version})
    return tuple(
        SupportArrangement(row.arrangement_id, row.kind, tuple(json.loads(row.needs)), row.starts_on) for row in rows
    )


def _arranged(work: Work, of: Planning) -> dict[str, object]:
    return {
        "case_id": of.case_id,
        "plan_version": of.agreed_version,
        "arranged_at": work.now_text,
        "arranged_by": work.actor.subject,
    }
