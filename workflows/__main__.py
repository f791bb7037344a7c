"""`python -m workflows`: the worker, and beside it the relay that brings it facts."""

import sevensteps

if __name__ == "__main__":
    sevensteps.let_grpc_print()  # before grpc is imported, which comes with temporalio

# isort: split
import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
from temporalio.client import Client
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from sevensteps import clock, log, process
from sevensteps.background import Background, on_signals, until_stopped
from sevensteps.config import SERVICES, Settings
from sevensteps.encryption.certificates import WORKER
from sevensteps.encryption.folder import Certificates, certificates_for_calls, certificates_in
from sevensteps.encryption.watch import watch
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.client_credentials import ClientCredentials
from sevensteps.identity.own_tokens import Tokens, tokens_of_process
from sevensteps.journeys import connect, connect_prepared
from sevensteps.release_names import NONE
from sevensteps.retrying import Pauses
from sevensteps.rpc.client import channel
from workflows.activities.registered import activities
from workflows.checks import TemporalCheck
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed
from workflows.delivery.place import PlaceFile
from workflows.delivery.relay import Relay
from workflows.delivery.turn import Turns
from workflows.release import take_journeys_at_first
from workflows.telling import Telling
from workflows.tracing import Tracing
from workflows.worker import journey_worker

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
SIGN_SECONDS = 2.0
"""Between signs of life."""
PLACE_FILE = "relay.place"
_CORE_LOGS = LoggingConfig(
    TelemetryFilter(core_level="WARN", other_level="ERROR"),
    forwarding=LogForwardingConfig(logging.getLogger("temporalio.core")),
)
"""The log messages of Temporal's own core go to the same log as all others."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What the worker works with, and by what it is known whether it answers."""

    channels: Mapping[str, grpc.aio.Channel]
    feed: Feed
    temporal: TemporalCheck


@asynccontextmanager
async def reaching(settings: Settings, tokens: Tokens) -> AsyncIterator[Reached]:
    """Channels to the services. Nothing is connected before it is used."""
    certificates = certificates_for_calls(settings, WORKER)
    async with AsyncExitStack() as stack:
        channels = {
            name: await stack.enter_async_context(channel(settings.internal_address(name), tokens, certificates))
            for name in SERVICES
        }
        yield Reached(channels, Feed(channels["feed"]), TemporalCheck(settings))


async def work(settings: Settings, reached: Reached, release: str = NONE) -> None:
    """Run journeys and the relay until cancelled; then let what is under way finish."""
    certificates = certificates_for_calls(settings, WORKER)
    temporal = certificates_in(settings.temporal_certificates, WORKER)
    client = await _connected(settings)
    delivery = Delivery(client, reached.feed, settings.task_queue)
    place = PlaceFile(settings.data / PLACE_FILE)
    async with journey_worker(client, settings.task_queue, activities(reached.channels), release) as worker:
        reached.temporal.client = client
        log.get().info("working", temporal=settings.temporal, task_queue=settings.task_queue, release=release)

        def use(newest: Client) -> None:
            worker.client = reached.temporal.client = newest
            delivery.use(newest)

        renewal = _Renewal(settings, temporal, use)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(watch([each for each in {certificates, temporal} if each], renewal.look))
            tasks.create_task(take_journeys_at_first(lambda: worker.client, settings.task_queue, release))
            await Turns(reached.feed).run(lambda: Relay(reached.feed, delivery, place).run())


class _Renewal:
    """Connects to Temporal with new certificates: its client has those with which it connected."""

    def __init__(self, settings: Settings, certificates: Certificates | None, use: Callable[[Client], None]) -> None:
        """`use` is called with a new client."""
        self._settings = settings
        self._certificates = certificates
        self._connected_with = certificates.files() if certificates else None
        self._use = use

    async def look(self) -> None:
        """Connect anew if there are new certificates. Where that fails, it is tried again at the next look."""
        if self._certificates is None or self._certificates.files() is self._connected_with:
            return
        files = self._certificates.files()
        try:
            self._use(await connect(self._settings, WORKER, [Tracing()]))
        except Fault as fault:
            log.get().error("no connection to Temporal with new certificates", detail=fault.detail)
            return
        self._connected_with = files


async def _connected(settings: Settings) -> Client:
    is_logged = False
    pauses = Pauses(FIRST_PAUSE, LONGEST_PAUSE)
    while True:
        try:
            return await connect_prepared(settings, [Tracing()])
        except Fault as fault:
            if not is_logged:
                log.get().warning("worker waits for Temporal", reason=fault.reason, detail=fault.detail)
                is_logged = True
            await pauses.pause()


async def _give_signs_of_life(file: Path) -> None:
    """Touch a file again and again: whoever looks after the worker sees that it does not hang. It has since when."""
    with suppress(OSError):
        await asyncio.to_thread(file.write_text, clock.as_text(clock.now()))
    while True:
        with suppress(OSError):
            await asyncio.to_thread(file.touch)
        await asyncio.sleep(SIGN_SECONDS)


async def main(settings: Settings, release: str = NONE) -> None:
    """Work until SIGTERM or SIGINT. Raises a Fault when the work has ended by itself, or has no certificate for it."""
    # read once: what is wrong with them is told here, not in the background
    found = certificates_for_calls(settings, WORKER), certificates_in(settings.temporal_certificates, WORKER)
    Runtime.set_default(_runtime(settings))
    tokens = tokens_of_process(settings, "journey", Role.JOURNEY)
    background = Background()
    async with reaching(settings, tokens) as reached:
        certificates = [each for each in dict.fromkeys(found) if each]
        telling = Telling(settings, background, reached.feed, reached.temporal, certificates)
        await telling.start()
        tasks = [
            background.start("worker", work(settings, reached, release)),
            background.start("sign of life", _give_signs_of_life(settings.sign_of_life)),
        ]
        if isinstance(tokens, ClientCredentials):
            tasks.append(background.start("renewing the own token", tokens.keep()))
        try:
            await until_stopped(background, on_signals())
        finally:
            telling.drain()
            for task in tasks:
                await background.stop(task)
            await telling.close()
    log.get().info("stopped")


def _runtime(settings: Settings) -> Runtime:
    """Temporal's own library: its log lines go where all others go, and what it measures to a page of its own.

    Raises a Fault (UNAVAILABLE, ADDRESS_IN_USE).
    """
    address = settings.temporal_metrics
    page = PrometheusConfig(address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True)
    try:
        return Runtime(telemetry=TelemetryConfig(logging=_CORE_LOGS, metrics=page if address else None))
    except (RuntimeError, ValueError) as error:
        detail = f"Cannot listen on {address}, which SEVENSTEPS_TEMPORAL_METRICS names: it is taken, or is no number."
        raise Fault(Kind.UNAVAILABLE, "ADDRESS_IN_USE", detail) from error


if __name__ == "__main__":
    process.run("worker", partial(main, release=sys.argv[1] if len(sys.argv) > 1 else NONE))
