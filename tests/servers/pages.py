"""What a process answers on its page, read as Prometheus does and as whoever looks after processes does."""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from sevensteps.background import Background
from sevensteps.config import SERVICES, Settings
from sevensteps.local.ports import free_port
from sevensteps.telemetry.health import Check, Health, Observation
from sevensteps.telemetry.series import DEFINED, OF

PROCESSES = (*SERVICES, "worker")
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


def with_page(settings: Settings) -> Settings:
    """The settings with a page on this machine."""
    return replace(settings, metrics=f"127.0.0.1:{free_port()}")


def silence_others(patch: pytest.MonkeyPatch) -> None:
    """From now on only processes that start now say how they are.

    The series are one set for a process, in which the tests' other services run too: those have no feed, for one.
    """
    heard: set[Health] = set()
    begin, look, observe = Health.__init__, Health.look, Health.observe

    def begin_and_be_heard(
        self: Health, tasks: Background, checks: Sequence[Check], *others: Sequence[Observation]
    ) -> None:
        begin(self, tasks, checks, *others)
        heard.add(self)

    async def look_where_heard(self: Health) -> None:
        if self in heard:
            await look(self)

    async def observe_where_heard(self: Health, observation: Observation) -> None:
        if self in heard:
            await observe(self, observation)

    patch.setattr(Health, "__init__", begin_and_be_heard)
    patch.setattr(Health, "observe", observe_where_heard)
    patch.setattr(Health, "look", look_where_heard)


def free_ports_in_a_row(count: int) -> int:
    """The first of so many ports that nobody uses, as far as can be seen: a suite's pages follow each other.

    Each test process begins to look elsewhere.
    """
    for first in range(20_000 + os.getpid() % 1_000 * 10, 32_000, 10):
        try:
            with ExitStack() as taken:
                for port in range(first, first + count):
                    taken.enter_context(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        return first
    pytest.fail("There are no free ports.")


async def get(address: str, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """What is answered to one request."""
    async with httpx.AsyncClient() as asking:
        return await asking.get(f"http://{address}{path}", headers=headers)


async def asked(address: str, what: str) -> tuple[int, Mapping[str, str]]:
    """The status, and what is said of each part."""
    response = await get(address, f"/{what}")
    checks: Mapping[str, str] = json.loads(response.content)["checks"]
    return response.status_code, checks


@dataclass(frozen=True)
class Scraped:
    """The series of one process."""

    families: frozenset[str]
    samples: Mapping[tuple[str, frozenset[tuple[str, str]]], float]

    def value(self, name: str, **labels: str) -> float:
        """The sum of what has this name and these labels; 0 where there is nothing."""
        wanted = set(labels.items())
        return sum(value for (each, has), value in self.samples.items() if each == name and wanted <= has)

    def labels(self, name: str, label: str) -> set[str]:
        """The values of a label."""
        return {value for each, has in self.samples for key, value in has if each == name and key == label}


async def scrape(address: str) -> Scraped:
    """All series. Fails where they are not OpenMetrics."""
    text = (await get(address, "/metrics", OPENMETRICS)).text
    families: list[Metric] = list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
    return Scraped(
        frozenset(family.name for family in families),
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        },
    )


async def is_read(feed: str) -> bool:
    """Whether both readers of the suite say that they have read nearly all: operations do so every five seconds."""
    page, lag = await scrape(feed), "sevensteps_feed_subscription_lag"
    return all(page.value(lag, subscription=name, council="") < 50 for name in ("journeys", "operations"))


def families_of(process: str) -> set[str]:
    """The names that a process has to answer."""
    return {each.name.removesuffix("_total") for each in DEFINED if each.of in OF[process]}
