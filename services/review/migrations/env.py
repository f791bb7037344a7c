"""Alembic's way into the review service's schema."""

from services.review.store import metadata
from sevensteps import tables
from sevensteps.migrating import run

run(tables.metadata, metadata)
