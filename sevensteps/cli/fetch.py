"""`sevensteps fetch`: gets the program that a running suite needs beside Python."""

import typer

from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.local.devserver import DevServerError, fetch_server, find_server


def fetch() -> None:
    """Fetch the Temporal development server, if this machine has none. `sevensteps up` and `demo` start it."""
    try:
        program = find_server() or fetch_server(lambda line: typer.echo(line, err=True))
    except DevServerError as error:
        typer.echo(error, err=True)
        raise typer.Exit(ExitCode.FAILED) from error
    typer.echo(program)
