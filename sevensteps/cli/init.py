"""`sevensteps init`: a file of settings to begin with."""

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.settings_page import explained

WIDTH = 100
OWNER_ONLY = 0o600
HEAD = """\
Settings of Seven Steps. Each is commented out and has its default: take the # away and change it.
Give every process the same. Secrets do not belong here: the settings that end in _FILE name files."""


def init(
    file: Annotated[Path, typer.Argument(help="Where to.")] = Path("sevensteps.env"),
) -> None:
    """Write a file of settings, each explained, to be changed. A file that is there stays as it is."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
    except FileExistsError:
        typer.echo(f"{file} is there already, and stays as it is.", err=True)
        raise typer.Exit(ExitCode.FAILED) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        written.write("\n".join(_lines()))
    typer.echo(f"Made {file}. Change what is not to be as it says; then: set -a; . {file}; sevensteps up")


def _lines() -> Iterator[str]:
    yield from (f"# {line}" for line in HEAD.splitlines())
    for setting in explained():
        yield ""
        meaning = setting.meaning[0].upper() + setting.meaning[1:].rstrip(".") + "."
        yield from (f"# {line}" for line in textwrap.wrap(meaning, WIDTH))
        yield f"#{setting.name}={setting.default}"
    yield ""
