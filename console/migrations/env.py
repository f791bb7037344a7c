"""Alembic's way into the schema of the console."""

from console.tables import metadata
from sevensteps.service.migrations import run

run(metadata)
