"""What is stuck, by its cause: what is wrong, what to do, and which cases each cause holds up."""

from starlette.responses import Response

from console import freshness
from console.visit import Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb

PAGE_SIZE = 50


async def causes(visit: Visit) -> Response:
    """Every cause, the one that matters most first. Raises the Faults of operations."""
    listed = await visit.console.caller.ask(pb.ListCausesRequest(), pb.ListCausesResponse)
    return visit.show(
        "stuck.html",
        causes=listed.causes,
        warnings=[*freshness.warnings(listed.view)],
        known=freshness.known(listed.view),
    )


async def of_cause(visit: Visit) -> Response:
    """The cases of one cause, those that are stuck longest first. Raises the Faults of operations."""
    asked = visit.request.query_params
    cause_id = asked.get("cause", "")
    request = pb.ListStuckRequest(page_size=PAGE_SIZE, page_token=asked.get("after", ""), cause_id=cause_id)
    listed = await visit.console.caller.ask(request, pb.ListStuckResponse)
    every = await visit.console.caller.ask(pb.ListCausesRequest(), pb.ListCausesResponse)
    return visit.show(
        "stuck_cases.html",
        cause_id=cause_id,
        cause=next((each for each in every.causes if each.cause_id == cause_id), None),
        found=listed.stuck,
        next_page=listed.next_page_token,
        after=asked.get("after", ""),
        warnings=[*freshness.warnings(listed.view)],
        known=freshness.known(listed.view),
    )
