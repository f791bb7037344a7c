"""A line of `sevensteps case list`: where a case stands, and what is special about it."""

from datetime import date

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import SortedBy, Stuck, Turn, Waits, WordFor
from sevensteps.cli.case_view.case_list import Row
from sevensteps.cli.case_view.columns import WIDTHS, Columns
from sevensteps.fields import WireEnum, short_name

TODAY = date(2026, 6, 3)
PAST, FUTURE = "2026-06-02", "2026-06-04"


def row(**more: object) -> Row:
    """An open case in step 2, which waits for its plan."""
    standing: dict[str, object] = {
        "case_id": "case-3f8k2m9x0p1q",
        "council": "example-council",
        "case_kind": "adult",
        "opened_at": Timestamp(seconds=1_780_000_000),
        "step": pb.STEP_PLAN_MADE,
        "turn": 1,
        "waiting_for": pb.WAITING_FOR_PLAN,
        "whom": pb.WHOM_PERSON,
        "since": Timestamp(seconds=1_780_000_000),
    }
    return Row(pb.CaseRow(**(standing | more)), Case(person_reference="P-1"), TODAY)  # type: ignore[arg-type]


def clock(name: str, due_on: str, about: str = "") -> pb.Clock:
    return pb.Clock(name=name, about=about, due_on=due_on)


def test_a_passed_date_marks_the_case_and_a_date_of_law_is_marked() -> None:
    """A reader sees which cases are late, and which dates nothing can move. The day itself still counts."""
    late = row(due_on=PAST, due_kind=pb.DUE_KIND_HARD, hold_reason="hospital")
    assert late.marks == ["overdue", "on hold"]
    assert list(late.cells().values())[4:] == ["2: making your plan", "plan", "2 June 2026 (law)", "overdue, on hold"]
    assert row(due_on=TODAY.isoformat(), due_kind=pb.DUE_KIND_SOFT).marks == row().marks == []
    assert late.as_json()["overdue"] is True
    assert late.as_json()["due_kind"] == "hard"


def test_what_is_stuck_is_a_mark_in_a_few_words() -> None:
    """A late person and a passed date of law are seen by the dates; a date that is near is told, and stops nothing."""
    stuck = row(stuck=[pb.STUCK_KIND_PARKED, pb.STUCK_KIND_JOURNEY_MISSING, pb.STUCK_KIND_PERSON_PAST_DUE])
    assert stuck.marks == ["parked", "no journey"]
    assert (stuck.is_stuck, stuck.as_json()["parked"]) == (True, "parked")
    assert stuck.as_json()["stuck_by"] == ["parked", "no-journey", "late"]
    near = row(stuck=[pb.STUCK_KIND_CLOCK_NEAR])
    assert (near.marks, near.is_stuck, near.as_json()["stuck"]) == (["law date near"], False, False)


def test_an_ended_case_says_how_it_ended_and_no_more() -> None:
    """Nobody waits for anything, but for what the law still sets a day for."""
    complaint = [clock("complaint_acknowledged", PAST, "complaint-1"), clock("complaint_answered", PAST, "complaint-1")]
    ended = row(ending="died", clocks=[*complaint, clock("access_request", FUTURE, "access-1")])
    assert ended.marks == ["ended: died", "complaint overdue"]
    cells = ended.cells()
    assert (cells["step"], cells["waits for"], cells["until"]) == ("", "", "")
    told = ended.as_json()
    assert (told["ending"], told["stage"], told["waiting_for"], told["overdue"]) == ("died", None, None, None)
    assert told["waiting"] == [
        {"id": "complaint-1", "clock": "complaint_acknowledged", "due_on": PAST, "overdue": True},
        {"id": "complaint-1", "clock": "complaint_answered", "due_on": PAST, "overdue": True},
        {"id": "access-1", "clock": "access_request", "due_on": FUTURE, "overdue": False},
    ]


def test_every_date_of_law_that_has_passed_is_a_mark_once() -> None:
    """Where it is the date of the step, that says it."""
    clocks = [clock("written_record", PAST), clock("advice", FUTURE), clock("review_by_law", PAST)]
    assert row(clocks=clocks).marks == ["written record overdue", "review overdue"]
    assert row(clocks=clocks[2:], due_on=PAST, due_kind=pb.DUE_KIND_HARD).marks == ["overdue"]
    assert row(clocks=clocks).as_json()["clocks"] == [
        {"clock": "written_record", "due_on": PAST, "overdue": True},
        {"clock": "advice", "due_on": FUTURE, "overdue": False},
        {"clock": "review_by_law", "due_on": PAST, "overdue": True},
    ]


def test_programs_read_what_the_contract_says_and_whose_case_it_is() -> None:
    """Moments are in UTC; what is not there is null."""
    told = row().as_json()
    assert told["person_reference"] == "P-1"
    assert (told["opened_at"], told["since"]) == ("2026-05-28T20:26:40.000Z", "2026-05-28T20:26:40.000Z")
    assert (told["stage"], told["waiting_for"], told["whom"]) == ("plan_made", "plan", "person")
    assert (told["due_on"], told["due_kind"], told["linked_case_id"]) == (None, None, None)


@pytest.mark.parametrize(
    ("words", "enum"), [(Stuck, pb.StuckKind), (Turn, pb.Whom), (Waits, pb.WaitingFor), (SortedBy, pb.Order)]
)
def test_there_is_a_word_for_everything_in_the_contract(words: type[WordFor], enum: WireEnum[int]) -> None:
    """Each value has one, in the same order, and no other word is there; what is sorted first by is the default."""
    named = [name for name in short_names(enum) if name]
    assert [word.name.lower() for word in words if word is not SortedBy.OPENED] == named


def short_names(enum: WireEnum[int]) -> list[str]:
    return [short_name(enum, value) for value in enum.values()]


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
