"""Runs the assessment service."""

from services.assessment import case_counts, matters_overdue
from services.assessment.contacts import overdue as contacts_overdue
from services.assessment.representation import expiries
from services.assessment.server import add_to
from services.assessment.tables import DECIDED
from sevensteps.service.deciding_service import run

TASKS = {**matters_overdue.TASKS, **contacts_overdue.TASKS, **case_counts.TASKS, **expiries.TASKS}
"""What the service does by itself."""

if __name__ == "__main__":
    run("assessment", add_to, DECIDED, TASKS)
