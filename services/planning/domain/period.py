"""From which day to which day an arrangement runs. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from sevensteps.errors import Fault, Kind
from sevensteps.steps import Ending

DAY = timedelta(days=1)


class Part(StrEnum):
    """What an arrangement is a part of."""

    MONEY = "money"
    SUPPORT = "support"


class EndReason(StrEnum):
    """Why an arrangement does not run any longer."""

    NEW_PLAN = "new_plan"
    HOLD = "hold"
    CASE_ENDED = "case_ended"
    DIED = "died"

    @classmethod
    def of(cls, ending: Ending) -> Self:
        """The reason where the case ends so."""
        return cls.DIED if ending is Ending.DIED else cls.CASE_ENDED


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which an arrangement runs, the first and the last included.

    `number` counts the periods of the arrangement from 1: one that was stopped and starts again has several. One that
    was ended before its first day has run on no day.
    """

    arrangement_id: str
    part: Part
    plan_version: int
    number: int
    starts_on: date
    ends_on: date | None = None
    reason: str = ""

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped while the case is on hold, so that it may start again."""
        return self.reason == EndReason.HOLD

    def runs_after(self, day: date) -> bool:
        """Whether it would still run after a day."""
        return self.ends_on is None or self.ends_on > day

    def end(self, last_day: date, reason: EndReason) -> Self:
        """The same period, over after its last day."""
        return replace(self, ends_on=last_day, reason=reason.value)

    def start_again(self, first_day: date) -> Self:
        """The next period of the same arrangement."""
        return replace(self, number=self.number + 1, starts_on=first_day, ends_on=None, reason="")


@dataclass(frozen=True, slots=True)
class Choice:
    """Some arrangements of a case by their ids, all for none, and a day."""

    arrangement_ids: tuple[str, ...]
    day: date

    def among(self, periods: tuple[Period, ...], case_id: str, *, must: str) -> tuple[Period, ...]:
        """The chosen ones. Raises a Fault (PRECONDITION, ARRANGEMENT_STATE) for one that is not there, or for none."""
        there = {period.arrangement_id for period in periods}
        chosen = set(self.arrangement_ids) or there
        if not chosen or not there >= chosen:
            raise Fault(
                Kind.PRECONDITION,
                "ARRANGEMENT_STATE",
                f"Every arrangement that is named must {must}, and there must be one. GetPlanning tells which do.",
                metadata={"case_id": case_id},
            )
        return tuple(period for period in periods if period.arrangement_id in chosen)
