"""`sevensteps play`: plays examples in the running suite, and leaves the cases there to look at."""

from collections.abc import Sequence
from typing import Annotated

import typer

from sevensteps.api.assessment.v1.assessment_pb2 import ListCasesRequest, ListCasesResponse
from sevensteps.cli.story.examples import Example
from sevensteps.cli.story.player import PlayedExample
from sevensteps.cli.story.runner import EXAMPLE_COUNCIL, play_all
from sevensteps.cli.story.selection import Files, select_examples
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations


def play(
    files: Files = None,
    council: Annotated[str, typer.Option(help="The council in which they are played.")] = EXAMPLE_COUNCIL,
) -> None:
    """Play examples in the running suite, and check that each ends as its file expects. Their cases stay."""
    examples = select_examples(files)
    played = run(_play(examples, Settings.from_environment(), council))
    if len(played) < len(examples):
        raise typer.Exit(ExitCode.FAILED)


async def _play(examples: Sequence[Example], settings: Settings, council: str) -> list[PlayedExample]:
    async with operations(settings) as caller:  # fails at once where no suite runs
        await caller.ask(ListCasesRequest(page_size=1), ListCasesResponse)
    return await play_all(examples, settings, lambda _: None, _report, council=council)


def _report(example: Example, played: PlayedExample | None, failure: str) -> None:
    if played:
        typer.echo(f"{played.history.case_id}  {example.name}: {example.expected.ending}")
    else:
        typer.echo(f"FAILED. {failure}", err=True)
