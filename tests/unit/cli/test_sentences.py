"""Events and deadlines in plain words."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import get_type_hints

import pytest

from sevensteps import events
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.sentences import event_in_words, waiting_in_words
from sevensteps.cli.case_view.status import status_from_events
from sevensteps.events import PAYLOADS, Payload
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor

SAMPLES = {int: 1, bool: True, list[str]: ["nutrition", "home_safe"]}


def _event(payload: Payload, position: int = 1) -> Event:
    event = Event(position=position, type=payload.TYPE, case_id="case-1", payload=payload.as_json())
    event.occurred_at.FromDatetime(datetime(2026, 6, 1, tzinfo=UTC))
    return event


@pytest.mark.parametrize("kind", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_every_kind_of_event_has_its_sentence(kind: type[Payload]) -> None:
    """No event is shown by its type alone, and a sentence uses only fields that the event has."""
    types = get_type_hints(kind)
    payload = kind(**{field.name: SAMPLES.get(types[field.name], "word") for field in fields(kind)})
    assert event_in_words(_event(payload)) != kind.TYPE


def test_an_event_that_is_newer_than_this_program_is_shown_by_its_type() -> None:
    """An older command line can look at a newer suite."""
    assert event_in_words(Event(type="plan.praised.v1", payload="{}")) == "plan.praised.v1"


def test_dates_lists_and_enums_are_written_as_people_write_them() -> None:
    """No underscores, no ISO dates."""
    urgent = events.UrgentSupportRecorded(needs=["nutrition", "home_safe"], weekly="240.00", starts_on="2026-06-01")
    assert (
        event_in_words(_event(urgent))
        == "urgent support for nutrition, home safe (s.19(3)): £240.00 a week from 1 June 2026"
    )


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
