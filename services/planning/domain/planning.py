"""Where a case stands in steps 2, 4 and 5, and what may follow what. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.planning.domain.money import MoneyArrangement
from services.planning.domain.plan import Plan
from services.planning.domain.support import SupportArrangement
from sevensteps.errors import case_ended, stage_order
from sevensteps.steps import Stage


@dataclass(frozen=True, slots=True)
class Planning:
    """The planning of a case. Amounts in pounds a week; `version` counts the changes of this record.

    `stage` is the step opened last, for `plan_version`, and `pack` the hash of the pack with which it began, which
    decides until it is done; `agreed_version` is the plan that `budget` was agreed for, whose money and support are
    arranged: 0 before.
    """

    case_id: str
    council: str
    eligible_needs: tuple[str, ...]
    indicative: Decimal
    plan_version: int
    agreed_version: int
    budget: Decimal
    stage: Stage
    stage_open: bool
    pack: str
    closed: bool
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The planning of a case with the newest plan, and the money and support of the agreed one."""

    planning: Planning
    due_on: date | None
    plan: Plan | None
    money: tuple[MoneyArrangement, ...]
    support: tuple[SupportArrangement, ...]


def ensure_open(planning: Planning) -> None:
    """Raise a Fault when the case has ended."""
    if planning.closed:
        raise case_ended(planning.case_id)


def ensure_at(planning: Planning, stage: Stage) -> None:
    """Raise a Fault (PRECONDITION) unless this step is open: CASE_ENDED, or STAGE_ORDER with what must come first."""
    ensure_open(planning)
    if planning.stage is not stage or not planning.stage_open:
        raise stage_order(_what_comes_first(planning, stage), planning.case_id)


def _what_comes_first(planning: Planning, wanted: Stage) -> str:
    if wanted is Stage.PLAN_MADE:
        return (
            f"Version {planning.plan_version} of the plan is submitted and can no longer change. "
            "ReturnPlan, or a review that changes the plan, must come first."
        )
    if planning.stage is Stage.PLAN_MADE:
        submit = "SubmitPlan, then " if planning.stage_open else ""
        return f"{submit}ApprovePlan must come first: version {planning.plan_version} of the plan is not agreed yet."
    if wanted is Stage.SUPPORT_ORGANISED and planning.stage is Stage.MONEY_ORGANISED:
        if planning.stage_open:
            return "ArrangeMoney must come first, until every pound of the personal budget has a holder."
        return "Step 5 must be opened first, which follows by itself. Send the same request again in a moment."
    done = "Every pound has a holder" if wanted is Stage.MONEY_ORGANISED else "Every funded need has an arrangement"
    return f"{done} already. A changed plan must be agreed first."


def begin(case_id: str, council: str, eligible_needs: tuple[str, ...], indicative: Decimal) -> Planning:
    """The planning of a case whose first plan may now be made."""
    return Planning(
        case_id=case_id,
        council=council,
        eligible_needs=eligible_needs,
        indicative=indicative,
        plan_version=1,
        agreed_version=0,
        budget=Decimal(0),
        stage=Stage.PLAN_MADE,
        stage_open=True,
        pack="",
        closed=False,
        version=1,
    )


def open_plan(planning: Planning, version: int, eligible_needs: tuple[str, ...], indicative: Decimal) -> Planning:
    """Step 2 open for a further version. Raises a Fault when a step is still open, or versions would be skipped."""
    ensure_open(planning)
    between = planning.stage is Stage.MONEY_ORGANISED or planning.stage_open
    if between or version != planning.plan_version + 1:
        raise stage_order(
            f"Plan version {version} cannot follow version {planning.plan_version} at step {planning.stage}.",
            planning.case_id,
        )
    return replace(
        planning,
        plan_version=version,
        eligible_needs=eligible_needs,
        indicative=indicative,
        stage=Stage.PLAN_MADE,
        stage_open=True,
    )


def open_money(planning: Planning, version: int, budget: Decimal) -> Planning:
    """Step 4 open for the submitted plan, which is now the agreed one. Raises a Fault where there is no such plan."""
    ensure_open(planning)
    if planning.stage is not Stage.PLAN_MADE or planning.stage_open or version != planning.plan_version:
        raise stage_order(f"SubmitPlan, then ApprovePlan of version {version} must come first.", planning.case_id)
    return replace(planning, agreed_version=version, budget=budget, stage=Stage.MONEY_ORGANISED, stage_open=True)


def open_support(planning: Planning, version: int) -> Planning:
    """Step 5 open for the agreed plan. Raises a Fault when its money is not organised."""
    ensure_open(planning)
    if planning.stage is not Stage.MONEY_ORGANISED or planning.stage_open or version != planning.agreed_version:
        raise stage_order(f"The money of plan version {version} must be organised first.", planning.case_id)
    return replace(planning, stage=Stage.SUPPORT_ORGANISED, stage_open=True)


def decide_by(planning: Planning, pack: str) -> Planning:
    """The planning whose step has just been opened, to be decided by this version of the pack until it is done."""
    return replace(planning, pack=pack)


def close_stage(planning: Planning) -> Planning:
    """The planning after its open step is done."""
    return replace(planning, stage_open=False)


def close(planning: Planning) -> Planning:
    """The planning of an ended case: nothing is open and nothing can change."""
    return replace(planning, stage_open=False, closed=True)
