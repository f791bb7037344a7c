"""Runs the feed."""

from services.feed.service import FeedService
from sevensteps.service.running import run

if __name__ == "__main__":
    run("feed", lambda settings, identity, _: FeedService.open(settings, identity))
