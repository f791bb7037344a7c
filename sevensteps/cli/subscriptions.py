"""`sevensteps subscriptions`: whose places the feed keeps, and how far behind they are."""

import json
from datetime import UTC
from typing import Annotated

import typer
from google.protobuf.timestamp_pb2 import Timestamp
from rich.table import Table

from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations

COLUMNS = ("council", "subject", "name", "position", "behind", "last seen", "read by")


def subscriptions(
    delete: Annotated[str, typer.Option(metavar="NAME", help="Delete the subscription of this name.")] = "",
    council: Annotated[str, typer.Option(help="With --delete: the council of its reader.")] = "",
    subject: Annotated[str, typer.Option(help="With --delete: its reader.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the places that the feed keeps for readers; events that they have not read cannot be dropped."""
    run(_delete(delete, council, subject) if delete else _list(as_json=as_json))


async def _list(*, as_json: bool) -> None:
    async with operations(Settings.from_environment()) as caller:
        found = (await caller.ask(pb.ListSubscriptionsRequest(), pb.ListSubscriptionsResponse)).subscriptions
    if as_json:
        for each in found:
            typer.echo(_json(each))
        return
    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for each in found:
        whose = (each.council, each.subject) if each.council else ("", "the suite")
        table.add_row(*whose, each.name, str(each.position), str(each.lag), _seen(each) or "not known", each.reader)
    screen().print(table)


async def _delete(name: str, council: str, subject: str) -> None:
    async with operations(Settings.from_environment()) as caller:
        request = pb.DeleteSubscriptionRequest(name=name, council=council, subject=subject)
        await caller.ask(request, pb.DeleteSubscriptionResponse)
    typer.echo(f"Subscription {name} of {subject} is deleted.")


def _json(of: pb.Subscription) -> str:
    return json.dumps(
        {
            "council": of.council,
            "subject": of.subject,
            "name": of.name,
            "position": of.position,
            "lag": of.lag,
            "last_seen": _seen(of) or None,
            "reader": of.reader,
        }
    )


def _seen(of: pb.Subscription) -> str:
    """When its reader was last seen; empty if that is not known."""
    at: Timestamp = of.last_seen
    return clock.as_text(at.ToDatetime(tzinfo=UTC)) if of.HasField("last_seen") else ""
