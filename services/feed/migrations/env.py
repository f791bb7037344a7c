"""Alembic's way into the feed's schema."""

from services.feed.tables import metadata
from sevensteps.service import tables
from sevensteps.service.migrations import run

run(tables.of_every_service, metadata)
