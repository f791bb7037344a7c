"""Runs operations."""

from services.operations.service import NAME, OperationsService
from sevensteps.service.running import run

if __name__ == "__main__":
    run(NAME, OperationsService.open)
