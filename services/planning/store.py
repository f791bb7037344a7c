"""How plans, money and support are stored. Statements are built once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from services.planning import periods
from services.planning.domain.money import MoneyArrangement
from services.planning.domain.plan import Plan
from services.planning.domain.planning import Planning, Standing
from services.planning.domain.support import SupportArrangement
from services.planning.plan_text import content_of, text_of
from services.planning.tables import money_arrangements, openings, plannings, plans, support_arrangements
from sevensteps.errors import Fault, Kind, stale
from sevensteps.money import pounds
from sevensteps.service.records import Change, as_row, find, matching
from sevensteps.service.work import CaseUnknown, Work
from sevensteps.steps import Stage

STEP_1_COMES_FIRST = (
    "Step 1 must come first: ConfirmDetermination, then GiveIndicativeBudget. The plan is opened by itself after them."
)

PLANNING = sa.select(plannings).where(*matching(plannings, "case_id"))
PLANNING_TO_CHANGE = PLANNING.with_for_update()
"""On PostgreSQL the next one who changes the case waits here, and then reads all of it as the first has left it."""
CHANGE_PLANNING = Change(
    plannings,
    key=("case_id",),
    version="version",
    columns=[column.name for column in plannings.c if column.name not in {"case_id", "version"}],
)
DUE_ON = sa.select(openings.c.due_on).where(*matching(openings, "case_id", "stage", "plan_version"))
PLAN = sa.select(plans).where(*matching(plans, "case_id", "version"))
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
    .where(*matching(money_arrangements, "case_id", "plan_version"))
    .order_by(money_arrangements.c.arranged_at, money_arrangements.c.arrangement_id)
)
SUPPORT = (
    sa.select(support_arrangements)
    .where(*matching(support_arrangements, "case_id", "plan_version"))
    .order_by(support_arrangements.c.arranged_at, support_arrangements.c.arrangement_id)
)
ADD_PLANNING = plannings.insert()
ADD_OPENING = openings.insert()
ADD_PLAN = plans.insert()
ADD_MONEY = money_arrangements.insert()
ADD_SUPPORT = support_arrangements.insert()


def add_planning(work: Work, planning: Planning, due_on: date) -> None:
    """Store the planning of a case that begins, with its first opening."""
    work.connection.execute(ADD_PLANNING, _planning_row(planning))
    add_opening(work, planning, due_on)


def planning(work: Work, case_id: str) -> Planning:
    """The planning of a case that the actor may see. Raises CaseUnknown before step 1 is done, a Fault (NOT_FOUND)."""
    return ensure_here(_planning(work, case_id, PLANNING), case_id)


def is_closed(work: Work, case_id: str) -> bool | None:
    """Whether a case is closed here; None where its planning has not begun. Raises a Fault (NOT_FOUND)."""
    begun = _planning(work, case_id, PLANNING)
    return begun.closed if begun else None


def planning_to_begin(work: Work, case_id: str) -> Planning | None:
    """The planning of a case; None where it has not begun."""
    return _planning(work, case_id, PLANNING_TO_CHANGE)


def planning_to_open(work: Work, case_id: str) -> Planning:
    """The planning of a case whose next step is opened. The journey overwrites nobody, so it needs no etag."""
    return ensure_here(_planning(work, case_id, PLANNING_TO_CHANGE), case_id)


def planning_to_change(work: Work, case_id: str, etag: str) -> Planning:
    """The planning of a case, read to be changed. Raises a Fault (ABORTED) when the etag is stale."""
    to_change = planning_to_open(work, case_id)
    work.check_etag(case_id, etag, to_change.version)
    return to_change


def ensure_here(planning: Planning | None, case_id: str) -> Planning:
    """The planning of a case. Raises CaseUnknown where it has not begun."""
    if planning is None:
        raise CaseUnknown(case_id, STEP_1_COMES_FIRST)
    return planning


def _planning(work: Work, case_id: str, query: sa.Select[tuple[object, ...]]) -> Planning | None:
    row = find(work, query, case_id=case_id)
    if row is None:
        return None
    typed = {
        "eligible_needs": tuple(json.loads(row["eligible_needs"])),
        "met_by_carer": tuple(json.loads(row["met_by_carer"])),
        "indicative": Decimal(row["indicative"]),
        "budget": Decimal(row["budget"]),
        "budget_once": Decimal(row["budget_once"]),
        "stage": Stage(row["stage"]),
    }
    return Planning(**(dict(row) | typed))


def _planning_row(planning: Planning) -> dict[str, object]:
    return as_row(planning) | {
        "eligible_needs": json.dumps(planning.eligible_needs),
        "met_by_carer": json.dumps(planning.met_by_carer),
        "indicative": pounds(planning.indicative),
        "budget": pounds(planning.budget),
        "budget_once": pounds(planning.budget_once),
        "stage": planning.stage.value,
    }


def change_planning(work: Work, planning: Planning) -> Planning:
    """Store a changed planning, and answer its new version. Raises a Fault (ABORTED) if it was changed meanwhile."""
    CHANGE_PLANNING.write(work, _planning_row(planning), planning.version)
    return replace(planning, version=planning.version + 1)


def add_opening(work: Work, planning: Planning, due_on: date) -> None:
    """Store that a step was opened for a plan version, and by when it should be done."""
    row = {
        "case_id": planning.case_id,
        "stage": planning.stage.value,
        "plan_version": planning.plan_version,
        "due_on": due_on,
    }
    work.connection.execute(ADD_OPENING, row)


def due_on(work: Work, case_id: str, stage: Stage, plan_version: int) -> date | None:
    """By when a step should be done for a plan version; None where it was never opened."""
    key = {"case_id": case_id, "stage": stage.value, "plan_version": plan_version}
    row = work.connection.execute(DUE_ON, key).first()
    return row.due_on if row else None


def standing(
    work: Work,
    planning: Planning,
    *,
    newest: Plan | None = None,
    arranged_money: Sequence[MoneyArrangement] | None = None,
    arranged_support: Sequence[SupportArrangement] | None = None,
) -> Standing:
    """The planning with its newest plan, and the money and support of the agreed one.

    What the caller has in hand is not read again.
    """
    is_open = planning.stage_open
    return Standing(
        planning=planning,
        due_on=due_on(work, planning.case_id, planning.stage, planning.plan_version) if is_open else None,
        plan=newest or plan(work, planning.case_id, planning.plan_version),
        money=money(work, planning) if arranged_money is None else tuple(arranged_money),
        support=support(work, planning) if arranged_support is None else tuple(arranged_support),
        periods=periods.of_case(work, planning.case_id) if planning.agreed_version else (),
    )


def add_plan(work: Work, plan: Plan) -> None:
    """Store a new version of the plan."""
    work.connection.execute(ADD_PLAN, {"case_id": plan.case_id, "version": plan.version, **_plan_row(plan)})


def change_draft(work: Work, plan: Plan) -> None:
    """Store a changed draft, or its submission. Raises a Fault (ABORTED) for a version that is submitted already."""
    row = _plan_row(plan) | {"the_case": plan.case_id, "the_version": plan.version}
    if work.connection.execute(CHANGE_DRAFT, row).rowcount != 1:
        raise stale(plan.case_id)


def plan(work: Work, case_id: str, version: int) -> Plan | None:
    """A version of the plan; None where it is not begun."""
    row = work.connection.execute(PLAN, {"case_id": case_id, "version": version}).first()
    if row is None:
        return None
    return Plan(case_id, version, row.submitted, content_of(row.content), tuple(json.loads(row.written_by)))


def plan_to_read(work: Work, planning: Planning, version: int) -> Plan:
    """A version of the plan, the newest for 0. Raises a Fault (NOT_FOUND, PLAN_NOT_FOUND)."""
    version = version or planning.plan_version
    to_read = plan(work, planning.case_id, version)
    if to_read is None:
        raise Fault(
            Kind.NOT_FOUND,
            "PLAN_NOT_FOUND",
            f"There is no version {version} of the plan. SavePlan makes the first draft.",
            metadata={"case_id": planning.case_id},
        )
    return to_read


def _plan_row(plan: Plan) -> dict[str, object]:
    return {
        "submitted": plan.submitted,
        "content": text_of(plan.content),
        "written_by": json.dumps(plan.written_by),
    }


def add_money(work: Work, planning: Planning, arrangement: MoneyArrangement) -> None:
    """Store who holds a part of the agreed plan's personal budget."""
    amounts = {"weekly": pounds(arrangement.weekly), "once": pounds(arrangement.once)}
    typed = amounts | {"receipt_digest": work.new_digest(arrangement.receipt_id)}
    row = as_row(arrangement) | typed | _of_plan(planning)
    work.connection.execute(ADD_MONEY, row)


def money(work: Work, planning: Planning) -> tuple[MoneyArrangement, ...]:
    """Who holds the agreed plan's personal budget, in the order arranged: nothing before there is one."""
    return money_of_plan(work, planning.case_id, planning.agreed_version) if planning.agreed_version else ()


def money_of_plan(work: Work, case_id: str, version: int) -> tuple[MoneyArrangement, ...]:
    """Who holds the personal budget of a version of the plan, in the order arranged."""
    rows = work.connection.execute(MONEY, {"case_id": case_id, "plan_version": version}).mappings()
    names = MoneyArrangement.__dataclass_fields__
    return tuple(
        MoneyArrangement(
            **{name: row[name] for name in names} | {"weekly": Decimal(row["weekly"]), "once": Decimal(row["once"])}
        )
        for row in rows
    )


def add_support(work: Work, planning: Planning, arrangement: SupportArrangement) -> None:
    """Store how needs of the agreed plan are met."""
    row = as_row(arrangement) | {"needs": json.dumps(arrangement.needs)} | _of_plan(planning)
    work.connection.execute(ADD_SUPPORT, row)


def support(work: Work, planning: Planning) -> tuple[SupportArrangement, ...]:
    """How the agreed plan's needs are met, in the order arranged: nothing before there is one."""
    return support_of_plan(work, planning.case_id, planning.agreed_version) if planning.agreed_version else ()


def support_of_plan(work: Work, case_id: str, version: int) -> tuple[SupportArrangement, ...]:
    """How the needs of a version of the plan are met, in the order arranged."""
    rows = work.connection.execute(SUPPORT, {"case_id": case_id, "plan_version": version})
    return tuple(
        SupportArrangement(
            row.arrangement_id,
            row.kind,
            tuple(json.loads(row.needs)),
            row.starts_on,
            row.arranged_by,
            row.arranged_at,
        )
        for row in rows
    )


def _of_plan(planning: Planning) -> dict[str, object]:
    return {"case_id": planning.case_id, "plan_version": planning.agreed_version}
