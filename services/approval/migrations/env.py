"""Alembic's way into the approval service's schema."""

from services.approval.tables import metadata
from sevensteps.service import tables
from sevensteps.service.migrations import run

run(tables.of_every_service, tables.metadata, metadata)
