"""`sevensteps token`: prints a development token."""

from typing import Annotated

import typer

from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys


def token(
    subject: Annotated[str, typer.Option(help="Whose token it is: an id, never a name.")],
    role: Annotated[list[Role], typer.Option(help="Their role; can be repeated.")],
    council: Annotated[str, typer.Option(help="The council whose cases they may see.")] = "example-council",
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is valid.")] = 8.0,
) -> None:
    """Print a token signed with the development key. Calls send it as metadata: `authorization: Bearer <token>`."""
    run(_print(subject, role, council, hours))


async def _print(subject: str, roles: list[Role], council: str, hours: float) -> None:
    keys = Keys.existing(Settings.from_environment().data)
    typer.echo(keys.issue(subject, roles, council, seconds=hours * 3600))
