"""Alembic's way into the approval service's schema."""

from services.approval.store import metadata
from sevensteps import tables
from sevensteps.migrating import run

run(tables.metadata, metadata)
