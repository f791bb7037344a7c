"""`sevensteps council`: a council's own choices, as the running suite knows them."""

from typing import Annotated

import typer
from rich.table import Table

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.fields import short_name
from sevensteps.rpc.caller import operations


def council(
    name: Annotated[str, typer.Argument(metavar="COUNCIL", help="Its name, as tokens and cases have it.")],
) -> None:
    """Show a council's own choices: whose law applies, which pack decides, plan templates, whom people can turn to."""
    run(_show(Settings.from_environment(), name))


async def _show(settings: Settings, name: str) -> None:
    async with operations(settings) as caller:
        answer = await caller.ask(pb.GetCouncilRequest(council=name), pb.GetCouncilResponse)
    screen().print(_page(answer.council))


def _page(of: pb.Council) -> Table:
    page = Table.grid(padding=(0, 2))
    page.add_row("council", f"{of.title} ({of.council})" if of.title != of.council else of.council)
    page.add_row("jurisdiction", of.jurisdiction.replace("_", " "))
    page.add_row("policy pack", of.pack)
    page.add_row("plan templates", ", ".join(f"{template} questions" for template in of.plan_templates))
    for point in of.contact_points:
        reached = ", ".join(filter(None, (point.telephone, point.email, point.web)))
        purpose = short_name(pb.ContactPurpose, point.purpose).replace("_", " ")
        page.add_row(purpose, f"{point.name}: {reached}")
        page.add_row("", point.hours)
    if not of.contact_points:
        page.add_row("contact points", f"none: policies/{of.council}/council.yaml is not written yet")
    return page
