"""Alembic's way into the assessment service's schema."""

from services.assessment.tables import metadata
from sevensteps.service import tables
from sevensteps.service.migrations import run

run(tables.of_every_service, tables.metadata, metadata)
