"""The repairs, the newest first: what each does to how many cases, how far it is, and what has become of them."""

from urllib.parse import urlencode

from starlette.responses import Response

from console.visit import Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb

PAGE_SIZE = 25


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of operations."""
    after = visit.request.query_params.get("after", "")
    request = pb.ListRepairsRequest(page_size=PAGE_SIZE, page_token=after)
    listed = await visit.console.caller.ask(request, pb.ListRepairsResponse)
    more = listed.next_page_token
    return visit.show(
        "repairs.html",
        repairs=listed.repairs,
        after=after,
        next_page=f"/repairs?{urlencode({'after': more})}" if more else "",
    )
