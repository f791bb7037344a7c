"""Any real service by its name, in the test's own process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servers.feed import run_feed
from servers.operations import run_operations
from servers.services import Running, run_service
from sevensteps.config import Settings


@asynccontextmanager
async def run_any(name: str, settings: Settings) -> AsyncIterator[Running]:
    """One of all the services, by itself, on a free port."""
    if name == "feed":
        async with run_feed(settings) as feed:
            yield feed.running
    elif name == "operations":
        async with run_operations(settings) as operations:
            yield operations.running
    else:
        async with run_service(name, settings) as running:
            yield running
