"""Who may act for the person, on the page of a case and for programs."""

from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.cli.case_view.acting import lines_of, representation_as_json

PAYMENT = pb.OWN_DECISION_REQUEST_DIRECT_PAYMENT
STANDS = pb.GetRepresentationResponse(
    on="2026-11-28",
    capacity=[
        pb.StandingCapacity(decision=PAYMENT, result=pb.CAPACITY_RESULT_LACKS, expires_on="2027-05-01"),
        pb.StandingCapacity(decision=pb.OWN_DECISION_AGREE_PLAN, result=pb.CAPACITY_RESULT_HAS),
    ],
    appointments=[
        pb.StandingAppointment(kind=pb.APPOINTMENT_KIND_APPROPRIATE_PERSON, reference="P-2", ends_on="2027-01-31")
    ],
    authorities=[
        pb.StandingAuthority(kind=pb.AUTHORITY_KIND_ATTORNEY_HEALTH, reference="P-77", may_decide=[PAYMENT]),
        pb.StandingAuthority(kind=pb.AUTHORITY_KIND_APPOINTEE, reference="P-78"),
    ],
    advocate_missing=True,
)


def test_the_page_tells_what_is_out_of_the_usual() -> None:
    """Capacity that is there needs no line: it is presumed. An advocate who is owed is told."""
    assert list(lines_of(STANDS)) == [
        "lacks the capacity to request direct payment, until 1 May 2027",
        "appropriate person P-2, until 31 January 2027",
        "attorney health P-77, may request direct payment for the person",
        "appointee P-78, receives benefits for the person",
        "an advocate is owed (s.67), and none is appointed",
    ]
    assert list(lines_of(pb.GetRepresentationResponse(on="2026-11-28"))) == []


def test_programs_are_told_all_of_it() -> None:
    """By the names on the wire."""
    told = representation_as_json(STANDS)
    assert isinstance(told, dict)
    assert told["advocate_missing"] is True
    assert [each["result"] for each in told["capacity"]] == ["CAPACITY_RESULT_LACKS", "CAPACITY_RESULT_HAS"]
