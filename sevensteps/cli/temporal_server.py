"""`sevensteps temporal`: a Temporal server of a council's own, made ready for journeys."""

import asyncio
from datetime import timedelta

import typer
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.journeys import connect, missing_search_attributes

LEAST_RETENTION = timedelta(days=1)
"""How long closed journeys have to stay: `sevensteps case show` says how one has ended."""
LET_GO = 0.2
"""Seconds until the client's threads let go of the interpreter: it must not end while one is about to."""

app = typer.Typer(no_args_is_help=True, help="Make a Temporal server of your own ready for journeys.")


@app.callback()
def _commands() -> None:
    """Keeps `prepare` a command of its own while it is the only one."""


@app.command()
def prepare() -> None:
    """Make the search attributes that journeys need, and check how long the namespace keeps closed journeys."""
    run(_prepare(Settings.from_environment()))


async def _prepare(settings: Settings) -> None:
    client = await connect(settings)
    try:
        retention = await _retention(client)
        missing = await missing_search_attributes(client)
        if missing:
            request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
            await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        detail = f"Temporal on {settings.temporal} refuses: {error.message}"
        raise Fault(Kind.PRECONDITION, "TEMPORAL_REFUSES", detail) from error
    await asyncio.sleep(LET_GO)
    typer.echo(f"Made the search attributes {', '.join(missing)}." if missing else "All search attributes are there.")
    if retention < LEAST_RETENTION:
        raise Fault(
            Kind.PRECONDITION,
            "RETENTION_SHORT",
            f"The namespace {client.namespace} keeps closed journeys for {retention}: it should be a day or more.",
        )
    typer.echo(f"The namespace {client.namespace} keeps closed journeys for {retention.days * 24} hours.")


async def _retention(client: Client) -> timedelta:
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return described.config.workflow_execution_retention_ttl.ToTimedelta()
