"""`sevensteps status`: what runs, which packs decide, and how far the records and the feed are."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import grpc
import typer
from rich.table import Table
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError

from sevensteps import clock, councils, journeys
from sevensteps.api.feed.v1.feed_pb2 import ListEventsRequest, ListEventsResponse
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.local.suite import is_serving
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.rpc.caller import operations

BEYOND_THE_END = 2**63 - 1
"""No feed reaches this position: asked for what comes after it, the feed says where it ends."""
NOT_TOLD = (
    "Since when a process is up is in its log; no process tells it.",
    "How far the journeys are behind the feed is told to the journeys alone.",
)


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


@dataclass(frozen=True, slots=True)
class CouncilPack:
    """The pack that decides for a council, as it is in the folder of policies."""

    council: str
    pack: str
    hash: str
    """The hash of its content, by which receipts name it; empty where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the suite. `feed_position` is that of the last event; None where the feed does not answer."""

    processes: tuple[Process, ...]
    packs: tuple[CouncilPack, ...]
    feed_position: int | None
    not_told: tuple[str, ...] = NOT_TOLD


def status(*, as_json: AsJson = False) -> None:
    """Show each process, the pack of each council, and how far the records and the feed are. Exit 1 if one is down."""
    found = run(read_status(Settings.from_environment()))
    if as_json:
        print_json(asdict(found))
    else:
        _print(found)
    raise typer.Exit(ExitCode.DONE if all(process.up for process in found.processes) else ExitCode.FAILED)


async def read_status(settings: Settings) -> Status:
    """Ask every process; one that does not answer is told to be down."""
    services = await asyncio.gather(*(_service(settings, name) for name in SERVICES))
    return Status((*services, *await _temporal(settings)), _packs(settings), await _feed_position(settings))


async def _service(settings: Settings, name: str) -> Process:
    address = settings.address(name)
    async with grpc.aio.insecure_channel(address) as channel:
        up = await is_serving(channel)
    return Process(name, address, up, "serves" if up else "does not serve", await _revision(settings, name))


async def _revision(settings: Settings, service: str) -> str:
    """The revision of a service's records; empty where they cannot be read from here."""
    # every command would pay for these: 30 MB, and half a second
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from sevensteps.service.migrations import revision  # noqa: PLC0415

    try:
        return await revision(service, settings.database, settings.data)
    except (SQLAlchemyError, OSError):
        return ""


async def _temporal(settings: Settings) -> tuple[Process, Process]:
    """Temporal, and the worker as Temporal knows it."""
    request = DescribeTaskQueueRequest(
        namespace=settings.temporal_namespace,
        task_queue=TaskQueue(name=settings.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        client = await journeys.connect(settings)
        pollers = (await client.workflow_service.describe_task_queue(request)).pollers
    except (Fault, RPCError):
        down = Process("temporal", settings.temporal, up=False, says="does not answer")
        return down, Process("worker", "", up=False, says="not known while Temporal does not answer")
    asked = max((poller.last_access_time.ToDatetime(tzinfo=UTC) for poller in pollers), default=None)
    return Process("temporal", settings.temporal, up=True, says="answers"), _worker(asked)


def _worker(asked: datetime | None) -> Process:
    if asked is None:
        return Process("worker", "", up=False, says="has not asked Temporal for work in the last minutes")
    seconds = max((clock.now() - asked).total_seconds(), 0)
    return Process("worker", "", up=True, says=f"asked Temporal for work {seconds:.0f} s ago")


def _packs(settings: Settings) -> tuple[CouncilPack, ...]:
    return tuple(_pack(settings, council) for council in councils.names(settings.policies))


def _pack(settings: Settings, council: str) -> CouncilPack:
    try:
        pack = councils.read_council(settings.policies, council).pack
        return CouncilPack(council, pack, read_pack(settings.policies, pack).hash)
    except PackRefusedError:
        return CouncilPack(council, "refused: `sevensteps policy check` says why", "")


async def _feed_position(settings: Settings) -> int | None:
    try:
        async with operations(settings) as caller:
            await caller.ask(ListEventsRequest(after=BEYOND_THE_END), ListEventsResponse)
    except Fault as fault:
        last = fault.metadata.get("last", "")
        return int(last) if last else None
    return None


def _print(found: Status) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for process in found.processes:
        records = f"database revision {process.revision}" if process.revision else ""
        table.add_row(process.name, process.address, process.says, records)
    for pack in found.packs:
        table.add_row("council", pack.council, f"pack {pack.pack} {pack.hash[:12]}".rstrip(), "")
    position = "not known" if found.feed_position is None else f"{found.feed_position:,}"
    table.add_row("last event", "", f"position {position}", "")
    screen().print(table)
    for sentence in found.not_told:
        typer.echo(sentence)
