"""All commands of the command line."""

import sys

import typer

from sevensteps.cli import (
    cases,
    council,
    demo,
    events,
    glossary,
    play,
    policy,
    processes,
    receipts,
    temporal_server,
    token,
    up,
    verify,
)
from sevensteps.config import SettingsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Seven Steps: the back office of self-directed support.",
)
app.command()(demo.demo)
app.command()(up.up)
app.command()(play.play)
app.add_typer(cases.app, name="case")
app.command()(council.council)
app.command()(events.events)
app.command()(verify.verify)
app.add_typer(receipts.app, name="receipts")
app.add_typer(policy.app, name="policy")
app.command()(glossary.glossary)
app.command()(token.token)
app.command()(processes.serve)
app.command()(processes.worker)
app.add_typer(processes.journeys, name="journeys")
app.add_typer(temporal_server.app, name="temporal")

WRONG_ARGUMENT = 2


def run() -> None:
    """Run the command that the arguments name. A wrong setting or an unreadable argument ends it with a sentence."""
    for number, argument in enumerate(sys.argv[1:], start=1):
        if not _is_text(argument):
            typer.echo(f"Argument {number}: expected text in UTF-8.", err=True)
            sys.exit(WRONG_ARGUMENT)
    try:
        app()
    except SettingsError as error:
        sys.exit(str(error))


def _is_text(argument: str) -> bool:
    """Whether an argument can be sent and printed; bytes that are not UTF-8 arrive as surrogates."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
