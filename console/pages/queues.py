"""What the pages that list cases of one sort have in common: the filters of the page in its address, and its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from console import filters, freshness
from console.filters import Asked, Problem
from console.pages.cases import PAGE_SIZE, problems_of
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.errors import Fault, Kind

BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Queue:
    """A page that lists cases of one sort. `fixed` says of which sort; `offered` are the filters of the page."""

    template: str
    fixed: pb.CaseFilter
    offered: Sequence[str]

    def read(self, visit: Visit) -> Asked:
        """What the address asks for. A filter that this page does not offer is one of its problems."""
        pairs = visit.request.query_params.multi_items()
        is_sorted = any(name == filters.SORT for name, _ in pairs)
        asked = filters.read(pairs if is_sorted else [*pairs, (filters.SORT, "due")])
        others = [name for name in asked.given if name not in self.offered]
        refused = [Problem("filters", f"{filters.LABELS[name]}: this page has no such filter.") for name in others]
        known = [each for each in asked.problems if each.field not in others]
        return replace(asked, problems=[*known, *refused])

    def wanted(self, asked: Asked) -> pb.CaseFilter:
        """The filter for the service."""
        wanted = asked.message
        wanted.MergeFrom(self.fixed)
        return wanted

    def request(self, asked: Asked, size: int) -> pb.ListCasesRequest:
        """Asks for a page of the list."""
        return pb.ListCasesRequest(
            filter=self.wanted(asked),
            order=asked.order,
            descending=asked.descending,
            page_size=size,
            page_token=asked.after,
            with_total=True,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """What a queue answers: a page of cases; or what is wrong with what was asked."""

    asked: Asked
    cases: pb.ListCasesResponse

    def shown(self) -> Mapping[str, object]:
        """What the page of a queue shows."""
        problems = self.asked.problems
        about: dict[str, object] = {
            "asked": self.asked,
            "filters": filters,
            "problems": problems,
            "wrong": {problem.field: problem.sentence for problem in problems},
        }
        if problems:
            return about
        after = self.cases.next_page_token
        return about | {
            "rows": self.cases.cases,
            "total": self.cases.total_size,
            "today": clock.today().isoformat(),
            "next_page": self.asked.address(after=after) if after else "",
            **freshness.of_view(self.cases.view),
        }

    @property
    def status(self) -> int:
        """Of the page."""
        return BAD_REQUEST if self.asked.problems else 200


async def listed(visit: Visit, queue: Queue) -> Listed:
    """What the address of a queue's page asks for. Raises the Faults of operations, but for wrong values."""
    asked = queue.read(visit)
    if asked.problems:
        return Listed(asked, pb.ListCasesResponse())
    try:
        cases = await visit.console.caller.ask(queue.request(asked, PAGE_SIZE), pb.ListCasesResponse)
    except Fault as fault:
        if fault.kind is not Kind.INVALID:
            raise
        return Listed(replace(asked, problems=problems_of(fault)), pb.ListCasesResponse())
    return Listed(asked, cases)


async def count(visit: Visit, wanted: pb.CaseFilter) -> int:
    """How many cases there are of a sort. Raises the Faults of operations."""
    request = pb.ListCasesRequest(filter=wanted, page_size=1, with_total=True)
    return (await visit.console.caller.ask(request, pb.ListCasesResponse)).total_size
