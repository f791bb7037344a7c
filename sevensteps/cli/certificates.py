"""`sevensteps certificates`: what the certificates are that the settings name, and new ones for development."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sevensteps import clock
from sevensteps.addresses import addresses_of
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import SERVICES, Settings
from sevensteps.encryption.certificates import Certificate, read_certificates
from sevensteps.encryption.development import FOLDER, make_certificates
from sevensteps.encryption.handshake import shown_by


def dev(
    folder: Annotated[Path | None, typer.Option(help="Where to; by default `certificates` in the data folder.")] = None,
    *,
    new_authority: Annotated[
        bool, typer.Option("--new-authority", help="Replace the authority that is there, and all certificates.")
    ] = False,
) -> None:
    """Make a development authority, and a certificate for every process. What is there and good stays."""
    run(_make(folder, new_authority=new_authority))


async def _make(folder: Path | None, *, new_authority: bool) -> None:
    settings = Settings.from_environment()
    target = folder or settings.data / FOLDER
    written = make_certificates(target, settings, new_authority=new_authority)
    for file in written:
        typer.echo(f"Made {file}.")
    if not written:
        typer.echo("All certificates are there.")
    typer.echo(f"SEVENSTEPS_CERTIFICATES={target} has the suite use them.")


def show(*, as_json: AsJson = False) -> None:
    """Show the certificates in the folders that the settings name: whose, for which names, until when."""
    run(_show(as_json=as_json))


async def _show(*, as_json: bool) -> None:
    found = list(configured(Settings.from_environment()))
    if as_json:
        for each in found:
            typer.echo(json.dumps(_row(each)))
        return
    if not found:
        typer.echo("No certificates: SEVENSTEPS_CERTIFICATES names no folder, and nor do the settings like it.")
        return
    _print(found)


def _print(found: list[Certificate]) -> None:
    table = Table("file", "subject", "names", "ends", box=None, header_style="bold", pad_edge=False)
    for each in found:
        table.add_row(each.found, each.subject, "\n".join(each.names), clock.day_in_words(each.ends.date()))
    screen().print(table)
    for each in found:
        if warning := each.warning(clock.now()):
            screen().print(warning, soft_wrap=True, markup=False, highlight=False)


def configured(settings: Settings) -> Iterator[Certificate]:
    """The certificates in the folders that the settings name. Raises a Fault for a file that has none."""
    of_calls = (settings.certificates, settings.temporal_certificates, settings.database_certificates)
    for folder in dict.fromkeys(filter(None, (*of_calls, settings.console_certificates))):
        for file in sorted(Path(folder).glob("*.pem")):
            yield from read_certificates(file)


async def warnings(settings: Settings) -> list[str]:
    """Which certificates have ended, or will within a month: those in the folders, and those that services show."""
    found = list(configured(settings))
    if settings.certificates:
        addresses = (address for name in SERVICES for address in addresses_of(settings.address(name)))
        shown = await asyncio.gather(*map(shown_by, addresses))
        known = {each.content for each in found}
        found += [each for each in shown if each and each.content not in known]
    return [warning for each in found if (warning := each.warning(clock.now()))]


def _row(each: Certificate) -> dict[str, object]:
    return {
        "file": each.found,
        "subject": each.subject,
        "issuer": each.issuer,
        "names": each.names,
        "ends": clock.as_text(each.ends),
    }
