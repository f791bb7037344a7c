"""Alembic's way into the feed's schema."""

from services.feed.store import metadata
from sevensteps.service.migrations import run

run(metadata)
