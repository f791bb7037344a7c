"""The plans that wait to be signed or returned, what is due first first."""

from starlette.responses import Response

from console.pages.queues import Queue, listed
from console.visit import Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb

QUEUE = Queue(
    "approvals.html",
    pb.CaseFilter(
        open=True,
        steps=[pb.STEP_PLAN_AGREED],
        waiting_for=[pb.WAITING_FOR_DECISION, pb.WAITING_FOR_RELEASE],
    ),
    ("overdue", "hard", "on_hold", "escalated", "due_before", "councils", "teams"),
)
"""A plan whose case is on hold waits for the release; who signs is to see it all the same."""


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of operations, except for wrong values: they are shown by their fields."""
    found = await listed(visit, QUEUE)
    return visit.show(QUEUE.template, found.status, found.asked.problems, offered=QUEUE.offered, **found.shown())
