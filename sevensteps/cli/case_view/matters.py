"""What of a case waits by law, whatever its step: complaints, and requests for one's own data."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.case_view.case_records import CaseRecords
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import value_in_words
from sevensteps.policy.model.verdict import Json

LINES: Mapping[str, str] = {
    "complaint_acknowledged": "complaint {matter} is to be acknowledged by {due_on}",
    "complaint_answered": "complaint {matter} is to be answered by {due_on}",
    "access_request": "access request {matter} is to be answered by {due_on}",
}
"""What waits, in words, by its clock."""


def waiting_in(records: CaseRecords) -> list[pb.WaitingMatter]:
    """What waits of the complaints and requests on record, what is due first first."""
    of_complaints = ((each.complaint_id, each.clocks) for each in records.complaints)
    of_requests = ((each.access_request_id, each.clocks) for each in records.access_requests)
    waiting = [
        pb.WaitingMatter(matter_id=matter_id, clock=running.kind, due_on=running.due_on)
        for matter_id, clocks in chain(of_complaints, of_requests)
        for running in clocks
        if running.running
    ]
    return sorted(waiting, key=lambda each: each.due_on)


def is_overdue(waiting: pb.WaitingMatter) -> bool:
    """Whether its date has passed. The day itself still counts."""
    return waiting.due_on < clock.today().isoformat()


def lines_of(waiting: Sequence[pb.WaitingMatter]) -> Iterator[str]:
    """What waits, each in a line."""
    for each in waiting:
        due_on = f"{value_in_words(each.due_on)} (law)"
        passed = ", which has passed" if is_overdue(each) else ""
        yield LINES[_clock(each)].format(matter=each.matter_id, due_on=due_on) + passed


def waiting_as_json(waiting: Sequence[pb.WaitingMatter]) -> list[Json]:
    """What waits, for programs."""
    return [
        {"id": each.matter_id, "clock": _clock(each), "due_on": each.due_on, "overdue": is_overdue(each)}
        for each in waiting
    ]


def _clock(waiting: pb.WaitingMatter) -> str:
    return short_name(pb.MatterClockKind, waiting.clock)
