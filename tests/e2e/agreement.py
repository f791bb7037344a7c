"""Whether everything that the suite has stored tells the same story: the feed and every service's records."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.events import (
    AdviceGiven,
    CaseEnded,
    CaseOpened,
    DeterminationConfirmed,
    IndicativeBudgetGiven,
    LifeOpened,
    MoneyArranged,
    MoneyOpened,
    PlanApproved,
    PlanChecked,
    PlanOpened,
    PlanReturned,
    PlanSubmitted,
    ReviewCompleted,
    ReviewOpened,
    ReviewRequested,
    SpendRecorded,
    SupportArranged,
    SupportOpened,
)

RECORDS = {
    CaseOpened.TYPE: ("assessment", "SELECT case_id, kind FROM cases", ("kind",)),
    CaseEnded.TYPE: ("assessment", "SELECT case_id, ending FROM cases WHERE ending <> ''", ("ending",)),
    DeterminationConfirmed.TYPE: (
        "assessment",
        "SELECT case_id, round, determination_id FROM determinations WHERE confirmed_by <> ''",
        ("round", "determination_id"),
    ),
    IndicativeBudgetGiven.TYPE: (
        "assessment",
        "SELECT case_id, round, weekly FROM indicative_budgets",
        ("round", "weekly"),
    ),
    AdviceGiven.TYPE: ("assessment", "SELECT case_id, round FROM advice", ("round",)),
    PlanOpened.TYPE: (
        "planning",
        "SELECT case_id, plan_version FROM openings WHERE stage = 'plan_made'",
        ("version",),
    ),
    PlanSubmitted.TYPE: ("planning", "SELECT case_id, version FROM plans WHERE submitted", ("version",)),
    MoneyOpened.TYPE: (
        "planning",
        "SELECT case_id, plan_version FROM openings WHERE stage = 'money_organised'",
        ("version",),
    ),
    MoneyArranged.TYPE: (
        "planning",
        "SELECT case_id, arrangement_id, weekly FROM money_arrangements",
        ("arrangement_id", "weekly"),
    ),
    SupportOpened.TYPE: (
        "planning",
        "SELECT case_id, plan_version FROM openings WHERE stage = 'support_organised'",
        ("version",),
    ),
    SupportArranged.TYPE: (
        "planning",
        "SELECT case_id, arrangement_id FROM support_arrangements",
        ("arrangement_id",),
    ),
    PlanChecked.TYPE: ("approval", "SELECT case_id, version FROM approvals", ("version",)),
    PlanApproved.TYPE: (
        "approval",
        "SELECT case_id, version, personal_budget FROM approvals WHERE state = 'approved'",
        ("version", "personal_budget_weekly"),
    ),
    PlanReturned.TYPE: ("approval", "SELECT case_id, version FROM approvals WHERE state = 'returned'", ("version",)),
    LifeOpened.TYPE: ("review", "SELECT case_id, round, review_due FROM lives", ("round", "review_due")),
    SpendRecorded.TYPE: ("review", "SELECT case_id, round, amount FROM spending", ("round", "amount")),
    ReviewRequested.TYPE: ("review", "SELECT case_id, round FROM calls WHERE trigger = ''", ("round",)),
    ReviewOpened.TYPE: ("review", "SELECT case_id, round FROM lives WHERE reason IS NOT NULL", ("round",)),
    ReviewCompleted.TYPE: ("review", "SELECT case_id, round, outcome FROM reviews", ("round", "outcome")),
}
"""For each kind of event: the service, what its records say, and the parts of the payload that say the same."""


def events_of(data: Path) -> list[Event]:
    """Every event of the feed, straight from its file."""
    rows = _rows(data, "feed", "SELECT position, event FROM events ORDER BY position")
    events = []
    for position, stored in rows:
        event = Event.FromString(stored)
        event.position = position
        events.append(event)
    return events


def disagreements(data: Path) -> Iterator[str]:
    """What does not fit together, in words; nothing where all is well."""
    events = events_of(data)
    positions = [event.position for event in events]
    if positions != list(range(1, len(events) + 1)):
        yield f"the feed's positions are not dense: {positions}"
    for event_id, times in Counter(event.event_id for event in events).items():
        if times > 1:
            yield f"event {event_id} stands in the feed {times} times"
    for service in ("assessment", "planning", "approval", "review"):
        waiting = list(_rows(data, service, "SELECT type FROM outbox"))
        if waiting:
            yield f"{service} still has events in its outbox: {waiting}"
    for kind, (service, query, names) in RECORDS.items():
        told = Counter(_told(events, kind, names))
        stored = Counter(tuple(row) for row in _rows(data, service, query))
        if told != stored:
            yield f"{kind}: the feed alone has {told - stored}, {service} alone has {stored - told}"


def _told(events: Iterable[Event], kind: str, names: Iterable[str]) -> Iterator[tuple[object, ...]]:
    for event in events:
        if event.type == kind:
            payload = json.loads(event.payload)
            yield (event.case_id, *(payload[name] for name in names))


def _rows(data: Path, service: str, query: str) -> Iterator[Any]:
    with closing(sqlite3.connect(data / f"{service}.db")) as connection:
        yield from connection.execute(query)
