"""`sevensteps demo`: plays the examples through a suite of its own, shows what happened, and checks how each ends."""

import asyncio
import json
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Annotated

import typer
from rich.console import Console

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.timeline import timeline
from sevensteps.cli.story.chosen import WRONG_FILES, Files, chosen
from sevensteps.cli.story.examples import Example
from sevensteps.cli.story.player import Played
from sevensteps.cli.story.side_by_side import Ended, play_all
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.local.suite import Suite, SuiteError, on_free_ports
from sevensteps.rpc.caller import sentence

FAILED = 1
INTERRUPTED = 130


def demo(
    files: Files = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line: the events, then how each example ended.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="An empty folder for the data, which are kept. Without it they are removed.")
    ] = None,
) -> None:
    """Play cases through all the real parts, show what happened, and check that each ended as its file expects."""
    examples = chosen(files)
    if data and data.exists() and any(data.iterdir()):
        typer.echo(f"{data} is not empty: name a folder that is, or that does not exist yet.", err=True)
        raise typer.Exit(WRONG_FILES)
    settings = Settings.from_environment()
    folder = data or Path(tempfile.mkdtemp(prefix="sevensteps-"))
    as_expected = False
    try:
        played = asyncio.run(_demo(examples, replace(settings, data=folder, database=""), as_json=as_json))
        as_expected = len(played) == len(examples)
    except (SuiteError, Fault) as error:
        typer.echo(sentence(error) if isinstance(error, Fault) else error, err=True)
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("Interrupted; everything is stopped.", err=True)
        _remove(folder, keep=data is not None)
        raise typer.Exit(INTERRUPTED) from None
    except (BrokenPipeError, SystemExit):  # nobody reads on
        _remove(folder, keep=data is not None)
        raise
    if not as_expected:
        typer.echo(f"The logs are in {folder / 'logs'}.", err=True)
        raise typer.Exit(FAILED)
    _remove(folder, keep=data is not None)


async def _demo(examples: Sequence[Example], settings: Settings, *, as_json: bool) -> list[Played]:
    """Start the suite, play, show, and stop it again, whatever happens."""
    progress = Console(stderr=True, highlight=False)
    _stop_when_told_to()
    suite = Suite(on_free_ports(settings), progress.print)
    await suite.start()
    try:
        progress.print(f"Playing {len(examples)} examples side by side ...")
        played = await play_all(examples, suite.settings, _print_event if as_json else _pass_over, _reporter(progress))
    finally:
        progress.print("Stopping ...")
        await suite.stop()
    for each in played:
        if as_json:
            typer.echo(_ending_json(each))
        else:
            screen().print(timeline(each.chronicle))
    progress.print(f"{len(played)} of {len(examples)} examples ended as their files expect.")
    return played


def _stop_when_told_to() -> None:
    """Let Ctrl-C and SIGTERM cancel, so that everything is stopped on the way out, even where SIGINT was ignored."""
    task = asyncio.current_task()
    if task:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _reporter(progress: Console) -> Ended:
    def ended(example: Example, played: Played | None, why_not: str) -> None:
        said = f"{example.expected.ending}; steps entered: {len(played.stages)}" if played else f"FAILED. {why_not}"
        progress.print(f"  {example.name}: {said}", markup=False, soft_wrap=True)

    return ended


def _print_event(event: Event) -> None:
    typer.echo(event_json(event))


def _pass_over(_: Event) -> None:
    """The timelines show the events when their example is over."""


def _ending_json(played: Played) -> str:
    return json.dumps(
        {
            "case": played.chronicle.case_id,
            "example": played.example.name,
            "ending": played.example.expected.ending,
            "stages": [stage.value for stage in played.stages],
        }
    )


def _remove(folder: Path, *, keep: bool) -> None:
    if not keep:
        rmtree(folder, ignore_errors=True)
