"""Which examples a command plays: those named, or all that there are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, Example, InvalidExamplesError, load

WRONG_FILES = 2

Files = Annotated[list[Path] | None, typer.Argument(help="Examples to play; all files in examples/ if none is given.")]


def select_examples(files: Sequence[Path] | None) -> Sequence[Example]:
    """The examples, read and checked. Where one is wrong or there are none, the command says so and ends."""
    try:
        examples = load(files or sorted(FOLDER.glob("*.yaml")), clock.now().date())
    except InvalidExamplesError as error:
        typer.echo(error, err=True)
        raise typer.Exit(WRONG_FILES) from error
    if not examples:
        typer.echo(f"There are no examples in {FOLDER}: name the files to play.", err=True)
        raise typer.Exit(WRONG_FILES)
    return examples
