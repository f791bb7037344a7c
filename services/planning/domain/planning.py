"""Where a case stands in steps 2, 4 and 5, and what may follow what. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Self

from services.planning.domain.money import MoneyArrangement
from services.planning.domain.period import Period
from services.planning.domain.plan import Plan
from services.planning.domain.support import SupportArrangement
from sevensteps.errors import case_ended, stage_order
from sevensteps.steps import Stage


@dataclass(frozen=True, slots=True)
class PlanOpening:
    """What opens step 2 for a version of the plan. `indicative` in pounds a week.

    `met_by_carer` are those of the eligible needs that a carer meets (s.18(7)). With `own_money` there may be no
    eligible needs: the person plans with their own money.
    """

    case_id: str
    council: str
    version: int
    eligible_needs: tuple[str, ...]
    met_by_carer: tuple[str, ...]
    indicative: Decimal
    opened_on: date
    own_money: bool = False


@dataclass(frozen=True, slots=True)
class MoneyOpening:
    """What opens step 4 for the agreed plan. `budget` in pounds a week."""

    case_id: str
    version: int
    budget: Decimal
    opened_on: date


@dataclass(frozen=True, slots=True)
class SupportOpening:
    """What opens step 5 for the agreed plan."""

    case_id: str
    version: int
    opened_on: date


@dataclass(frozen=True, slots=True)
class Planning:
    """The planning of a case. Amounts in pounds a week; `version` counts the changes of this record.

    `stage` is the step opened last, for `plan_version`, and `pack` the hash of the pack with which it began, which
    decides until it is done; `agreed_version` is the plan that `budget` was agreed for, whose money and support are
    arranged: 0 before. `met_by_carer` are those of the eligible needs that a carer meets. `budget_once` are pounds that
    are spent once, beside the budget of a week. With `own_money` the plan is checked, and the council does not pay.
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
    met_by_carer: tuple[str, ...]
    budget_once: Decimal = Decimal("0.00")
    own_money: bool = False

    @classmethod
    def begin(cls, opening: PlanOpening) -> Self:
        """The planning of a case whose first plan may now be made."""
        return cls(
            case_id=opening.case_id,
            council=opening.council,
            eligible_needs=opening.eligible_needs,
            indicative=opening.indicative,
            plan_version=1,
            agreed_version=0,
            budget=Decimal(0),
            stage=Stage.PLAN_MADE,
            stage_open=True,
            pack="",
            closed=False,
            version=1,
            met_by_carer=opening.met_by_carer,
            own_money=opening.own_money,
        )

    @property
    def to_meet(self) -> tuple[str, ...]:
        """The eligible needs that no carer meets."""
        return tuple(need for need in self.eligible_needs if need not in self.met_by_carer)

    def ensure_open(self) -> None:
        """Raise a Fault when the case has ended."""
        if self.closed:
            raise case_ended(self.case_id)

    def ensure_at(self, stage: Stage) -> None:
        """Raise a Fault (PRECONDITION) unless this step is open: CASE_ENDED, or STAGE_ORDER with what comes first."""
        self.ensure_open()
        if self.stage is not stage or not self.stage_open:
            raise stage_order(self._what_comes_before(stage), self.case_id)

    def _what_comes_before(self, stage: Stage) -> str:
        if stage is Stage.PLAN_MADE:
            return (
                f"Version {self.plan_version} of the plan is submitted and can no longer change. "
                "ReturnPlan, or a review that changes the plan, must come first."
            )
        if self.stage is Stage.PLAN_MADE:
            submit = "SubmitPlan, then " if self.stage_open else ""
            return f"{submit}ApprovePlan must come first: version {self.plan_version} of the plan is not agreed yet."
        if stage is Stage.SUPPORT_ORGANISED and self.stage is Stage.MONEY_ORGANISED:
            if self.stage_open:
                return "ArrangeMoney must come first, until every pound of the personal budget has a holder."
            return "Step 5 must be opened first, which follows by itself. Send the same request again in a moment."
        done = "Every pound has a holder" if stage is Stage.MONEY_ORGANISED else "Every funded need has an arrangement"
        return f"{done} already. A changed plan must be agreed first."

    def open_plan(self, opening: PlanOpening) -> Self:
        """Step 2 open for a further version. Raises a Fault when a step is open, or versions would be skipped."""
        self.ensure_open()
        between = self.stage is Stage.MONEY_ORGANISED or self.stage_open
        if between or opening.version != self.plan_version + 1:
            raise stage_order(
                f"Plan version {opening.version} cannot follow version {self.plan_version} at step {self.stage}.",
                self.case_id,
            )
        return replace(
            self,
            plan_version=opening.version,
            eligible_needs=opening.eligible_needs,
            met_by_carer=opening.met_by_carer,
            indicative=opening.indicative,
            own_money=opening.own_money,
            stage=Stage.PLAN_MADE,
            stage_open=True,
        )

    def open_money(self, version: int, budget: Decimal, once: Decimal) -> Self:
        """Step 4 open for the submitted plan, which is now the agreed one. Raises a Fault where there is none.

        `budget` is in pounds a week; `once` is what that plan spends once.
        """
        self.ensure_open()
        if self.stage is not Stage.PLAN_MADE or self.stage_open or version != self.plan_version:
            raise stage_order(f"SubmitPlan, then ApprovePlan of version {version} must come first.", self.case_id)
        agreed = replace(self, agreed_version=version, budget=budget, budget_once=once)
        return replace(agreed, stage=Stage.MONEY_ORGANISED, stage_open=True)

    def open_support(self, version: int) -> Self:
        """Step 5 open for the agreed plan. Raises a Fault when its money is not organised."""
        self.ensure_open()
        if self.stage is not Stage.MONEY_ORGANISED or self.stage_open or version != self.agreed_version:
            raise stage_order(f"The money of plan version {version} must be organised first.", self.case_id)
        return replace(self, stage=Stage.SUPPORT_ORGANISED, stage_open=True)

    def decide_by(self, pack: str) -> Self:
        """The planning whose step has just been opened, to be decided by this version of the pack until it is done."""
        return replace(self, pack=pack)

    def close_stage(self) -> Self:
        """The planning after its open step is done."""
        return replace(self, stage_open=False)

    def close(self) -> Self:
        """The planning of an ended case: nothing is open and nothing can change."""
        return replace(self, stage_open=False, closed=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """The planning of a case with the newest plan, the money and support of the agreed one, and what runs when."""

    planning: Planning
    due_on: date | None
    plan: Plan | None
    money: tuple[MoneyArrangement, ...]
    support: tuple[SupportArrangement, ...]
    periods: tuple[Period, ...]
