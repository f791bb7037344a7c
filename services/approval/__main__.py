"""Runs the approval service."""

from services.approval.server import add_to
from services.approval.tables import DECIDED
from sevensteps.service.deciding_service import run

if __name__ == "__main__":
    run("approval", add_to, DECIDED)
