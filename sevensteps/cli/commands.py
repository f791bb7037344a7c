"""All commands of the command line."""

import sys
from typing import Annotated

import typer

from sevensteps.cli import (
    cases,
    council,
    demo,
    events,
    fetch,
    glossary,
    play,
    policy,
    processes,
    receipts,
    status,
    subscriptions,
    temporal_server,
    token,
    up,
    verify,
)
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import SettingsError
from sevensteps.installation import version

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  typer calls it so
    if wanted:
        typer.echo(version())
        raise typer.Exit


@app.callback()
def _seven_steps(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Seven Steps: the back office of self-directed support."""


app.command()(demo.demo)
app.command()(up.up)
app.command()(fetch.fetch)
app.command()(play.play)
app.command()(status.status)
app.add_typer(cases.app, name="case")
app.command()(council.council)
app.command()(events.events)
app.command()(subscriptions.subscriptions)
app.command()(verify.verify)
app.add_typer(receipts.app, name="receipts")
app.add_typer(policy.app, name="policy")
app.command()(glossary.glossary)
app.command()(token.token)
app.command()(processes.serve)
app.command()(processes.worker)
app.add_typer(processes.journeys, name="journeys")
app.add_typer(temporal_server.app, name="temporal")


def run() -> None:
    """Run the command that the arguments name. A wrong setting or an unreadable argument ends it with a sentence."""
    for number, argument in enumerate(sys.argv[1:], start=1):
        if not _is_text(argument):
            typer.echo(f"Argument {number}: expected text in UTF-8.", err=True)
            sys.exit(ExitCode.WRONG_ARGUMENT)
    try:
        app()
    except SettingsError as error:
        typer.echo(error, err=True)
        sys.exit(ExitCode.FAILED)


def _is_text(argument: str) -> bool:
    """Whether an argument can be sent and printed; bytes that are not UTF-8 arrive as surrogates."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
