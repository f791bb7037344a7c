"""`sevensteps status`: what runs, which packs decide, who issues tokens, and how far records and feed are."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.table import Table
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse
from temporalio.service import RPCError

from sevensteps import clock, journeys
from sevensteps.addresses import addresses_of
from sevensteps.api.feed.v1.feed_pb2 import (
    ListEventsRequest,
    ListEventsResponse,
    ListSubscriptionsRequest,
    ListSubscriptionsResponse,
)
from sevensteps.cli.certificates import warnings
from sevensteps.cli.issuers import Issuer, read_issuers
from sevensteps.cli.packs_in_force import read_packs
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import SERVICES, Settings
from sevensteps.console_address import serves
from sevensteps.encryption.certificates import COMMAND_LINE, CONSOLE
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.encryption.handshake import trouble
from sevensteps.errors import Fault
from sevensteps.publication.packs_in_services import CouncilPack
from sevensteps.release_names import NONE
from sevensteps.releases import current_of, task_queue_of_journeys, worker_asked_at
from sevensteps.rpc.caller import operations
from sevensteps.rpc.client import channel_without_token
from sevensteps.rpc.serving import is_serving
from sevensteps.sign_of_life import LONGEST_SILENCE, silence

BEYOND_THE_END = 2**63 - 1
"""No feed reaches this position: asked for what comes after it, the feed says where it ends."""
JOURNEYS, OPERATIONS = "journeys", "operations"
"""The subscriptions by which the worker brings events to the journeys, and operations to their rows."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the suite."""

    name: str
    address: str
    up: bool
    says: str
    """What is known of it, in words."""
    revision: str = ""
    """The revision of its records; empty where it has none, or they cannot be read from here."""
    since: str = ""
    """Since when it is up (ISO text, UTC), as it has written into the data folder; empty where that is not known."""
    why: str = ""
    """Why it cannot be asked, where encryption is the reason."""
    is_needed: bool = True
    """False where the suite works without it."""


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the suite.

    `feed_position` is that of the last event, `journeys_behind` how many events have not reached the journeys, and
    `operations_behind` how many the rows of operations; None where the feed does not say.
    """

    processes: tuple[Process, ...]
    packs: tuple[CouncilPack, ...]
    issuers: tuple[Issuer, ...]
    feed_position: int | None
    journeys_behind: int | None
    operations_behind: int | None
    certificates: tuple[str, ...]
    """Which certificates have ended, or will within a month."""


def status(*, as_json: AsJson = False) -> None:
    """Show each process, the pack of each council, and how far the records and the feed are.

    Exit 1 if one is down. The console does not count: the suite works without it.
    """
    found = run(read_status(Settings.from_environment()))
    if as_json:
        print_json(asdict(found))
    else:
        _print(found)
    is_well = all(process.up or not process.is_needed for process in found.processes)
    raise typer.Exit(ExitCode.DONE if is_well else ExitCode.FAILED)


async def read_status(settings: Settings) -> Status:
    """Ask every process; one that does not answer is told to be down."""
    instances = ((name, address) for name in SERVICES for address in addresses_of(settings.address(name)))
    services = await asyncio.gather(*(_service(settings, name, address) for name, address in instances))
    processes = (*services, *await _temporal(settings), await _console(settings))
    return Status(
        processes,
        await read_packs(settings),
        await read_issuers(settings),
        await _feed_position(settings),
        *await _behind(settings),
        tuple(await warnings(settings)),
    )


async def _service(settings: Settings, name: str, address: str) -> Process:
    certificates = certificates_for_calls(settings, COMMAND_LINE)
    async with channel_without_token(address, certificates) as channel:
        up = await is_serving(channel)
    why = "" if up else await trouble(address, certificates)
    since = _written(settings.data / f"{name}.lock") if up and not settings.database else ""
    says = "serves" if up else "does not serve"
    return Process(name, address, up, says, await _revision(settings, name), since, why)


async def _console(settings: Settings) -> Process:
    """The console, without which the suite works as well; not every installation has one."""
    up = await serves(settings)
    since = _written(settings.data / f"{CONSOLE}.lock") if up and not settings.database else ""
    says = "serves" if up else "does not serve; the suite works without it"
    revision = await _revision(settings, CONSOLE) if up else ""
    return Process(CONSOLE, settings.console, up, says, revision, since, is_needed=False)


def _written(file: Path) -> str:
    """What a process has written of itself when it started."""
    try:
        return file.read_text()
    except OSError:
        return ""


async def _revision(settings: Settings, service: str) -> str:
    """The revision of a service's records; empty where they cannot be read from here."""
    # every command would pay for these: 30 MB, and half a second
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from sevensteps.service.schemas import Records  # noqa: PLC0415

    try:
        return await Records.of(settings).revision(service)
    except (SQLAlchemyError, OSError):
        return ""


async def _temporal(settings: Settings) -> tuple[Process, Process]:
    """Temporal, and the worker as Temporal knows it."""
    try:
        queue = await task_queue_of_journeys(await journeys.connect(settings), settings.task_queue)
    except (Fault, RPCError):
        down = Process("temporal", settings.temporal, up=False, says="does not answer")
        return down, Process("worker", "", up=False, says="not known while Temporal does not answer")
    return Process("temporal", settings.temporal, up=True, says="answers"), _worker(queue, settings.sign_of_life)


def _worker(queue: DescribeTaskQueueResponse, sign_of_life: Path) -> Process:
    current = current_of(queue)
    asked = worker_asked_at(queue)
    if asked is None:
        whose = "" if current == NONE else f"of {current}, which has the journeys, "
        return Process("worker", "", up=False, says=f"{whose}has not asked Temporal for work in the last minutes")
    seconds = max((clock.now() - asked).total_seconds(), 0)
    has_journeys = "" if current == NONE else f"; {current} has the journeys"
    says = f"asked Temporal for work {seconds:.0f} s ago{has_journeys}"
    is_here = silence(sign_of_life) < LONGEST_SILENCE
    return Process("worker", "", up=True, says=says, since=_written(sign_of_life) if is_here else "")


async def _feed_position(settings: Settings) -> int | None:
    try:
        async with operations(settings) as caller:
            await caller.ask(ListEventsRequest(after=BEYOND_THE_END), ListEventsResponse)
    except Fault as fault:
        last = fault.metadata.get("last", "")
        return int(last) if last else None
    return None


async def _behind(settings: Settings) -> tuple[int | None, int | None]:
    """By how many events the journeys and operations are behind."""
    try:
        async with operations(settings) as caller:
            found = (await caller.ask(ListSubscriptionsRequest(), ListSubscriptionsResponse)).subscriptions
    except Fault:
        return None, None
    behind = {each.name: each.lag for each in found if not each.subject}
    return behind.get(JOURNEYS), behind.get(OPERATIONS)


def _print(found: Status) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for process in found.processes:
        records = f"database revision {process.revision}" if process.revision else ""
        table.add_row(process.name, process.address, process.says, _since(process), records)
    for pack in found.packs:
        table.add_row("council", pack.council, f"pack {pack.pack}".rstrip(), pack.hashes())
    table.add_row("last event", "", f"position {_number(found.feed_position)}")
    for reader, behind in ((JOURNEYS, found.journeys_behind), (OPERATIONS, found.operations_behind)):
        table.add_row(reader, "", f"behind by {_number(behind)}")
    screen().print(table)
    for line in _lines(found):
        screen().print(line, soft_wrap=True, markup=False, highlight=False)


def _lines(found: Status) -> tuple[str, ...]:
    """What is to be said of packs, issuers and encryption, below the table."""
    of_packs = (line for pack in found.packs for line in (*pack.differences(), *pack.warnings()))
    of_issuers = (line for issuer in found.issuers for line in issuer.lines())
    of_encryption = (*(process.why for process in found.processes if process.why), *found.certificates)
    return (*of_packs, *of_issuers, *of_encryption)


def _since(process: Process) -> str:
    if not process.up:
        return ""
    if not process.since:
        return "since when is not known"
    moment = clock.from_text(process.since)
    return f"since {clock.day_in_words(moment.date())}, {moment:%H:%M} UTC"


def _number(events: int | None) -> str:
    return "not known" if events is None else f"{events:,}"
