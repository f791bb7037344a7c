"""Spending that somebody has to judge is on the page of its case, and so is what was not agreed."""

from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.cli.case_view.case_json import case_json
from sevensteps.cli.case_view.case_records import CaseRecords
from sevensteps.cli.case_view.shown_case import ShownCase
from sevensteps.cli.cases import add_spending

MARKED = decision_pb2.Decision(verdict=decision_pb2.VERDICT_NEEDS_JUDGEMENT)
AGREED = pb.JudgedSpend(judgement=pb.SPEND_JUDGEMENT_AGREED)
NOT_AGREED = pb.JudgedSpend(judgement=pb.SPEND_JUDGEMENT_NOT_AGREED)


def records(*judgements: pb.JudgedSpend, decision: decision_pb2.Decision | None = MARKED) -> CaseRecords:
    """A case with one spend."""
    spent = pb.Spending(
        spend_id="spend-1",
        line_id="l1",
        amount="1900.00",
        spent_on="2026-06-01",
        decision=decision,
        judgements=judgements,
    )
    return CaseRecords(spending=[spent])


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        (records(), "to judge"),
        (records(NOT_AGREED), "not agreed"),
        (records(AGREED, NOT_AGREED), "not agreed"),
        (records(NOT_AGREED, AGREED), ""),
        (records(decision=decision_pb2.Decision(verdict=decision_pb2.VERDICT_MET)), ""),
        (records(decision=None), ""),
    ],
)
def test_what_is_open_is_shown_with_its_id(recorded: CaseRecords, name: str) -> None:
    """Until somebody judges it; the last judgement holds. Programs read the ids."""
    page = Table(box=None, show_header=False, pad_edge=False)
    add_spending(page, recorded)
    console = Console(width=200, record=True, file=StringIO())
    console.print(page)
    shown = [line.split() for line in console.export_text().splitlines() if line.strip()]
    row = [*name.split(), *["£1,900.00", "on", "line", "l1,", "on", "1", "June", "2026", "(spend-1)"]]
    assert shown == ([row] if name else [])
    told = case_json(ShownCase(Case(), None), [], {}, linked=[], reasons={}, records=recorded)
    assert told["spends_to_judge"] == (["spend-1"] if name == "to judge" else [])
    assert told["spends_not_agreed"] == (["spend-1"] if name == "not agreed" else [])
