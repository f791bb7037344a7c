"""Events and deadlines in plain words."""

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import get_type_hints

import pytest

from services.operations.domain.finding import NOT_STUCK, StuckKind
from sevensteps import events
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.sentences import STUCK, event_in_words
from sevensteps.case_history.waiting import waiting_in_words
from sevensteps.case_history.words import Words, words_of
from sevensteps.cli.case_view.status import status_from_events
from sevensteps.config import Settings
from sevensteps.events import PAYLOADS, Payload
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor

WORDS = words_of(Settings())
SAMPLES = {int: 1, bool: True, list[str]: ["nutrition", "home_safe"]}


def _event(payload: Payload, position: int = 1) -> Event:
    event = Event(
        position=position, type=payload.TYPE, case_id="case-1", council="example-council", payload=payload.as_json()
    )
    event.occurred_at.FromDatetime(datetime(2026, 6, 1, tzinfo=UTC))
    return event


@pytest.mark.parametrize("kind", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_every_kind_of_event_has_its_sentence(kind: type[Payload]) -> None:
    """No event is shown by its type alone, and a sentence uses only fields that the event has."""
    types = get_type_hints(kind)
    payload = kind(**{field.name: SAMPLES.get(types[field.name], "word") for field in fields(kind)})
    assert event_in_words(_event(payload), WORDS) != kind.TYPE


def test_an_event_that_is_newer_than_this_program_is_shown_by_its_type() -> None:
    """An older command line can look at a newer suite."""
    assert event_in_words(Event(type="plan.praised.v1", payload="{}"), WORDS) == "plan.praised.v1"


def test_dates_lists_and_enums_are_written_as_people_write_them() -> None:
    """No underscores, no ISO dates."""
    urgent = events.UrgentSupportRecorded(needs=["nutrition", "home_safe"], weekly="240.00", starts_on="2026-06-01")
    assert (
        event_in_words(_event(urgent), WORDS)
        == "urgent support for nutrition, home safe (s.19(3)): £240.00 a week from 1 June 2026"
    )


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("met", "advocacy considered (s.67): duty to arrange an advocate"),
        ("not_met", "advocacy considered (s.67): no duty to arrange an advocate"),
        ("unheard_of", "advocacy considered (s.67): unheard of"),
    ],
)
def test_a_verdict_is_told_in_the_words_of_the_question(verdict: str, told: str) -> None:
    """A duty that is "not met" would read as a breach; a verdict newer than this program is told by its name."""
    assert event_in_words(_event(events.AdvocacyConsidered(verdict)), WORDS) == told


def test_each_check_of_a_plan_has_words_of_its_own() -> None:
    """Safe, legal, meets the needs, money is enough: what a reader asks."""
    checked = events.PlanChecked(1, "not_met", "met", "not_met", "needs_judgement", "not_enough_information", "L1", "")
    assert event_in_words(_event(checked), WORDS) == (
        "plan version 1 checked: safe, not legal, needs met or not is for a person to judge, "
        "not known whether the money is enough; level of authority L1"
    )


def test_where_the_pack_is_not_here_verdicts_are_told_plainly() -> None:
    """A command can look at a suite whose packs are on another machine."""
    elsewhere = Words(Path("/nowhere"), "nowhere")
    assert event_in_words(_event(events.AdvocacyConsidered("not_met")), elsewhere).endswith(": not met")


def test_each_way_of_being_stuck_has_words_of_its_own() -> None:
    """What is told by an event; a way that is newer than this program is told by its name."""
    assert STUCK.keys() == {kind.value for kind in set(StuckKind) - NOT_STUCK}
    stuck = events.CaseStuck("parked", "parked/OpenPlan/PACK_REFUSED", "system", "2026-06-01T09:30:00.000Z")
    assert event_in_words(_event(stuck), WORDS) == "stuck: a service has refused what the journey asked for"
    mended = events.CaseUnstuck("lost_in_space", "lost_in_space", stuck.since, stuck.since)
    assert event_in_words(_event(mended), WORDS) == "no longer stuck by this: lost in space"


def test_amounts_have_commas_and_long_lists_are_folded() -> None:
    """£1,240.50 is read at a glance, and so are five needs; -v has the others."""
    needs = [f"need_{number}" for number in range(1, 8)]
    urgent = _event(events.UrgentSupportRecorded(needs=needs, weekly="1240.50", starts_on="2026-06-01"))
    assert event_in_words(urgent, WORDS, verbose=False) == (
        "urgent support for need 1, need 2, need 3, need 4, need 5 … and 2 more; -v shows all (s.19(3)): "
        "£1,240.50 a week from 1 June 2026"
    )
    assert "need 7" in event_in_words(urgent, WORDS)


def test_a_date_that_the_law_sets_is_marked() -> None:
    """A hold moves a date of practice and never one of law, so the reader must see which it is."""
    life = events.LifeOpened(round=1, plan_version=1, review_due="2026-12-01", due_kind="hard", rule="R4")
    assert waiting_in_words(_event(life)).endswith("until 1 December 2026 (law)")


def test_what_is_waited_for_after_a_determination_depends_on_it() -> None:
    """A person who is eligible gets a budget; one who is not gets reasons and advice."""
    eligible = events.DeterminationConfirmed(1, "d", eligible=True, needs=["hygiene"], assessed_by=["amy"])
    not_eligible = events.DeterminationConfirmed(1, "d", eligible=False, needs=[], assessed_by=["amy"])
    assert "indicative budget" in waiting_in_words(_event(eligible))
    assert "advice" in waiting_in_words(_event(not_eligible))


def test_where_a_case_stands_can_be_read_from_its_events() -> None:
    """Where no journey answers: the last step opened with its date, and what the case waits for now, holds aside."""
    status = status_from_events(
        [
            _event(events.CaseOpened(kind="adult", due_on="2026-06-29"), 1),
            _event(events.DeterminationConfirmed(1, "d", eligible=True, needs=["hygiene"], assessed_by=["amy"]), 2),
            _event(events.HoldPlaced(reason="hospital"), 3),
        ]
    )
    assert status is not None
    assert (status.stage, status.waiting_for) == (Stage.MONEY_FOUND, WaitingFor.INDICATIVE_BUDGET)
    assert status.until == "29 June 2026"
    assert status_from_events([]) is None


@pytest.mark.parametrize(
    ("amount", "verdict", "told"),
    [
        ("12.50", "met", "£12.50 spent on line l1, on 1 June 2026: in line with the plan"),
        ("1900.00", "needs_judgement", "£1,900.00 spent on line l1, on 1 June 2026: for a person to judge"),
        ("-12.50", "met", "£12.50 came back to line l1, on 1 June 2026: in line with the plan"),
        (
            "12.50",
            "",
            "£12.50 spent on line l1, on 1 June 2026: not checked, because what the plan says was not recorded then",
        ),
    ],
)
def test_spending_says_whether_it_is_in_line_with_the_plan(amount: str, verdict: str, told: str) -> None:
    """Or that somebody has to judge it; what came back is no negative spending."""
    assert event_in_words(_event(events.SpendRecorded(1, "l1", amount, "2026-06-01", verdict)), WORDS) == told


@pytest.mark.parametrize(
    ("amount", "judgement", "told"),
    [
        ("1900.00", "agreed", "judged: £1,900.00 spent on line l1 is agreed"),
        ("-12.50", "not_agreed", "judged: £12.50 that came back to line l1 is not agreed"),
    ],
)
def test_a_judgement_on_spending_is_told(amount: str, judgement: str, told: str) -> None:
    """On what was spent, or on what came back."""
    assert event_in_words(_event(events.SpendJudged(1, "spend-1", "l1", amount, judgement)), WORDS) == told


def test_a_correction_of_spending_tells_what_was_and_what_is() -> None:
    """With what the rules say of it, and days and amounts as people write them."""
    right = events.SpendCorrected(
        1, "spend-2", "spend-1", "club", "50.00", "2026-06-02", "l1", "5000.00", "2026-06-01", "met"
    )
    told = event_in_words(_event(right), WORDS)
    assert told.startswith(
        "spending corrected: £50.00 on line club, on 2 June 2026, and not £5,000.00 on line l1, on 1 June 2026: "
    )


def test_a_review_says_what_the_law_wants() -> None:
    """What is called for, and the next one; the earlier of two dates is the one that it waits for."""
    triggered = events.ReviewTriggered(1, "misuse", "2026-06-01")
    assert event_in_words(_event(triggered), WORDS) == "review called for: misuse; by law it is due by 1 June 2026"
    changed = events.ReviewCompleted(1, "change_plan", "2027-06-01")
    assert event_in_words(_event(changed), WORDS).endswith("; by law the next one is due by 1 June 2027")
    assert event_in_words(_event(events.ReviewTriggered(1, "hospital")), WORDS) == "review called for: hospital"
    for law_due, told in (("2026-06-02", "2 June 2026 (law)"), ("", "28 June 2026"), ("2027-01-01", "28 June 2026")):
        opened = events.ReviewOpened(1, "triggered", "2026-06-28", law_due)
        assert waiting_in_words(_event(opened)).endswith(f"until {told}")


def test_a_determination_that_departs_says_so_and_why() -> None:
    """What was proposed, which outcomes were judged otherwise, and every reason, also that about the duty."""
    confirmed = events.DeterminationConfirmed(
        1,
        "d",
        eligible=True,
        needs=["hygiene", "toilet"],
        assessed_by=["amy"],
        duty="needs_judgement",
        duty_because="She stays with her son.",
        unable=["toilet"],
        able=["home_safe"],
        departures_because=["toilet: Only with help.", "home_safe: A rail was fitted."],
        proposed="met",
        proposed_needs=["hygiene", "home_safe"],
    )
    assert event_in_words(_event(confirmed), WORDS) == (
        "determination confirmed (s.13); eligible needs: hygiene, toilet; "
        "departs from the proposal (eligible needs: hygiene, home safe): toilet unable, home safe able; "
        "because: toilet: Only with help.; home_safe: A rail was fitted.; She stays with her son."
    )


def test_what_is_owed_in_writing_is_told_with_the_determination_and_when_it_is_late() -> None:
    """By when, and that it is not given: by its own name, and not as the step's date."""
    confirmed = events.DeterminationConfirmed(
        1, "d", eligible=False, needs=[], assessed_by=["amy"], record_due="2026-12-04", advice_due="2026-12-07"
    )
    assert event_in_words(_event(confirmed), WORDS).endswith(
        "; in writing by 4 December 2026; advice by 7 December 2026"
    )
    late = events.StepOverdue("money_found", 1, "2026-12-04", "hard", "written_record")
    assert event_in_words(_event(late), WORDS) == (
        "the written record of the determination (s.13(2)) was due on 4 December 2026, and is not given"
    )


def test_which_date_of_a_complaint_has_passed_is_told() -> None:
    """The acknowledgement and the answer have a date each."""
    told = [
        event_in_words(_event(events.ComplaintOverdue("complaint-1", name, "2026-12-04")), WORDS)
        for name in ("complaint_acknowledged", "complaint_answered")
    ]
    assert told == [
        "complaint-1 was to be acknowledged by 4 December 2026, and is not",
        "complaint-1 was to be answered by 4 December 2026, and is not",
    ]
