"""A line of `sevensteps case list`: where a case stands, and what is special about it."""

from datetime import date

import pytest

from sevensteps.api.assessment.v1.assessment_pb2 import CASE_KIND_ADULT, ENDING_DIED, Case
from sevensteps.cli.case_view.case_list import WIDTHS, Columns, Row, Wanted
from sevensteps.cli.case_view.status import CaseStatus
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import WaitingFor

OPEN = Case(case_id="case-3f8k2m9x0p1q", council="example-council", kind=CASE_KIND_ADULT)
ENDED = Case(case_id="case-3f8k2m9x0p1q", council="example-council", kind=CASE_KIND_ADULT, ending=ENDING_DIED)
PAST, FUTURE = "2020-06-02", "2199-06-02"


def _row(due_on: str = "", kind: DueKind | None = None, parked: str = "", *, on_hold: bool = False) -> Row:
    case = Case()
    case.CopyFrom(OPEN)
    case.on_hold = on_hold
    return Row(case, CaseStatus(Stage.PLAN_MADE, WaitingFor.PLAN, due_on, kind, parked))


def test_a_passed_date_marks_the_case_and_a_date_of_law_is_marked() -> None:
    """A reader sees which cases are late, and which dates nothing can move."""
    late = _row(PAST, DueKind.HARD, on_hold=True)
    assert late.marks == ["overdue", "on hold"]
    assert late.cells()[3:] == ("2: making your plan", "plan", "2 June 2020 (law)", "overdue, on hold")
    assert _row(FUTURE).marks == _row().marks == []
    assert late.as_json()["overdue"] is True
    assert late.as_json()["due_kind"] == "hard"


def test_what_operations_have_to_look_at_is_stuck() -> None:
    """A parked case, and an open one without a journey; one that has ended needs nobody."""
    assert [row.stuck for row in (_row(parked="refused"), Row(OPEN, None), Row(ENDED, None), _row())] == [
        True, True, False, False,
    ]  # fmt: skip
    assert [Row(OPEN, None).marks, Row(ENDED, None).marks] == [["no journey"], ["ended: died"]]


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (Wanted(), [True, True, True]),
        (Wanted(stuck=True), [False, False, True]),
        (Wanted(overdue=True), [True, False, False]),
        (Wanted(stage=Stage.PLAN_MADE), [True, True, False]),
        (Wanted(stage=Stage.PLAN_AGREED), [False, False, False]),
        (Wanted(due_before=date(2020, 6, 2)), [False, False, False]),
        (Wanted(due_before=date(2020, 6, 3)), [True, False, False]),
        (Wanted(overdue=True, stuck=True), [False, False, False]),
    ],
)
def test_a_case_is_listed_if_it_meets_every_condition(wanted: Wanted, taken: list[bool]) -> None:
    """The first is late, the second has time, the third has no journey."""
    assert [wanted.takes(row) for row in (_row(PAST), _row(FUTURE), Row(OPEN, None))] == taken


@pytest.mark.parametrize("width", [90, 100, 120, 200])
def test_on_a_terminal_a_line_fits_and_its_marks_are_never_cut(width: int) -> None:
    """Council, step and what is waited for give way, in a file none of them."""
    cells = ("case-3f8k2m9x0p1q", "adult", "a-council-with-a-long-name", "1: finding out how much money",
             "indicative budget", "26 September 2026 (law)", "overdue")  # fmt: skip
    line = Columns(width).line(cells)
    assert len(line) <= width
    assert line.endswith("  overdue")
    assert Columns(None).line(cells).split("  ")[2] == "a-council-with-a-long-name"
    assert Columns(None).heading().split() == " ".join(WIDTHS).split()
