"""Runs the assessment service."""

from services.assessment import case_counts, matters_overdue
from services.assessment.server import add_to
from services.assessment.tables import DECIDED
from sevensteps.service.deciding_service import run

if __name__ == "__main__":
    run("assessment", add_to, DECIDED, {**matters_overdue.TASKS, **case_counts.TASKS})
