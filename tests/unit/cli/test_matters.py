"""What `case show` says of complaints and requests for one's own data that wait."""

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.case_view.case_records import CaseRecords
from sevensteps.cli.case_view.matters import lines_of, waiting_in

RECORDS = CaseRecords(
    complaints=[
        pb.Complaint(
            complaint_id="complaint-1",
            clocks=[
                pb.MatterClock(kind=pb.MATTER_CLOCK_KIND_COMPLAINT_ACKNOWLEDGED, due_on="2020-01-06"),
                pb.MatterClock(kind=pb.MATTER_CLOCK_KIND_COMPLAINT_ANSWERED, due_on="2199-06-30", running=True),
            ],
        )
    ],
    access_requests=[
        pb.AccessRequest(
            access_request_id="access-1",
            clocks=[pb.MatterClock(kind=pb.MATTER_CLOCK_KIND_ACCESS_REQUEST, due_on="2020-02-03", running=True)],
        )
    ],
)


def test_what_waits_is_told_by_its_date() -> None:
    """What was due first comes first, with whether that has passed; what is done is not told."""
    assert list(lines_of(waiting_in(RECORDS))) == [
        "access request access-1 is to be answered by 3 February 2020 (law), which has passed",
        "complaint complaint-1 is to be answered by 30 June 2199 (law)",
    ]


def test_an_acknowledgement_is_told_as_such() -> None:
    """It has a clock of its own."""
    clock = pb.MATTER_CLOCK_KIND_COMPLAINT_ACKNOWLEDGED
    waiting = [pb.WaitingMatter(matter_id="complaint-1", clock=clock, due_on="2199-01-06")]
    assert list(lines_of(waiting)) == ["complaint complaint-1 is to be acknowledged by 6 January 2199 (law)"]
