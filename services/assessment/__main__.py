"""Runs the assessment service."""

from services.assessment.matters_overdue import TASKS
from services.assessment.server import add_to
from services.assessment.tables import DECIDED
from sevensteps.service.deciding_service import run

if __name__ == "__main__":
    run("assessment", add_to, DECIDED, TASKS)
