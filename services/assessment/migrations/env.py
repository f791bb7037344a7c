"""Alembic's way into the assessment service's schema."""

from services.assessment.store import metadata
from sevensteps import tables
from sevensteps.migrating import run

run(tables.metadata, metadata)
