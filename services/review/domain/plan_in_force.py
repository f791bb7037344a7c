"""What steps 6 and 7 know of the plans that a case lives with, and which of them was in force on which day. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from sevensteps.errors import Violation, invalid
from sevensteps.fields import Fields, entry

DAY = timedelta(days=1)
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """What is known of a plan. `lines` are pounds a week by line, and `once` pounds that are spent once, where any are.

    `complex` is None where nobody has said.

    `support_since` is the first day of its support, and `needs` are those of the case when life with it opened.
    """

    lines: Mapping[str, Decimal]
    support_since: date
    needs: tuple[str, ...]
    complex: bool | None
    once: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def weekly(self) -> Decimal:
        """What all of its lines cost, in pounds a week."""
        return sum(self.lines.values(), Decimal("0.00"))

    def ensure_line(self, line_id: str) -> None:
        """Raise a Fault (INVALID) for a line that the plan does not have."""
        if line_id not in self.lines:
            lines = ", ".join(self.lines) or "it has none"
            raise invalid(Violation("line_id", f"must be a line of the plan that was in force on that day: {lines}"))

    def ensure_every_need(self, answered: Collection[str]) -> None:
        """Raise a Fault (INVALID) naming each answer that is about no need of the case, and each need without one.

        A case of which no needs are known is not checked.
        """
        if not self.needs:
            return
        fields = Fields()
        for name in sorted(set(answered) - set(self.needs)):
            fields.wrong(entry("achieved", name), f"must be a need of the case: {', '.join(self.needs)}")
        for name in self.needs:
            if name not in answered:
                fields.wrong(entry("achieved", name), "must be given: every need of the case has its answer")
        fields.check()


@dataclass(frozen=True, slots=True)
class LivedPlan:
    """A version of the plan that is or was in force. `plan` is None where it is not known what it says.

    `last_day` is its last day; None while no plan follows it.
    """

    version: int
    plan: PlanInForce | None
    last_day: date | None

    def weeks_until(self, day: date) -> int:
        """The weeks for which its money has come in by a day: a week that has begun counts as a whole one."""
        if self.plan is None:
            return 0
        last = day if self.last_day is None else min(day, self.last_day)
        return max(0, (last - self.plan.support_since).days // DAYS_A_WEEK + 1)


@dataclass(frozen=True, slots=True)
class LivedPlans:
    """The plans that a case has lived with, the oldest first."""

    plans: tuple[LivedPlan, ...]

    @classmethod
    def of(cls, lives: Iterable[tuple[int, PlanInForce | None]]) -> Self:
        """From the version of the plan of each round, and what is known of it, the first round first."""
        known: dict[int, PlanInForce | None] = {}
        for version, plan in lives:
            known[version] = plan or known.get(version)
        versions = list(known.items())
        starts = [plan.support_since if plan else None for _, plan in versions[1:]]
        last_days = [start - DAY if start else None for start in starts]
        return cls(tuple(LivedPlan(*each, last) for each, last in zip(versions, [*last_days, None], strict=True)))

    def on(self, day: date) -> LivedPlan:
        """The plan that was in force on a day.

        One of which nothing is known may have been so on any day before the next. Raises a Fault (INVALID) for a day
        before the first support.
        """
        for lived in reversed(self.plans):
            if lived.plan is None or lived.plan.support_since <= day:
                return lived
        first = min(plan.support_since for _, plan in self.known)
        raise invalid(Violation("spent_on", f"must not be before the first day of support, {first}"))

    def came_in_until(self, day: date) -> Decimal:
        """The money of all plans that has come in by a day: by weeks, and once with the first day of a plan."""
        return sum((came_in(lived, plan, day) for lived, plan in self.known), Decimal("0.00"))

    @property
    def known(self) -> Sequence[tuple[LivedPlan, PlanInForce]]:
        """Those of which it is known what they say."""
        return [(lived, lived.plan) for lived in self.plans if lived.plan]


def came_in(lived: LivedPlan, plan: PlanInForce, day: date, line_id: str = "") -> Decimal:
    """The money that has come in by a day for a plan or a line of it: what is spent once comes on the first day."""
    weeks = lived.weeks_until(day)
    weekly = plan.lines[line_id] if line_id else plan.weekly
    once = plan.once.get(line_id, Decimal("0.00")) if line_id else sum(plan.once.values(), Decimal("0.00"))
    return weekly * weeks + (once if weeks else Decimal("0.00"))
