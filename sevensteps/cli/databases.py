"""`sevensteps db`: the schemas of the services' records: where they stand, bringing them up to date, checking them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.service import migrations
from sevensteps.service.migrations import newer_records
from sevensteps.service.opening import ensure_whole, open_to_serve
from sevensteps.service.postgres import telling_of_encryption
from sevensteps.service.schemas import Records, Schema

Services = Annotated[
    list[str] | None, typer.Argument(metavar="[SERVICE]...", help=f"Some of {', '.join(SERVICES)}; by default all.")
]


def status(services: Services = None, *, as_json: AsJson = False) -> None:
    """Show the revision of each service's records, how far they are behind, and whether the version before can go on.

    Exit 1 if this version cannot serve one as it is.
    """
    found = run(_schemas(_named(services)))
    if as_json:
        print_json([asdict(schema) | {"says": schema.says} for schema in found])
    else:
        _print(found)
    raise typer.Exit(ExitCode.DONE if all(schema.can_be_served for schema in found) else ExitCode.FAILED)


def upgrade(services: Services = None) -> None:
    """Bring the records of the services up to date, each in one transaction. Back them up first: there is no way back.

    Services do so themselves when they start. On PostgreSQL this may run beside services of the version before, where
    `sevensteps db status` says that they can go on.
    """
    run(_upgrade(_named(services)))


def check(services: Services = None, *, as_json: AsJson = False) -> None:
    """Check that the records can be read through and have the tables that this version expects. Exit 1 if not."""
    found = run(_check(_named(services)))
    if as_json:
        print_json({service: list(problems) for service, problems in found.items()})
    else:
        for service, problems in found.items():
            typer.echo(f"{service}: " + ("in order" if not problems else ""))
            for problem in problems:
                typer.echo(f"  {problem}")
    raise typer.Exit(ExitCode.FAILED if any(found.values()) else ExitCode.DONE)


def _named(services: list[str] | None) -> tuple[str, ...]:
    for name in services or ():
        if name not in SERVICES:
            raise typer.BadParameter(f"{name}: expected one of {', '.join(SERVICES)}.")
    return tuple(services or SERVICES)


async def _schemas(services: tuple[str, ...]) -> list[Schema]:
    records = Records.of(Settings.from_environment())
    with _telling_of_trouble():
        return [await records.schema(service) for service in services]


async def _upgrade(services: tuple[str, ...]) -> None:
    settings = Settings.from_environment()
    records = Records.of(settings)
    for service in services:
        with _telling_of_trouble():
            before = await records.schema(service)
            if before.behind is None and not before.serves_beside:
                raise newer_records(service)
            await _bring_up_to_date(service, settings, records)
        typer.echo(f"{service}: {_outcome(before)}")


def _outcome(before: Schema) -> str:
    """What has come of bringing records up to date that were so before."""
    if before.behind is None:
        return f"{before.stored}, {before.says}"
    return before.newest + ("" if before.is_newest else f", was {before.stored or 'none'}")


async def _bring_up_to_date(service: str, settings: Settings, records: Records) -> None:
    if settings.database:
        with telling_of_encryption(records.certificates):
            await asyncio.to_thread(
                migrations.upgrade, service, records.database, settings.data, certificates=records.certificates
            )
    else:
        store = await open_to_serve(service, settings)  # no other process may serve the file meanwhile
        await store.close()


async def _check(services: tuple[str, ...]) -> dict[str, list[str]]:
    settings = Settings.from_environment()
    records = Records.of(settings)
    return {service: [problem async for problem in _problems(service, settings, records)] for service in services}


async def _problems(service: str, settings: Settings, records: Records) -> AsyncIterator[str]:
    with _telling_of_trouble():
        if not settings.database and (file := settings.data / f"{service}.db").exists():
            try:
                ensure_whole(file)
            except Fault as damaged:
                yield damaged.detail
                return
        schema = await records.schema(service)
        if not schema.is_newest:
            yield f"revision {schema.stored or 'none'}, not {schema.newest}: {schema.says}"
            return
        for difference in await records.differences(service):
            yield difference


def _print(found: list[Schema]) -> None:
    table = Table("service", "revision", "newest", "", box=None, header_style="bold", pad_edge=False)
    for schema in found:
        table.add_row(schema.service, schema.stored or "none", schema.newest, schema.says)
    screen().print(table)


@contextmanager
def _telling_of_trouble() -> Iterator[None]:
    """Raise a Fault (UNAVAILABLE, STORE_UNAVAILABLE) where a database cannot be reached or read."""
    try:
        yield
    except (OSError, DBAPIError) as error:
        detail = f"The records cannot be read ({type(error).__name__}). Is the database up, and the setting right?"
        raise Fault(Kind.UNAVAILABLE, "STORE_UNAVAILABLE", detail) from error
