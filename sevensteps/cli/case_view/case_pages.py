"""The list of cases, a page of operations at a time: no more than that is ever held."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import typer

from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.cli.case_view.case_list import Row
from sevensteps.cli.case_view.what_is_known import pages_of_operations
from sevensteps.rpc.caller import Caller

PAGE_SIZE = 200
"""How many cases are asked for at a time: the first screen comes soon, and memory stays flat."""
MOST_IDS = 1000
"""How many cases can be named in a question."""
_NOT_SORTED = (
    f"There are more than {MOST_IDS:,} such cases, and so many are listed oldest first only. "
    "Leave --sort and --descending out."
)
"""Nobody has all of them at once, to put them in another order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list: those that meet every condition given. Of several values of one, any is enough.

    What is asked of people is known to assessment alone: a `reference` of the council's, `same_person` for open cases
    beside another one of the kind for the same person, and `with_people` for what it has of each case.
    """

    filter: pb.CaseFilter = field(default_factory=pb.CaseFilter)
    order: pb.Order.ValueType = pb.ORDER_UNSPECIFIED
    descending: bool = False
    reference: str = ""
    same_person: bool = False
    with_people: bool = False

    def request(self, case_ids: Mapping[str, Case]) -> pb.ListCasesRequest:
        """Asks for them, of some cases or of all."""
        asked = pb.ListCasesRequest(
            page_size=PAGE_SIZE, filter=self.filter, order=self.order, descending=self.descending
        )
        asked.filter.case_ids.extend(case_ids)
        return asked


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases of the list, and how much is known."""

    rows: list[Row]
    view: pb.View


async def pages_of_cases(caller: Caller, wanted: Wanted) -> AsyncIterator[Page]:
    """The cases, page by page. Raises the services' Faults."""
    if not (wanted.reference or wanted.same_person):
        async for page in pages_of_operations(caller, wanted.request({}), pb.ListCasesResponse):
            yield _page(page, await _named(caller, page) if wanted.with_people else {})
        return
    async for cases in _of_people(caller, wanted):
        async for page in pages_of_operations(caller, wanted.request(cases), pb.ListCasesResponse):
            yield _page(page, cases)


def _page(page: pb.ListCasesResponse, cases: Mapping[str, Case]) -> Page:
    today = clock.today()
    return Page([Row(row, cases.get(row.case_id, Case()), today) for row in page.cases], page.view)


async def _named(caller: Caller, page: pb.ListCasesResponse) -> Mapping[str, Case]:
    """What assessment has of the cases of a page: one question for all of them."""
    if not page.cases:
        return {}
    asked = assessment_pb2.ListCasesRequest(case_ids=[row.case_id for row in page.cases], page_size=PAGE_SIZE)
    return _by_id(await caller.ask(asked, assessment_pb2.ListCasesResponse))


async def _of_people(caller: Caller, wanted: Wanted) -> AsyncIterator[Mapping[str, Case]]:
    """The cases of people, as many at a time as a question can name. Raises typer.BadParameter: see _NOT_SORTED."""
    asked = assessment_pb2.ListCasesRequest(
        page_size=MOST_IDS, person_reference=wanted.reference, same_person=wanted.same_person
    )
    oldest_first = wanted.order == pb.ORDER_UNSPECIFIED and not wanted.descending
    async for page in caller.pages(asked, assessment_pb2.ListCasesResponse):
        if page.next_page_token and not oldest_first:
            raise typer.BadParameter(_NOT_SORTED)
        if page.cases:
            yield _by_id(page)


def _by_id(page: assessment_pb2.ListCasesResponse) -> dict[str, Case]:
    return {case.case_id: case for case in page.cases}
