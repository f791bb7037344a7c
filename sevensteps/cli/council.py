"""`sevensteps council`: a council's own choices, as the running suite knows them."""

from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.table import Table

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.fields import short_name
from sevensteps.policy.model.verdict import Json
from sevensteps.rpc.caller import operations


def council(
    name: Annotated[str, typer.Argument(metavar="COUNCIL", help="Its name, as tokens and cases have it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a council's own choices: whose law applies, which pack decides, plan templates, whom people can turn to."""
    run(_show(Settings.from_environment(), name, as_json=as_json))


async def _show(settings: Settings, name: str, *, as_json: bool) -> None:
    async with operations(settings) as caller:
        answer = await caller.ask(pb.GetCouncilRequest(council=name), pb.GetCouncilResponse)
    if as_json:
        print_json(_json(answer.council))
    else:
        screen().print(_page(answer.council))


def _json(of: pb.Council) -> Json:
    """The council as on the wire, with the purposes of its contact points by their short names."""
    points: list[Json] = [
        {**_fields(point), "purpose": short_name(pb.ContactPurpose, point.purpose)} for point in of.contact_points
    ]
    return {**_fields(of), "contact_points": points}


def _fields(message: Message) -> dict[str, Json]:
    return MessageToDict(message, preserving_proto_field_name=True)


def _page(of: pb.Council) -> Table:
    page = Table.grid(padding=(0, 2))
    page.add_row("council", f"{of.title} ({of.council})" if of.title != of.council else of.council)
    page.add_row("jurisdiction", of.jurisdiction.replace("_", " "))
    page.add_row("policy pack", of.pack)
    page.add_row("publishing", "two people" if of.publishing_needs_two else "one person")
    page.add_row("repairs by two", ", ".join(of.repairs_by_two))
    page.add_row("teams", ", ".join(of.teams) or "any")
    page.add_row("plan templates", ", ".join(f"{template} questions" for template in of.plan_templates))
    for point in of.contact_points:
        reached = ", ".join(filter(None, (point.telephone, point.email, point.web)))
        purpose = short_name(pb.ContactPurpose, point.purpose).replace("_", " ")
        page.add_row(purpose, f"{point.name}: {reached}")
        page.add_row("", point.hours)
    if not of.contact_points:
        page.add_row("contact points", f"none: policies/{of.council}/council.yaml is not written yet")
    return page
