"""The list of cases: a page of cases at a time, with where their journeys stand, in lines of fixed columns."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.case_view.matters import is_overdue, marks_of, waiting_as_json
from sevensteps.cli.case_view.status import CaseStatus
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Json
from sevensteps.rpc.caller import Caller
from sevensteps.steps import STEP_NAMES, Stage

PAGE_SIZE = 200
"""How many cases are asked for at a time: the first screen comes soon, and memory stays flat."""
GAP = "  "
WIDTHS = {"case": 17, "kind": 5, "council": 16, "step": 29, "waits for": 17, "until": 22, "": 10}
"""The columns, each as wide as what it may hold; a council may have a longer name."""
REFERENCE = {"reference": 20}
"""A column more, where it matters whose cases they are; a reference may be longer."""
SHRINKING = ("reference", "council", "step", "waits for")
NARROWEST = 8

StatusesOf = Callable[[Sequence[pb.Case]], Awaitable[Mapping[str, CaseStatus]]]
"""Where some open cases stand, by case; one without a journey is left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list. `status` is None for one that has ended, or has no journey.

    `waiting` are the complaints, and the requests for one's own data, that wait.
    """

    case: pb.Case
    status: CaseStatus | None
    waiting: Sequence[pb.WaitingMatter] = ()

    @property
    def stuck(self) -> bool:
        """Whether operations have to do something, so that the case goes on."""
        return bool(self.status.parked) if self.status else not self.case.ending

    @property
    def marks(self) -> list[str]:
        """What is special about it, in words."""
        return [*self._marks_of_its_own, *marks_of(self.waiting)]

    @property
    def _marks_of_its_own(self) -> list[str]:
        if self.case.ending:
            return [f"ended: {plain(_ending(self.case))}"]
        if self.status is None:
            return ["no journey"]
        parked, overdue = bool(self.status.parked), self.status.overdue
        marks = (("overdue", overdue), ("on hold", self.case.on_hold), ("parked", parked))
        return [word for word, holds in marks if holds]

    @property
    def overdue(self) -> bool:
        """Whether the date of its step, or of something else that waits, has passed."""
        return bool(self.status and self.status.overdue) or any(map(is_overdue, self.waiting))

    def is_due_before(self, day: date) -> bool:
        """Whether its step, or something else that waits, is due before a day."""
        due_on = [self.status.due_on if self.status else "", *(each.due_on for each in self.waiting)]
        return any("" < each < day.isoformat() for each in due_on)

    def cells(self) -> dict[str, str]:
        """What each column has, by its name."""
        status = self.status
        return {
            "case": self.case.case_id,
            "reference": self.case.person_reference,
            "kind": _kind(self.case),
            "council": self.case.council,
            "step": step_name(status.stage) if status else "",
            "waits for": plain(status.waiting_for) if status else "",
            "until": status.until if status else "",
            "": ", ".join(self.marks),
        }

    def as_json(self) -> dict[str, Json]:
        """The case for programs."""
        status = self.status
        return {
            "case_id": self.case.case_id,
            "council": self.case.council,
            "kind": _kind(self.case),
            "person_reference": self.case.person_reference,
            "another_because": self.case.another_because,
            "linked_case_id": self.case.linked_case_id or None,
            "ending": _ending(self.case),
            "on_hold": self.case.on_hold,
            **status_as_json(status),
            "waiting": waiting_as_json(self.waiting),
            "stuck": self.stuck,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list: those that meet every condition given."""

    open_only: bool = False
    stuck: bool = False
    overdue: bool = False
    stage: Stage | None = None
    due_before: date | None = None
    reference: str = ""
    same_person: bool = False

    @property
    def request(self) -> pb.ListCasesRequest:
        """Asks for them, as far as the service knows of it.

        Whatever is said of journeys is of open cases; dates are also those of complaints and requests of ended ones.
        """
        asks_for_open_ones = replace(self, reference="", overdue=False, due_before=None) != Wanted()
        return pb.ListCasesRequest(
            page_size=PAGE_SIZE,
            open_only=asks_for_open_ones,
            open_or_waiting=self.overdue or self.due_before is not None,
            person_reference=self.reference,
            same_person=self.same_person,
        )

    def takes(self, row: Row) -> bool:
        """Whether a case that the service answers is listed: by where its journey stands."""
        status = row.status
        if self.stuck and not row.stuck:
            return False
        if self.stage and (not status or status.stage is not self.stage):
            return False
        if self.overdue and not row.overdue:
            return False
        return not self.due_before or row.is_due_before(self.due_before)


def status_as_json(status: CaseStatus | None) -> dict[str, Json]:
    """Where a case stands, for programs; null where it has ended, has no journey, or there is no date."""
    if status is None:
        return dict.fromkeys(("stage", "waiting_for", "due_on", "due_kind", "overdue", "parked"))
    return {
        "stage": status.stage.value,
        "waiting_for": status.waiting_for.value,
        "due_on": status.due_on or None,
        "due_kind": status.due_kind.value if status.due_kind else None,
        "overdue": status.overdue,
        "parked": status.parked or None,
    }


async def pages_of_rows(caller: Caller, statuses_of: StatusesOf, wanted: Wanted) -> AsyncIterator[list[Row]]:
    """The cases, a page of the assessment service at a time: no more than that is ever held."""
    async for page in caller.pages(wanted.request, pb.ListCasesResponse):
        statuses = await statuses_of([case for case in page.cases if not case.ending])
        waiting = defaultdict[str, list[pb.WaitingMatter]](list)
        for each in page.waiting:
            waiting[each.case_id].append(each)
        rows = (Row(case, statuses.get(case.case_id), waiting[case.case_id]) for case in page.cases)
        yield [row for row in rows if wanted.takes(row)]


class Columns:
    """Lines of fixed columns: nobody has to wait for all cases to see how wide a column is."""

    def __init__(self, width: int | None, *, with_reference: bool = False) -> None:
        """`width` is that of the terminal, on which long columns are cut; None for a file, which has all of them."""
        self._cut = width is not None
        widths = {"case": WIDTHS["case"], **(REFERENCE if with_reference else {}), **WIDTHS}
        full = sum(widths.values()) + len(GAP) * (len(widths) - 1)
        missing = max(full - width, 0) if width else 0
        spare = sum(width - NARROWEST for name, width in widths.items() if name in SHRINKING)
        share = min(missing / spare, 1)
        self._widths = {
            name: width - ceil((width - NARROWEST) * share) if name in SHRINKING else width
            for name, width in widths.items()
        }

    def heading(self) -> str:
        """The names of the columns."""
        return self.line({name: name for name in self._widths})

    def line(self, cells: Mapping[str, str]) -> str:
        """One case. The last column is never cut."""
        *names, last = self._widths
        padded = [self._cell(cells[name], self._widths[name]) for name in names]
        return GAP.join([*padded, cells[last]]).rstrip()

    def _cell(self, cell: str, width: int) -> str:
        return f"{cell[: width - 1]}…" if self._cut and len(cell) > width else cell.ljust(width)


def step_name(stage: Stage) -> str:
    """A step by its number and name."""
    return STEP_NAMES[stage].removeprefix("Step ")


def _kind(case: pb.Case) -> str:
    return short_name(pb.CaseKind, case.kind)


def _ending(case: pb.Case) -> str:
    return short_name(pb.Ending, case.ending)
