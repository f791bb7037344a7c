"""Runs the planning service."""

from services.planning.server import add_to
from services.planning.tables import DECIDED
from sevensteps.service.deciding_service import run

if __name__ == "__main__":
    run("planning", add_to, DECIDED)
