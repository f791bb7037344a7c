"""Runs the feed."""

import asyncio

from services.feed.service import FeedService
from sevensteps import log
from sevensteps.config import Settings
from sevensteps.identity import Keys
from sevensteps.rpc import serve


async def main() -> None:
    """The whole life of the feed's process: settings, logs, records, and serving until it is told to stop."""
    settings = Settings.from_environment()
    log.configure(settings.log, "feed")
    await serve(await FeedService.open(settings), Keys.open(settings.data), settings.feed)


if __name__ == "__main__":
    asyncio.run(main())
