"""Alembic's way into the schema of operations."""

from services.operations.tables import metadata
from sevensteps.service import tables
from sevensteps.service.migrations import run

run(tables.of_every_service, metadata)
