"""The reasons that people gave stand beside what they did, in the explanation, and the short ones in the timeline."""

from io import StringIO

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console

from sevensteps import clock, events
from sevensteps.api.approval.v1.approval_pb2 import Approval, Judgement
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.case_history.history import CaseHistory
from sevensteps.case_history.words import words_of
from sevensteps.cli.case_view.case_records import CaseRecords
from sevensteps.cli.case_view.explanation import DecidedCase, explanation
from sevensteps.cli.case_view.reasons import OVERRIDE, REASONS, reasons_by_event
from sevensteps.cli.case_view.timeline import timeline
from sevensteps.config import Settings
from sevensteps.events import Payload

AT = Timestamp(seconds=1_780_000_000)
RECORDS = CaseRecords(
    urgent_support=[assessment_pb2.UrgentSupport(because="Nobody cooks.", recorded_at=AT)],
    determinations=[
        assessment_pb2.Determination(determination_id="d-1", reasons="Not this one."),
        assessment_pb2.Determination(determination_id="d-2", reasons="As seen at home."),
    ],
    advice=[
        assessment_pb2.Advice(round=1, written_reasons="One need.", advice="The club.", how_to_ask_again="Ring us.")
    ],
    complaints=[
        assessment_pb2.Complaint(complaint_id="c-1", about="Visits.", late_because="In hospital.", recorded_at=AT),
        assessment_pb2.Complaint(
            complaint_id="c-2",
            about="Not this one.",
            acts=[
                assessment_pb2.MatterAct(because="It is right.", acted_at=AT),
                assessment_pb2.MatterAct(because="Not this one."),
            ],
        ),
    ],
    access_requests=[
        assessment_pb2.AccessRequest(access_request_id="a-1", about="All files.", recorded_at=AT),
        assessment_pb2.AccessRequest(
            access_request_id="a-2",
            about="Not this one.",
            acts=[assessment_pb2.MatterAct(because="Four files.", acted_at=AT)],
        ),
    ],
    plans=[
        planning_pb2.Plan(
            version=2,
            lines=[
                planning_pb2.SpendLine(line_id="choir", necessary_override=True),
                planning_pb2.SpendLine(line_id="meals"),
            ],
        )
    ],
    approvals=[
        Approval(version=1, because="The evenings are missing."),
        Approval(
            version=2,
            because="It does what she wants.",
            judgements=[Judgement(rule="LEGAL-4", about="choir", because="It is a bus fare.")],
        ),
    ],
    spending=[
        review_pb2.Spending(
            judgements=[
                review_pb2.JudgedSpend(because="Of another day."),
                review_pb2.JudgedSpend(because="There is no bill.", judged_at=AT),
            ]
        ),
        review_pb2.Spending(spend_id="spend-2", corrects="spend-1", because="The point was missing."),
    ],
    review_calls=[
        review_pb2.ReviewCall(because="Of another day."),
        review_pb2.ReviewCall(because="The evenings.", called_at=AT),
    ],
    reviews=[
        review_pb2.Review(
            round=3,
            how_it_worked="Well.",
            achieved={"home_safe": review_pb2.ACHIEVED_NO, "community": review_pb2.ACHIEVED_YES},
            money_used_properly=False,
        )
    ],
)


def happened(payload: Payload, position: int = 1) -> Event:
    """An event of the moment of the records."""
    return Event(position=position, type=payload.TYPE, actor="amy", payload=payload.as_json(), occurred_at=AT)


GIVEN = [
    (events.UrgentSupportRecorded(["nutrition"], "9.00", "2026-06-01"), ["because: Nobody cooks."]),
    (
        events.DeterminationConfirmed(1, "d-2", eligible=True, needs=[], assessed_by=["amy"]),
        ["because: As seen at home."],
    ),
    (events.AdviceGiven(1), ["written reasons: One need.", "advice: The club.", "how to ask again: Ring us."]),
    (
        events.ComplaintRecorded("c-1", "2026-05-05", "spoken", "person", "2026-05-08", "2026-11-04"),
        ["about: Visits.", "taken although it was late: In hospital."],
    ),
    (events.ComplaintExtended("c-2", "2026-05-05", "2026-12-24"), ["because: It is right."]),
    (events.ComplaintDelayExplained("c-2", "2026-05-05"), ["because: It is right."]),
    (events.ComplaintAnswered("c-2", "2026-05-05", "upheld"), ["because: It is right."]),
    (events.ComplaintWithdrawn("c-2", "2026-05-05"), ["because: It is right."]),
    (
        events.AccessRequestRecorded("a-1", "2026-05-05", "written", "person", "2026-06-05"),
        ["about: All files."],
    ),
    (events.AccessRequestExtended("a-2", "2026-05-05", "2026-08-05"), ["because: Four files."]),
    (events.AccessRequestAnswered("a-2", "2026-05-05", "given_in_part"), ["because: Four files."]),
    (events.AccessRequestWithdrawn("a-2", "2026-05-05"), ["because: Four files."]),
    (events.PlanSubmitted(2, "9.00", ""), [f"line choir: {OVERRIDE}"]),
    (
        events.PlanApproved(2, "9.00", "L0"),
        ["because: It does what she wants.", "judged LEGAL-4, choir: It is a bus fare."],
    ),
    (events.PlanReturned(1, []), ["because: The evenings are missing."]),
    (events.SpendJudged(3, "spend-1", "l1", "12.50", "not_agreed"), ["because: There is no bill."]),
    (
        events.SpendCorrected(
            3, "spend-2", "spend-1", "l1", "1.25", "2026-05-05", "l1", "12.50", "2026-05-05", verdict="met"
        ),
        ["because: The point was missing."],
    ),
    (events.ReviewRequested(3), ["because: The evenings."]),
    (
        events.ReviewCompleted(3, "continue"),
        ["how it worked: Well.", "achieved: community yes, home safe no; money used as the plan says: no"],
    ),
]


@pytest.mark.parametrize(("payload", "reasons"), GIVEN, ids=lambda value: getattr(value, "TYPE", ""))
def test_the_reasons_of_an_event_are_those_of_its_own_record(payload: Payload, reasons: list[str]) -> None:
    """Of the same moment, round, version or determination, and of no other; and the explanation shows each."""
    event = happened(payload)
    found = reasons_by_event(RECORDS, [event])
    assert found == {1: reasons}
    console = Console(width=200, record=True, file=StringIO())
    case = DecidedCase("case-1", [event], [], found, {})
    console.print(explanation(case, words_of(Settings()), verbose=False))
    explained = console.export_text()
    assert [reason for reason in reasons if reason not in explained] == []


def test_every_event_with_reasons_is_in_these_tests() -> None:
    """A new one must be told here too."""
    assert {payload.TYPE for payload, _ in GIVEN} == REASONS.keys()


def test_an_event_whose_record_gives_no_reason_has_none() -> None:
    """A record of before, or one that is newer than what was read, leaves nothing empty on the page."""
    assert reasons_by_event(CaseRecords(), [happened(payload) for payload, _ in GIVEN]) == {}


def test_a_long_reason_is_cut_unless_all_is_asked_for() -> None:
    """A brief page shows its beginning, the timeline leaves it out; -v has all of it, in one line."""
    long = "We looked at it together.\n" * 20
    event = happened(events.ReviewRequested(3))
    case = DecidedCase("case-1", [event], [], {1: [f"because: {long}"]}, {})
    history = CaseHistory("A case", "case-1", [event], reasons={1: [f"because: {long}"]})

    def printed(*, verbose: bool) -> tuple[str, str]:
        pages: list[str] = []
        for page in (
            explanation(case, words_of(Settings()), verbose=verbose),
            timeline(history, words_of(Settings()), verbose=verbose),
        ):
            console = Console(width=2000, record=True, file=StringIO())
            console.print(page)
            pages.append(console.export_text())
        return pages[0], pages[1]

    explained, told = printed(verbose=False)
    assert "because: We looked at it together. We looked" in explained
    assert "…" in explained
    assert "We looked" not in told
    whole = "because: " + " ".join(long.split())
    assert all(whole in page for page in printed(verbose=True))


def test_a_proposal_after_which_another_came_is_told_in_short() -> None:
    """A brief page says why the last one of a round was proposed, and of those before it that there are more."""
    proposals = [
        happened(events.DeterminationProposed(1, "d-1", "not_enough_information"), 1),
        happened(events.DeterminationProposed(1, "d-2", "met"), 2),
        happened(events.DeterminationConfirmed(1, "d-2", eligible=True, needs=[], assessed_by=["amy"]), 3),
        happened(events.DeterminationProposed(2, "d-3", "met"), 4),
    ]
    console = Console(width=200, record=True, file=StringIO())
    case = DecidedCase("case-1", proposals, [], {}, {})
    console.print(explanation(case, words_of(Settings()), verbose=False))
    told = console.export_text()
    assert told.count("another proposal followed") == 1
    console.print(explanation(case, words_of(Settings()), verbose=True))
    assert "another proposal followed" not in console.export_text()


def test_a_short_reason_follows_its_event_in_the_timeline() -> None:
    """In the same line."""
    event = happened(events.ReviewRequested(3))
    history = CaseHistory("A case", "case-1", [event], reasons=reasons_by_event(RECORDS, [event]))
    console = Console(width=120, record=True, file=StringIO())
    console.print(timeline(history, words_of(Settings()), verbose=False))
    assert "review asked for (s.27(1)(b)); because: The evenings." in console.export_text()


def test_why_another_case_was_opened_is_told_in_the_timeline() -> None:
    """Beside what was opened."""
    event = happened(events.CaseOpened("adult", "2026-07-01", another_because="Moved within the town."))
    event.occurred_at.FromDatetime(clock.now())
    console = Console(width=200, record=True, file=StringIO())
    console.print(timeline(CaseHistory("A case", "case-1", [event]), words_of(Settings()), verbose=False))
    assert "case opened: adult; another one, because: Moved within the town." in console.export_text()
