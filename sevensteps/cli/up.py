"""`sevensteps up`: the suite until Ctrl-C, and again with the same cases."""

import asyncio
import signal

import typer
from rich.console import Console
from rich.table import Table

from sevensteps.config import Settings
from sevensteps.local.suite import Suite, SuiteError


def up() -> None:
    """Keep the suite running until Ctrl-C. The data stay in the data folder (SEVENSTEPS_DATA, default ./data)."""
    settings = Settings.from_environment()
    try:
        asyncio.run(_up(settings))
    except SuiteError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error


async def _up(settings: Settings) -> None:
    console = Console(stderr=True)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    suite = Suite(settings, console.print)
    starting = asyncio.create_task(suite.start())
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait((starting, waiting), return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()  # it stops what it has started
        console.print("Stopping ...")
        await asyncio.gather(starting, return_exceptions=True)
        console.print("Stopped.")
        return
    if error := starting.exception():
        waiting.cancel()
        raise error
    console.print(_addresses(suite))
    console.print("Ready. Ctrl-C stops it; the cases stay. `sevensteps case list` looks at them from another terminal.")
    await waiting
    console.print("Stopping ...")
    await suite.stop()
    console.print("Stopped.")


def _addresses(suite: Suite) -> Table:
    table = Table(show_header=False, box=None)
    for name, address in suite.addresses().items():
        table.add_row(name, address)
    table.add_row("data", str(suite.settings.data.resolve()))
    table.add_row("logs", str((suite.settings.data / "logs").resolve()))
    return table
