"""Alembic's way into the planning service's schema."""

from services.planning.store import metadata
from sevensteps import tables
from sevensteps.migrating import run

run(tables.metadata, metadata)
