"""One round of assessment against an earlier one (s.27(4)): needs, duty, points and money. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sevensteps.errors import Fault, Kind


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What stands of a round: its confirmed determination, and its indicative budget in pounds a week.

    `points` and `weekly` are None where none was given.
    """

    round: int
    assessed_on: date
    eligible_needs: tuple[str, ...]
    duty_owed: tuple[str, ...]
    points: int | None
    weekly: Decimal | None


@dataclass(frozen=True, slots=True)
class RoundComparison:
    """What changed from one round to a later one."""

    before: RoundResult
    after: RoundResult

    @property
    def needs_gained(self) -> list[str]:
        """Needs that are eligible now and were not."""
        return _without(self.after.eligible_needs, self.before.eligible_needs)

    @property
    def needs_lost(self) -> list[str]:
        """Needs that were eligible and are not now."""
        return _without(self.before.eligible_needs, self.after.eligible_needs)

    @property
    def needs_kept(self) -> list[str]:
        """Needs that are eligible in both."""
        return sorted(set(self.before.eligible_needs) & set(self.after.eligible_needs))

    @property
    def duty_gained(self) -> list[str]:
        """Needs that the council has to meet now and had not."""
        return _without(self.after.duty_owed, self.before.duty_owed)

    @property
    def duty_lost(self) -> list[str]:
        """Needs that the council had to meet and has not now."""
        return _without(self.before.duty_owed, self.after.duty_owed)

    @property
    def points_change(self) -> int | None:
        """How many points more or less; None where one of the rounds has none."""
        if self.before.points is None or self.after.points is None:
            return None
        return self.after.points - self.before.points

    @property
    def weekly_change(self) -> Decimal | None:
        """How many pounds a week more or less; None where one of the rounds has no budget."""
        if self.before.weekly is None or self.after.weekly is None:
            return None
        return self.after.weekly - self.before.weekly


def _without(names: Sequence[str], others: Sequence[str]) -> list[str]:
    return sorted(set(names) - set(others))


def round_not_determined(case_id: str, round_: int) -> Fault:
    """A round that has no confirmed determination; 0 where no round is left to compare with."""
    what = f"Round {round_} has no confirmed determination" if round_ else "Fewer than two rounds are determined"
    return Fault(
        Kind.NOT_FOUND,
        "ROUND_NOT_FOUND",
        f"{what}, so there is nothing to compare.",
        metadata={"case_id": case_id},
    )
