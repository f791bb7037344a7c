"""Alembic's way into the assessment service's schema."""

from services.assessment.tables import metadata
from sevensteps.service import tables
from sevensteps.service.migrations import run

run(tables.metadata, metadata)
