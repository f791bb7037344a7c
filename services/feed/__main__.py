"""Runs the feed."""

from services.feed.service import FeedService
from sevensteps import process
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.rpc.encryption import Encryption
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.server import serve


async def work(settings: Settings) -> None:
    """Open the records, and serve until told to stop."""
    encryption = Encryption.of(settings, "feed")
    councils = Councils(settings.policies, settings.pack)
    identity = Identity.open(settings)
    service = await FeedService.open(settings, identity)
    await serve(service, identity, councils, settings.own_address("feed"), settings, encryption)


if __name__ == "__main__":
    process.run("feed", work)
