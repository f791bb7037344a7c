"""What `case show` says of the ways into a case's assessments, from its events."""

import pytest

from sevensteps import events as told
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.ways_in import lines_of, ways_in_as_json
from sevensteps.events import Payload


def feed(*payloads: Payload) -> list[Event]:
    """Events as the feed has them."""
    return [Event(type=each.TYPE, payload=each.as_json()) for each in payloads]


BEGUN = told.AnswersBegun(1, "answers-1", "needs", "self_assessment")
SAVED = told.AnswersSaved(1, "answers-1", 22)
SUBMITTED = told.AnswersSubmitted(1, "answers-1", 22, 9)
SHOWN = told.AnswersShown(1, "answers-1", "amy", "2026-06-01")
VIEWED = told.AnswersViewed(1, "answers-1", 20, 2)
COMBINED = told.AssessmentsCombined("combined-1", "case-2")
WITHDRAWN = told.ConsentWithdrawn("combined-1", "case-2", "2026-06-02")
ABOUT = "self assessment, questionnaire needs, round 1: "


@pytest.mark.parametrize(
    ("events", "lines"),
    [
        ([], []),
        ([BEGUN, SAVED], [f"{ABOUT}22 answered, not submitted"]),
        ([BEGUN, SAVED, SUBMITTED], [f"{ABOUT}22 answered, 9 not; shown to nobody yet"]),
        ([BEGUN, SUBMITTED, SHOWN], [f"{ABOUT}22 answered, shown to amy"]),
        ([BEGUN, SUBMITTED, SHOWN, VIEWED], [f"{ABOUT}22 answered, amy agrees with 20 and differs on 2"]),
        ([COMBINED], ["combined with the assessment of case-2, as both agree"]),
        ([COMBINED, WITHDRAWN], []),
    ],
)
def test_each_set_of_answers_has_a_line(events: list[Payload], lines: list[str]) -> None:
    """How far it is, who viewed it, and with whom it is combined while both agree."""
    assert list(lines_of(feed(*events))) == lines


def test_programs_get_the_same() -> None:
    """By names that do not change."""
    shown = ways_in_as_json(feed(BEGUN, SUBMITTED, SHOWN, VIEWED, COMBINED))
    assert shown["combined_with"] == "case-2"
    [answers] = shown["answers"] if isinstance(shown["answers"], list) else []
    assert isinstance(answers, dict)
    assert (answers["state"], answers["practitioner"], answers["differs"]) == ("viewed", "amy", 2)
