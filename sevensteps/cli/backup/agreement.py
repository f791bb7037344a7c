"""Whether the feed and the records of every service tell the same story, as they are stored."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.backup.stores import Row, Stores
from sevensteps.config import DECIDING_SERVICES
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
    SpendCorrected,
    SpendRecorded,
    SupportArranged,
    SupportOpened,
)

RECORDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
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
    SpendRecorded.TYPE: (
        "review",
        "SELECT case_id, round, amount FROM spending WHERE corrects IS NULL",
        ("round", "amount"),
    ),
    SpendCorrected.TYPE: (
        "review",
        "SELECT case_id, spend_id, corrects, amount FROM spending WHERE corrects IS NOT NULL",
        ("spend_id", "corrects", "amount"),
    ),
    ReviewRequested.TYPE: ("review", "SELECT case_id, round FROM calls WHERE trigger = ''", ("round",)),
    ReviewOpened.TYPE: ("review", "SELECT case_id, round FROM lives WHERE reason IS NOT NULL", ("round",)),
    ReviewCompleted.TYPE: ("review", "SELECT case_id, round, outcome FROM reviews", ("round", "outcome")),
}
"""For each type of event: the service, a query of its records, and the fields of the payload that must be the same."""
SHOWN = 3
"""How many of the differences of one type are named."""


def disagreements(stores: Stores) -> Iterator[str]:
    """Everything that does not agree, in words.

    An event that waits in an outbox counts as told: the feed gets it when the service runs. Of a case whose events the
    feed has dropped, nothing is compared.
    """
    yield from _of_positions(stores)
    waiting = _waiting(stores)
    yield from _of_waiting(stores, waiting)
    dropped = {case_id for (case_id,) in stores.rows("feed", "SELECT case_id FROM ended_cases")}
    for kind, (service, query, names) in RECORDS.items():
        told = Counter(fields for fields in _told(stores, waiting, kind, names) if fields[0] not in dropped)
        stored = Counter(row for row in stores.rows(service, query) if row[0] not in dropped)
        for which, ones in (("the feed", told - stored), (service, stored - told)):
            if ones:
                named = ", ".join(str(fields[0]) for fields in list(ones)[:SHOWN])
                yield f"{kind}: {which} alone has {ones.total():,}, such as of {named}"


def _of_positions(stores: Stores) -> Iterator[str]:
    """What the feed holds, held to what it says of itself: it has every position from its earliest on."""
    [(earliest, last)] = stores.rows("feed", "SELECT earliest, last FROM head")
    [(count,)] = stores.rows("feed", f"SELECT count(*) FROM events WHERE position >= {earliest}")  # noqa: S608 - a number
    [(beyond,)] = stores.rows("feed", f"SELECT count(*) FROM events WHERE position > {last}")  # noqa: S608 - a number
    if not (isinstance(earliest, int) and isinstance(last, int)) or count != last - earliest + 1 or beyond:
        yield f"the feed has {count} events from position {earliest} on, and says that it ends at {last}"


def _waiting(stores: Stores) -> dict[str, Row]:
    """The events in all outboxes, by id: their type, case and payload."""
    query = "SELECT event_id, type, case_id, payload FROM outbox"
    return {str(row[0]): row[1:] for service in DECIDING_SERVICES for row in stores.rows(service, query)}


def _of_waiting(stores: Stores, waiting: dict[str, Row]) -> Iterator[str]:
    """Leave out what the feed has already; say where it has something else under the same id."""
    for event_id in [*waiting]:
        type_, case_id, _ = waiting[event_id]
        query = f"SELECT type, case_id FROM events WHERE event_id = '{event_id}'"  # noqa: S608 - a UUID of a service
        for there in stores.rows("feed", query):
            del waiting[event_id]
            if there != (type_, case_id):
                yield f"event {event_id} is a {type_} of {case_id} in an outbox, and another one in the feed"


def _told(stores: Stores, waiting: Mapping[str, Row], kind: str, names: tuple[str, ...]) -> Iterator[Row]:
    """The fields of each event of a type: those in the feed, then those that wait."""
    for (content,) in stores.rows("feed", f"SELECT event FROM events WHERE type = '{kind}'"):  # noqa: S608 - ours
        if isinstance(content, bytes):
            event = Event.FromString(content)
            yield _fields(event.case_id, event.payload, names)
    for type_, case_id, payload in waiting.values():
        if type_ == kind:
            yield _fields(str(case_id), str(payload), names)


def _fields(case_id: str, payload: str, names: tuple[str, ...]) -> Row:
    said = json.loads(payload)
    return (case_id, *(said[name] for name in names))
