"""Which examples a command plays: those named, or all that there are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, Example, InvalidExamplesError, load
from sevensteps.cli.terminal.exit_codes import ExitCode

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Examples to play: files, or names of those that come with the suite; all of these if none."),
]


def select_examples(files: Sequence[Path] | None) -> Sequence[Example]:
    """The examples, read and checked. Where one is wrong or there are none, the command says so and ends."""
    try:
        examples = load(map(_file, files) if files else sorted(FOLDER.glob("*.yaml")), clock.today())
    except InvalidExamplesError as error:
        typer.echo(error, err=True)
        raise typer.Exit(ExitCode.WRONG_ARGUMENT) from error
    if not examples:
        typer.echo(f"There are no examples in {FOLDER}: name the files to play.", err=True)
        raise typer.Exit(ExitCode.WRONG_ARGUMENT)
    return examples


def _file(named: Path) -> Path:
    """The file that was named: one here, or else the example of that name that comes with the suite."""
    installed = FOLDER / f"{named}.yaml"
    return installed if len(named.parts) == 1 and not named.exists() and installed.is_file() else named
