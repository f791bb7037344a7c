"""What the pages that list cases of one sort have in common: the filters of the page in its address, and its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from console import filters, freshness
from console.filters import Asked, Problem
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.errors import Fault, Kind

PAGE_SIZE = 50
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

    def request(self, asked: Asked, size: int) -> pb.ListCasesRequest:
        """Asks for a page of the list."""
        return request_of(asked, self.fixed, size)


@dataclass(frozen=True, slots=True)
class Listed:
    """What is answered: a page of cases; or what is wrong with what was asked."""

    asked: Asked
    cases: pb.ListCasesResponse

    def shown(self) -> Mapping[str, object]:
        """What the page shows."""
        about: dict[str, object] = {"asked": self.asked, "filters": filters}
        if self.asked.problems:
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


def request_of(asked: Asked, fixed: pb.CaseFilter, size: int) -> pb.ListCasesRequest:
    """Asks for a page of the cases that an address asks for, of those that are meant in any case."""
    wanted = asked.message
    wanted.MergeFrom(fixed)
    return pb.ListCasesRequest(
        filter=wanted, order=asked.order, descending=asked.descending, page_size=size, page_token=asked.after
    )


async def listed(visit: Visit, queue: Queue) -> Listed:
    """What the address of a queue's page asks for. Raises the Faults of operations, but for wrong values."""
    return await answered(visit, queue.read(visit), queue.fixed)


async def answered(visit: Visit, asked: Asked, fixed: pb.CaseFilter) -> Listed:
    """A page of cases, with how many there are on all. Raises the Faults of operations, but for wrong values."""
    if asked.problems:
        return Listed(asked, pb.ListCasesResponse())
    request = request_of(asked, fixed, PAGE_SIZE)
    request.with_total = True
    try:
        return Listed(asked, await visit.console.caller.ask(request, pb.ListCasesResponse))
    except Fault as fault:
        if fault.kind is not Kind.INVALID:
            raise
        return Listed(replace(asked, problems=_problems_of(fault)), pb.ListCasesResponse())


def _problems_of(fault: Fault) -> list[Problem]:
    """What a service says is wrong with a filter, by the fields of the page."""
    found = []
    for each in fault.violations:
        name = each.field.removeprefix("filter.").partition("[")[0]
        field, label = (name, filters.LABELS[name]) if name in filters.LABELS else ("filters", "The list")
        found.append(Problem(field, f"{label}: {each.detail}."))
    return found or [Problem("filters", fault.detail)]


async def count(visit: Visit, queue: Queue, asked: Asked) -> int:
    """How many cases of a queue an address asks for. Raises the Faults of operations."""
    request = queue.request(asked, 1)
    request.with_total, request.page_token = True, ""
    return (await visit.console.caller.ask(request, pb.ListCasesResponse)).total_size
