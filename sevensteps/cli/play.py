"""`sevensteps play`: plays examples into the suite that runs, and leaves the cases there to look at."""

from collections.abc import Sequence

import typer

from sevensteps.api.assessment.v1.assessment_pb2 import ListCasesRequest, ListCasesResponse
from sevensteps.cli.story.chosen import Files, chosen
from sevensteps.cli.story.examples import Example
from sevensteps.cli.story.player import Played
from sevensteps.cli.story.side_by_side import play_all
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations


def play(
    files: Files = None,
) -> None:
    """Play examples into the suite that runs. Their cases stay, and each is checked to end as its file expects."""
    examples = chosen(files)
    played = run(_play(examples, Settings.from_environment()))
    if len(played) < len(examples):
        raise typer.Exit(1)


async def _play(examples: Sequence[Example], settings: Settings) -> list[Played]:
    async with operations(settings) as caller:  # a suite that is not there is said at once, not waited for
        await caller.ask(ListCasesRequest(page_size=1), ListCasesResponse)
    return await play_all(examples, settings, lambda _: None, _say)


def _say(example: Example, played: Played | None, why_not: str) -> None:
    typer.echo(f"{played.chronicle.case_id}  {example.name}: {example.expected.ending}" if played else why_not)
