"""A line of `sevensteps case list`: where a case stands, and what is special about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from sevensteps.api.assessment.v1.assessment_pb2 import (
    CASE_KIND_ADULT,
    ENDING_DIED,
    MATTER_CLOCK_KIND_ACCESS_REQUEST,
    MATTER_CLOCK_KIND_COMPLAINT_ACKNOWLEDGED,
    MATTER_CLOCK_KIND_COMPLAINT_ANSWERED,
    Case,
    WaitingMatter,
)
from sevensteps.cli.case_view.case_list import WIDTHS, Columns, Row, Wanted
from sevensteps.cli.case_view.status import CaseStatus, statuses_from_journeys
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import DUE_AT, DUE_KIND, STAGE, WAITING_FOR, WaitingFor, workflow_id

OPEN = Case(case_id="case-3f8k2m9x0p1q", council="example-council", kind=CASE_KIND_ADULT)
ENDED = Case(case_id="case-3f8k2m9x0p1q", council="example-council", kind=CASE_KIND_ADULT, ending=ENDING_DIED)
PAST, FUTURE = "2020-06-02", "2199-06-02"


def _row(due_on: str = "", kind: DueKind | None = None, parked: str = "", *, on_hold: bool = False) -> Row:
    case = Case()
    case.CopyFrom(OPEN)
    case.on_hold = on_hold
    return Row(case, CaseStatus(Stage.PLAN_MADE, WaitingFor.PLAN, due_on, kind, parked))


@dataclass(frozen=True)
class Journey:
    """A running journey, as Temporal lists it."""

    id: str
    typed_search_attributes: TypedSearchAttributes


def _journey(case_id: str, *kind: DueKind) -> Journey:
    words = [SearchAttributePair(DUE_KIND, each.value) for each in kind]
    words += [SearchAttributePair(STAGE, "life_lived"), SearchAttributePair(WAITING_FOR, "review_date")]
    due_at = SearchAttributePair(DUE_AT, datetime(2020, 6, 2, tzinfo=UTC))
    return Journey(workflow_id(case_id), TypedSearchAttributes([*words, due_at]))


class Journeys:
    """Temporal, with a journey whose date the law sets, one of practice, and one that began before it showed which."""

    async def list_workflows(self, query: str, page_size: int) -> AsyncIterator[Journey]:
        """All of them."""
        del query, page_size
        for journey in (_journey("law", DueKind.HARD), _journey("practice", DueKind.SOFT), _journey("older")):
            yield journey


async def test_a_date_of_law_is_marked_as_temporal_shows_it() -> None:
    """Of a journey that does not show which it is, nothing is said."""
    statuses = await statuses_from_journeys(cast("Client", Journeys()), ["law", "practice", "older"])
    assert {case: status.until for case, status in statuses.items()} == {
        "law": "2 June 2020 (law)", "practice": "2 June 2020", "older": "2 June 2020",
    }  # fmt: skip
    assert statuses["older"].due_kind is None


def test_a_passed_date_marks_the_case_and_a_date_of_law_is_marked() -> None:
    """A reader sees which cases are late, and which dates nothing can move."""
    late = _row(PAST, DueKind.HARD, on_hold=True)
    assert late.marks == ["overdue", "on hold"]
    assert list(late.cells().values())[4:] == ["2: making your plan", "plan", "2 June 2020 (law)", "overdue, on hold"]
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
    cells = {
        "case": "case-3f8k2m9x0p1q", "reference": "P-1", "kind": "adult", "council": "a-council-with-a-long-name",
        "step": "1: finding out how much money", "waits for": "indicative budget", "until": "26 September 2026 (law)",
        "": "overdue",
    }  # fmt: skip
    line = Columns(width).line(cells)
    assert len(line) <= width
    assert line.endswith("  overdue")
    assert Columns(None).line(cells).split("  ")[2] == "a-council-with-a-long-name"
    assert Columns(None).heading().split() == " ".join(WIDTHS).split()
    named = Columns(max(width, 100), with_reference=True)
    assert len(named.line(cells)) <= max(width, 100)
    assert named.line(cells).split()[1] == "P-1"
    assert Columns(None, with_reference=True).heading().split()[:3] == ["case", "reference", "kind"]


ANSWER = WaitingMatter(matter_id="complaint-1", clock=MATTER_CLOCK_KIND_COMPLAINT_ANSWERED, due_on=PAST)
ACKNOWLEDGEMENT = WaitingMatter(matter_id="complaint-1", clock=MATTER_CLOCK_KIND_COMPLAINT_ACKNOWLEDGED, due_on=PAST)
DATA = WaitingMatter(matter_id="access-1", clock=MATTER_CLOCK_KIND_ACCESS_REQUEST, due_on=FUTURE)


def test_what_waits_by_law_marks_open_and_ended_cases() -> None:
    """A complaint whose date has passed is a mark, once; what has time is none. A program reads both."""
    ended = Row(ENDED, None, [ACKNOWLEDGEMENT, ANSWER, DATA])
    assert ended.marks == ["ended: died", "complaint overdue"]
    assert Row(OPEN, None, [DATA]).marks == ["no journey"]
    assert ended.as_json()["waiting"] == [
        {"id": "complaint-1", "clock": "complaint_acknowledged", "due_on": PAST, "overdue": True},
        {"id": "complaint-1", "clock": "complaint_answered", "due_on": PAST, "overdue": True},
        {"id": "access-1", "clock": "access_request", "due_on": FUTURE, "overdue": False},
    ]


def test_an_ended_case_is_listed_as_overdue_by_what_waits() -> None:
    """Its journey has ended, and the law's date stands; so it is before a day, and no other condition takes it."""
    ended, in_time = Row(ENDED, None, [ANSWER]), Row(ENDED, None, [DATA])
    late, early = Wanted(overdue=True), Wanted(due_before=date(2020, 6, 3))
    assert [(wanted.takes(ended), wanted.takes(in_time)) for wanted in (late, early)] == [(True, False)] * 2
    assert (late.request.open_only, late.request.open_or_waiting) == (False, True)
    assert (Wanted(stuck=True).request.open_only, Wanted(overdue=True, stuck=True).request.open_only) == (True, True)
    assert not Wanted(reference="P-1").request.open_or_waiting
