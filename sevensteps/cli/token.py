"""`sevensteps token`: prints a development token; revokes tokens in every service; lists what is revoked."""

from typing import Annotated
from uuid import uuid4

import typer
from google.protobuf.json_format import MessageToDict
from rich.table import Table

from sevensteps.api.identity.v1 import identity_pb2 as pb
from sevensteps.cli.acts import Because, By
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import development_keys
from sevensteps.policy.model.verdict import Json
from sevensteps.rpc.caller import Caller, operations, sentence

COLUMNS = ("revoked", "by", "council", "whose", "because", "services")


def issue(
    subject: Annotated[str, typer.Option(help="Whose token it is: an id, never a name.")],
    role: Annotated[list[Role], typer.Option(help="Their role; can be repeated.")],
    council: Annotated[str, typer.Option(help="The council whose cases they may see.")] = "example-council",
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is valid.")] = 8.0,
) -> None:
    """Print a token signed with the development key. Calls send it as metadata: `authorization: Bearer <token>`."""
    run(_issue(subject, role, council, hours))


def revoke(
    because: Because,
    by: By,
    subject: Annotated[str, typer.Option(help="Revoke all that this subject has been issued until now.")] = "",
    token_id: Annotated[str, typer.Option("--id", help="Or one token, by its id (jti).")] = "",
) -> None:
    """Revoke tokens in every service: within two seconds each refuses them, and ends the streams that have them.

    Exit 1 if a service could not be told; run it again then.
    """
    if bool(subject) == bool(token_id):
        raise typer.BadParameter("give either --subject or --id.")
    run(_revoke(pb.RevokeTokensRequest(subject=subject, token_id=token_id, because=because), by))


def revocations(*, as_json: AsJson = False) -> None:
    """List which tokens are revoked, when, by whom and why, and where a service has not been told."""
    run(_list(as_json=as_json))


async def _issue(subject: str, roles: list[Role], council: str, hours: float) -> None:
    keys = development_keys(Settings.from_environment())
    typer.echo(keys.issue(subject, roles, council, seconds=hours * 3600))


async def _revoke(request: pb.RevokeTokensRequest, by: str) -> None:
    request.request_id = str(uuid4())
    failed: list[str] = []
    async with operations(Settings.from_environment(), by) as caller:
        for service in SERVICES:
            try:
                await caller.ask(request, pb.RevokeTokensResponse, at=service)
            except Fault as fault:
                failed.append(f"{service} could not be told: {sentence(fault)}")
    whose = f"All tokens of {request.subject} issued until now" if request.subject else f"Token {request.token_id}"
    told = len(SERVICES) - len(failed)
    if told:
        where = "every service" if not failed else f"{told} of {len(SERVICES)} services"
        typer.echo(f"{whose}: revoked in {where}, in force within two seconds.")
    for line in failed:
        typer.echo(line, err=True)
    if failed:
        typer.echo("Run this again when they answer: until then they accept these tokens.", err=True)
        raise typer.Exit(ExitCode.FAILED)


async def _list(*, as_json: bool) -> None:
    found: dict[str, pb.Revocation] = {}
    known: dict[str, list[str]] = {}
    async with operations(Settings.from_environment()) as caller:
        services = [service for service in SERVICES if await _collect(caller, service, found, known)]
    ordered = sorted(found.values(), key=lambda each: each.revoked_at.ToNanoseconds())
    if as_json:
        print_json([_json(each, known[each.request_id]) for each in ordered])
        return
    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for each in ordered:
        whose = each.subject or f"token {each.token_id}"
        council = "every council" if each.council == EVERY_COUNCIL else each.council
        there = known[each.request_id]
        where = "every service" if len(there) == len(SERVICES) else ", ".join(there)
        table.add_row(each.revoked_at.ToJsonString()[:19], each.revoked_by, council, whose, each.because, where)
    screen().print(table)
    if silent := [service for service in SERVICES if service not in services]:
        typer.echo(f"Not known of {', '.join(silent)}: no answer.", err=True)
        raise typer.Exit(ExitCode.FAILED)


async def _collect(caller: Caller, service: str, found: dict[str, pb.Revocation], known: dict[str, list[str]]) -> bool:
    """Add what a service has; False where it does not answer."""
    try:
        async for page in caller.pages(pb.ListRevocationsRequest(), pb.ListRevocationsResponse, at=service):
            for each in page.revocations:
                found.setdefault(each.request_id, each)
                known.setdefault(each.request_id, []).append(service)
    except Fault:
        return False
    return True


def _json(of: pb.Revocation, services: list[str]) -> Json:
    fields: dict[str, Json] = MessageToDict(of, preserving_proto_field_name=True)
    return {**fields, "services": tuple(services)}
