"""`sevensteps glossary`: what the words mean."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.screen import screen
from sevensteps.glossary import Entry, entries, look_up, similar_words


def glossary(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD", help="The word to explain, such as: direct payment.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Explain the words of self-directed support and of this suite: one word, or all of them in a line each."""
    if not words:
        _print_all(as_json=as_json)
        return
    word = " ".join(words)
    entry = look_up(word)
    if entry is None:
        typer.echo(f'The glossary does not have "{word}". {_hint(word)}', err=True)
        raise typer.Exit(ExitCode.FAILED)
    if as_json:
        print_json(asdict(entry))
    else:
        _print(entry)


def _print_all(*, as_json: bool) -> None:
    if as_json:
        print_json([asdict(entry) for entry in entries()])
        return
    table = Table.grid(padding=(0, 2))
    for entry in entries():
        table.add_row(Text(entry.word, style="bold"), Text(entry.summary))
    screen().print(table)


def _print(entry: Entry) -> None:
    screen().print(Text(entry.word, style="bold"))
    screen().print(Text(entry.meaning))
    if entry.source:
        screen().print(Text(f"Source: {entry.source}", style="dim"))


def _hint(word: str) -> str:
    similar = similar_words(word)
    return f"Did you mean {' or '.join(similar)}?" if similar else "`sevensteps glossary` lists every word it has."
