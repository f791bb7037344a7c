"""Runs the feed."""

from services.feed.service import FeedService
from sevensteps import process
from sevensteps.config import Settings
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.server import serve


async def work(settings: Settings) -> None:
    """Open the records, and serve until told to stop."""
    await serve(await FeedService.open(settings), Keys.open(settings.data), settings.feed)


if __name__ == "__main__":
    process.run("feed", work)
