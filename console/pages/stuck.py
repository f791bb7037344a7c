"""What is stuck, by its cause: what is wrong, what to do, and which cases each cause holds up."""

from starlette.responses import Response

from console import freshness
from console.visit import Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb

PAGE_SIZE = 50
MEND = "operations.PlanRepair"


async def causes(visit: Visit) -> Response:
    """Every cause, the one that matters most first. Raises the Faults of operations."""
    listed = await visit.console.caller.ask(pb.ListCausesRequest(), pb.ListCausesResponse)
    return visit.show(
        "stuck.html",
        causes=listed.causes,
        may_mend=visit.may(MEND),
        **freshness.of_view(listed.view),
    )


async def of_cause(visit: Visit) -> Response:
    """The cases of one cause, those that are stuck longest first. Raises the Faults of operations."""
    cause_id, after = (visit.request.query_params.get(name, "") for name in ("cause", "after"))
    request = pb.ListStuckRequest(page_size=PAGE_SIZE, page_token=after, cause_id=cause_id)
    listed = await visit.console.caller.ask(request, pb.ListStuckResponse)
    return visit.show(
        "stuck_cases.html",
        cause_id=cause_id,
        cause=await _cause(visit, cause_id),
        found=listed.stuck,
        may_mend=visit.may(MEND),
        next_page=listed.next_page_token,
        after=after,
        **freshness.of_view(listed.view),
    )


async def _cause(visit: Visit, cause_id: str) -> pb.Cause | None:
    """A cause by its id; None where nothing is stuck by it any more."""
    every = await visit.console.caller.ask(pb.ListCausesRequest(), pb.ListCausesResponse)
    return next((each for each in every.causes if each.cause_id == cause_id), None)
