"""`sevensteps rehearse`: a suite of its own in which example cases are stuck, for staff to mend. Nothing counts."""

import asyncio
import random
import shlex
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Annotated

import typer
from rich.console import Console

from sevensteps.background import on_signals, until_stopped
from sevensteps.cli.rehearsal.script import Act, script
from sevensteps.cli.rehearsal.stage import stage_in, wait_until_found
from sevensteps.cli.story.feed_follower import StuckError
from sevensteps.cli.story.player import UnexpectedError
from sevensteps.cli.story.selection import select_examples
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.local.console import LocalConsole
from sevensteps.local.stoppable import StoppableSuite
from sevensteps.local.suite import SuiteError, on_free_ports
from sevensteps.rehearsal.exercises import Rehearsal
from sevensteps.rehearsal.words import NOTHING_COUNTS
from sevensteps.rpc.caller import sentence

MOST_FAULTS = 12
SEEDS = 1_000_000
EXERCISES, FOR_OTHERS = "rehearsal.json", "settings.sh"


def rehearse(
    *,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", min=0, show_default=False, help="What is wrong follows from it; any by default."
        ),
    ] = None,
    faults: Annotated[int, typer.Option(metavar="NUMBER", min=1, max=MOST_FAULTS, help="How much is wrong.")] = 3,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the folder with the data and logs at the end.")] = False,
) -> None:
    """Start a suite of its own with example cases, hurt some of them, and serve the console: a rehearsal for staff.

    Nothing in it counts. Ctrl-C takes all of it away.
    """
    chosen = random.randrange(SEEDS) if seed is None else seed  # noqa: S311 - any will do
    acts = script(select_examples(None), chosen, faults)
    given = Settings.from_environment()
    with _folder(keep=keep) as folder:
        settings = replace(Settings(), data=folder, policies=given.policies, rehearsal=str(folder / EXERCISES))
        replace(settings, mode=given.mode).check()
        try:
            asyncio.run(_rehearse(acts, chosen, on_free_ports(settings)))
        except (SuiteError, StuckError, UnexpectedError) as error:
            typer.echo(error, err=True)
            raise typer.Exit(ExitCode.FAILED) from error
        except Fault as fault:
            typer.echo(sentence(fault), err=True)
            raise typer.Exit(ExitCode.FAILED) from fault


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    """A folder for all that the rehearsal makes."""
    folder = Path(tempfile.mkdtemp(prefix="sevensteps-rehearsal-"))
    try:
        yield folder
    finally:
        if keep:
            typer.echo(f"The data and logs are in {folder}.", err=True)
        else:
            rmtree(folder, ignore_errors=True)


async def _rehearse(acts: Sequence[Act], seed: int, settings: Settings) -> None:
    progress, stopping = Console(stderr=True, highlight=False), on_signals()
    suite = StoppableSuite(settings, progress.print)
    pages = LocalConsole(settings, suite.background)
    try:
        if await _finished(_set_scene(suite, acts, seed, progress), stopping):
            missing = await pages.start()
            _tell(progress, settings, missing or f"The console is at {pages.address}.")
            await until_stopped(suite.background, stopping)
    finally:
        progress.print("Stopping ...")
        await pages.stop()
        await suite.stop()
    progress.print("Stopped. Nothing of it counted.")


async def _set_scene(suite: StoppableSuite, acts: Sequence[Act], seed: int, progress: Console) -> None:
    """Start the suite, play the examples, hurt some cases, and wait until that can be seen."""
    await suite.start()
    progress.print("Playing example cases, and hurting some of them ...")
    async with stage_in(suite) as stage:
        rehearsal = Rehearsal(seed, await stage.hurt(await stage.play(acts)))
    progress.print("Waiting until operations have found it, which takes a minute or two ...")
    await wait_until_found(suite, rehearsal)
    rehearsal.write(Path(suite.settings.rehearsal))
    settings = suite.settings.as_environment() | {"SEVENSTEPS_LOG": "auto"}
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in settings.items())
    (suite.settings.data / FOR_OTHERS).write_text("".join(lines), encoding="utf-8")
    progress.print(f"Seed {seed}: {len(rehearsal.exercises)} exercises.")


async def _finished(work: Coroutine[None, None, None], stopping: asyncio.Event) -> bool:
    """Do something to its end; False where it was stopped before. Raises what the work does."""
    doing, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait((doing, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        return False
    await doing
    return True


def _tell(progress: Console, settings: Settings, console: str) -> None:
    for line in (
        f"{NOTHING_COUNTS}.",
        console,
        "Its page Rehearsal has the exercises. For commands, type this in another terminal first:",
        f"  . {settings.data / FOR_OTHERS}",
        "Ready. Ctrl-C takes all of it away; first end what you have started in another terminal.",
    ):
        progress.print(line, soft_wrap=True, markup=False)
