"""`sevensteps demo`: plays the examples in a suite of its own, shows what happened, and checks how each ends."""

import asyncio
import json
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Annotated

import typer
from rich.console import Console

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.words import Words, words_of
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.timeline import timeline
from sevensteps.cli.story.examples import Example
from sevensteps.cli.story.player import PlayedExample
from sevensteps.cli.story.runner import OnEnd, play_all
from sevensteps.cli.story.selection import Files, select_examples
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import Verbose
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.local.suite import Suite, SuiteError, on_free_ports
from sevensteps.rpc.caller import sentence


def demo(
    files: Files = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line: the events, then how each example ended.")
    ] = False,
    verbose: Verbose = False,
    data: Annotated[
        Path | None, typer.Option(help="An empty folder in which the data are kept. Without it they are removed.")
    ] = None,
) -> None:
    """Start the whole suite, play cases in it, show what happened, and check that each ended as its file expects."""
    examples = select_examples(files)
    if data and data.exists() and any(data.iterdir()):
        typer.echo(f"{data} is not empty: name an empty folder, or one that does not exist yet.", err=True)
        raise typer.Exit(ExitCode.WRONG_ARGUMENT)
    settings = Settings.from_environment()
    with _data_folder(data) as folder:
        show = _Show(words_of(settings), as_json=as_json, verbose=verbose)
        played = _play(examples, _on_this_machine(settings, folder), show)
        if len(played) == len(examples):
            return
        typer.echo(f"The logs are in {folder / 'logs'}.", err=True)
        raise typer.Exit(ExitCode.FAILED)


def _on_this_machine(settings: Settings, folder: Path) -> Settings:
    """The settings for a suite that nobody else reaches, with nothing of the council's own but its policies."""
    return replace(settings, data=folder, database="", certificates="", temporal_certificates="")


@contextmanager
def _data_folder(data: Path | None) -> Iterator[Path]:
    """The folder that was named; or else one of our own, which stays only where the demonstration failed."""
    folder = data or Path(tempfile.mkdtemp(prefix="sevensteps-"))
    failed = False
    try:
        yield folder
    except typer.Exit as end:
        failed = end.exit_code == ExitCode.FAILED
        raise
    finally:
        if not data and not failed:
            rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Show:
    """What is printed of the cases: for people their timelines, for programs the events and how each case ended."""

    words: Words
    as_json: bool
    verbose: bool

    def event(self, event: Event) -> None:
        """An event, as it happens."""
        if self.as_json:
            typer.echo(event_json(event))

    def ending(self, played: PlayedExample) -> None:
        """A case, once all have ended."""
        if not self.as_json:
            screen().print(timeline(played.history, self.words, verbose=self.verbose), "")
            return
        ending = {
            "case": played.history.case_id,
            "example": played.example.name,
            "ending": played.example.expected.ending,
            "stages": [stage.value for stage in played.stages],
        }
        typer.echo(json.dumps(ending))


def _play(examples: Sequence[Example], settings: Settings, show: _Show) -> list[PlayedExample]:
    """Play the examples in a suite of their own. Where it cannot start, prints why and returns nothing."""
    try:
        return asyncio.run(_demo(examples, settings, show))
    except SuiteError as error:
        typer.echo(error, err=True)
    except Fault as fault:
        typer.echo(sentence(fault), err=True)
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("Interrupted; everything is stopped.", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    return []


async def _demo(examples: Sequence[Example], settings: Settings, show: _Show) -> list[PlayedExample]:
    """Start the suite, play, print, and stop the suite again, whatever happens."""
    progress = Console(stderr=True, highlight=False)
    _cancel_on_signals()
    suite = Suite(on_free_ports(settings), progress.print)
    await suite.start()
    try:
        progress.print("Playing the examples ...")
        played = await play_all(examples, suite.settings, show.event, _report_to(progress))
    finally:
        progress.print("Stopping ...")
        await suite.stop()
    for example in played:
        show.ending(example)
    progress.print(f"{len(played)} of {len(examples)} examples ended as their files expect.")
    return played


def _cancel_on_signals() -> None:
    """Let Ctrl-C and SIGTERM cancel, so that everything is stopped on the way out, even where SIGINT was ignored."""
    task = asyncio.current_task()
    if task:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _report_to(progress: Console) -> OnEnd:
    def report(example: Example, played: PlayedExample | None, failure: str) -> None:
        result = f"{example.expected.ending}; steps entered: {len(played.stages)}" if played else f"FAILED. {failure}"
        progress.print(f"  {example.name}: {result}", markup=False, soft_wrap=True)

    return report
