"""Listing journeys that Temporal knows, as it lists them: the client reads far more of each than is needed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client

from sevensteps.temporal import workflow_id

AT_ONCE = 1000
ANSWER = timedelta(seconds=10)
PREFIX = workflow_id("")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the journey of a case."""

    case_id: str
    run_id: str


async def runs(client: Client, query: str) -> Sequence[Run]:
    """Every run that a query of Temporal's finds. Raises RPCError."""
    found: list[Run] = []
    token = b""
    while True:
        request = ListWorkflowExecutionsRequest(
            namespace=client.namespace, query=query, page_size=AT_ONCE, next_page_token=token
        )
        page = await client.workflow_service.list_workflow_executions(request, retry=True, timeout=ANSWER)
        found += [
            Run(each.execution.workflow_id.removeprefix(PREFIX), each.execution.run_id) for each in page.executions
        ]
        token = page.next_page_token
        if not token:
            return found


async def how_many(client: Client, query: str) -> int:
    """How many runs a query finds. Raises RPCError."""
    return (await client.count_workflows(query, rpc_timeout=ANSWER)).count
