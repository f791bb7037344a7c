"""`sevensteps up`: runs the suite until Ctrl-C."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sevensteps.addresses import next_address
from sevensteps.background import on_signals, until_stopped
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import Settings
from sevensteps.encryption.development import with_development_certificates
from sevensteps.errors import Fault
from sevensteps.local.console import LocalConsole
from sevensteps.local.suite import Suite, SuiteError

Encrypted = Annotated[bool, typer.Option("--tls", help="Encrypt all calls, with certificates made for development.")]


READY = "Ready. Ctrl-C stops the suite; the cases stay. `sevensteps case list` in another terminal lists them."


def up(*, encrypted: Encrypted = False) -> None:
    """Run the whole suite until Ctrl-C. Started again, it goes on with the same cases.

    The data are in the folder that SEVENSTEPS_DATA names, or else in ./data.
    """
    settings = Settings.from_environment()
    try:
        if encrypted and not settings.certificates:
            settings = with_development_certificates(settings)
        asyncio.run(_up(settings))
    except (SuiteError, Fault) as error:
        typer.echo(error, err=True)
        raise typer.Exit(ExitCode.FAILED) from error


async def _up(settings: Settings) -> None:
    console = Console(stderr=True)
    stopping = on_signals()
    suite = Suite(settings, console.print)
    if await _start(suite, stopping):
        page = next_address(settings.metrics, len(suite.pages)) if settings.metrics else ""
        pages = LocalConsole(settings, suite.background, page)
        try:
            missing = await pages.start()
            console.print(_addresses(suite, "" if missing else pages.address, page))
            for sentence in filter(None, (missing, READY)):
                console.print(sentence)
            await until_stopped(suite.background, stopping)
        finally:
            console.print("Stopping ...")
            await pages.stop()
            await suite.stop()
    console.print("Stopped.")


async def _start(suite: Suite, stopping: asyncio.Event) -> bool:
    """Start the suite; False where it was stopped before it was ready. Raises SuiteError where it cannot start."""
    starting = asyncio.create_task(suite.start())
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait((starting, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if starting.done():
        await starting
        return True
    starting.cancel()  # it stops what it has started
    await asyncio.gather(starting, return_exceptions=True)
    return False


def _addresses(suite: Suite, console: str, page: str) -> Table:
    """`console` is where people open it, `page` where it tells of itself; empty where it does not serve."""
    table = Table(show_header=False, box=None)
    if console:
        table.add_row("console", console)
    for name, address in suite.addresses().items():
        table.add_row(name, address)
    if suite.settings.certificates:
        table.add_row("certificates", f"SEVENSTEPS_CERTIFICATES={Path(suite.settings.certificates).resolve()}")
    for name, address in suite.pages.items():
        table.add_row(f"metrics of {name}", f"http://{address}/metrics")
    if console and page:
        table.add_row("metrics of console", f"http://{page}/metrics")
    table.add_row("data", str(suite.settings.data.resolve()))
    table.add_row("logs", str((suite.settings.data / "logs").resolve()))
    return table
