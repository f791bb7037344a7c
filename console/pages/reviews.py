"""The reviews that are due: by the first date of their cases, as a list and as a file."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from console.files import PAGE_SIZE
from console.filters import Asked
from console.pages.cases import file_of
from console.pages.queues import Queue, count, listed
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb

QUEUE = Queue(
    "reviews.html",
    pb.CaseFilter(
        open=True,
        steps=[pb.STEP_LIFE_LIVED, pb.STEP_SEEN_HOW_IT_WORKED],
        waiting_for=[pb.WAITING_FOR_REVIEW_DATE, pb.WAITING_FOR_REVIEW, pb.WAITING_FOR_RELEASE],
    ),
    ("overdue", "hard", "on_hold", "escalated", "due_from", "due_before", "councils", "teams"),
)
"""A hold stops no date of law, so that the reviews of cases on hold are among them."""
WEEK, FOUR_WEEKS = timedelta(weeks=1), timedelta(weeks=4)
DAYS = ("due_from", "due_before")


@dataclass(frozen=True, slots=True)
class Period:
    """Days of which the reviews are listed: what they are called, from which day on, and before which."""

    name: str
    days: Mapping[str, str]

    def address(self, asked: Asked) -> str:
        """The address of the same list for this period."""
        pairs = [(name, value) for name, values in asked.given.items() if name not in DAYS for value in values]
        return "/reviews?" + urlencode([*pairs, *self.days.items()])

    def is_of(self, asked: Asked) -> bool:
        """Whether these days are asked for."""
        return {name: asked.given[name][0] for name in DAYS if name in asked.given} == self.days


@dataclass(frozen=True, slots=True)
class Tab:
    """A period on the page, with how many reviews there are."""

    name: str
    address: str
    is_current: bool
    cases: int


def periods(today: date) -> Iterator[Period]:
    """Those that the page offers. The week ends on Sunday."""
    next_week, later = today - timedelta(days=today.weekday()) + WEEK, today + FOUR_WEEKS
    yield Period("Past their date", {"due_before": today.isoformat()})
    yield Period("This week", {"due_from": today.isoformat(), "due_before": next_week.isoformat()})
    yield Period("Next 4 weeks", {"due_from": today.isoformat(), "due_before": later.isoformat()})
    yield Period("After that", {"due_from": later.isoformat()})
    yield Period("All", {})


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of operations, except for wrong values: they are shown by their fields."""
    found = await listed(visit, QUEUE)
    tabs = [] if found.asked.problems else await _tabs(visit, found.asked)
    file = f"/reviews.csv{found.asked.address()}"
    return visit.show(
        QUEUE.template, found.status, found.asked.problems, offered=QUEUE.offered, tabs=tabs, file=file, **found.shown()
    )


async def as_file(visit: Visit) -> Response:
    """Every review that is asked for, not only those of one page, for a spreadsheet."""
    asked = QUEUE.read(visit)
    if asked.problems:
        return await show(visit)
    return await file_of(visit, QUEUE.request(asked, PAGE_SIZE), "reviews")


async def _tabs(visit: Visit, asked: Asked) -> Sequence[Tab]:
    every = [*periods(clock.today())]
    counts = await asyncio.gather(*(count(visit, QUEUE, _within(asked, each)) for each in every))
    return [
        Tab(each.name, each.address(asked), each.is_of(asked), cases) for each, cases in zip(every, counts, strict=True)
    ]


def _within(asked: Asked, period: Period) -> Asked:
    """The same question for a period."""
    others = {name: values for name, values in asked.given.items() if name not in DAYS}
    return replace(asked, given=others | {name: [day] for name, day in period.days.items()})
