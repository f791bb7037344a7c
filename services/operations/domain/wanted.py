"""Which cases somebody wants to see, and in which order."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.operations.domain.finding import StuckKind
from services.operations.domain.whom import Whom
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor


class Order(StrEnum):
    """How cases are sorted."""

    OPENED = "opened"
    DUE = "due"
    SINCE = "since"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Sorting:
    """An order, or that order the other way round."""

    order: Order = Order.OPENED
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: those that meet every condition given. Of several values of one, any is enough.

    `scope` is the council to which the reader is confined; None for whoever looks after all. `stuck` does not count
    what is only near. The empty team is that of cases which no team looks after. Times are the beginnings of days in
    the United Kingdom.
    """

    scope: str | None = None
    case_ids: tuple[str, ...] = ()
    councils: tuple[str, ...] = ()
    case_kinds: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    whom: tuple[Whom, ...] = ()
    waiting_for: tuple[WaitingFor, ...] = ()
    stuck_kinds: tuple[StuckKind, ...] = ()
    cause: str = ""
    stuck: bool = False
    overdue: bool = False
    due_from: date | None = None
    due_before: date | None = None
    hard: bool = False
    on_hold: bool = False
    is_open: bool = False
    opened_before: datetime | None = None
    waiting_since_before: datetime | None = None
    teams: tuple[str, ...] = ()
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list: what the last row was sorted by, and its number."""

    value: int
    number: int
