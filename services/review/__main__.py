"""Runs the review service."""

from services.review.server import add_to
from services.review.tables import DECIDED
from sevensteps.service.deciding_service import run

if __name__ == "__main__":
    run("review", add_to, DECIDED)
