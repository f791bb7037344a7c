"""Errors as sentences, never as stack traces."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

import typer

from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.errors import Fault
from sevensteps.rpc.caller import sentence

T = TypeVar("T")


def run(work: Coroutine[None, None, T]) -> T:
    """Run the work of a command. A Fault becomes a sentence and exit code 1; Ctrl-C ends quietly."""
    try:
        return asyncio.run(work)
    except Fault as fault:
        typer.echo(sentence(fault), err=True)
        raise typer.Exit(ExitCode.FAILED) from fault
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
