"""Whether the feed and the records of every service agree."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

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
    LifeOpened.TYPE: ("review", "SELECT case_id, round FROM lives", ("round",)),
    SpendRecorded.TYPE: ("review", "SELECT case_id, round, amount FROM spending", ("round", "amount")),
    ReviewRequested.TYPE: ("review", "SELECT case_id, round FROM calls WHERE trigger = ''", ("round",)),
    ReviewOpened.TYPE: ("review", "SELECT case_id, round FROM lives WHERE reason IS NOT NULL", ("round",)),
    ReviewCompleted.TYPE: ("review", "SELECT case_id, round, outcome FROM reviews", ("round", "outcome")),
}
"""For each type of event: the service, a query of its records, and the fields of the payload that must be the same."""


Rows: TypeAlias = Callable[[str, str], Sequence[Any]]
"""The rows that a query finds in the records of a service."""
EVENTS = ("feed", "SELECT position, event FROM events ORDER BY position")
OUTBOXES = tuple((service, "SELECT type FROM outbox") for service in ("assessment", "planning", "approval", "review"))
QUERIES = (EVENTS, *OUTBOXES, *(read[:2] for read in RECORDS.values()))
"""Everything that is read here: the service, and the query."""


def in_files(data: Path) -> Rows:
    """The records in the SQLite files of a data folder."""

    def rows(service: str, query: str) -> Sequence[Any]:
        with closing(sqlite3.connect(data / f"{service}.db")) as connection:
            return connection.execute(query).fetchall()

    return rows


def events_of(rows: Rows) -> list[Event]:
    """Every event of the feed."""
    events = []
    for position, stored in rows(*EVENTS):
        event = Event.FromString(stored)
        event.position = position
        events.append(event)
    return events


def disagreements(rows: Rows) -> Iterator[str]:
    """Everything that does not agree, in words."""
    events = events_of(rows)
    positions = [event.position for event in events]
    if positions != list(range(1, len(events) + 1)):
        yield f"the feed's positions are not dense: {positions}"
    for event_id, times in Counter(event.event_id for event in events).items():
        if times > 1:
            yield f"event {event_id} is in the feed {times} times"
    for service, query in OUTBOXES:
        if waiting := list(rows(service, query)):
            yield f"{service} still has events in its outbox: {waiting}"
    for kind, (service, query, names) in RECORDS.items():
        in_feed = Counter(_fields_of(events, kind, names))
        stored = Counter(tuple(row) for row in rows(service, query))
        if in_feed != stored:
            yield f"{kind}: the feed alone has {in_feed - stored}, {service} alone has {stored - in_feed}"


def _fields_of(events: Iterable[Event], kind: str, names: Iterable[str]) -> Iterator[tuple[object, ...]]:
    for event in events:
        if event.type == kind:
            payload = json.loads(event.payload)
            yield (event.case_id, *(payload[name] for name in names))
