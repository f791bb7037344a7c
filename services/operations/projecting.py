"""Taking the rows of cases further, event by event."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC

import sqlalchemy as sa

from services.operations import law_dates, store
from services.operations.domain import ended_dates
from services.operations.domain.ended_dates import EndedDate
from services.operations.domain.standing import Standing
from services.operations.store import Progress
from sevensteps import clock, log
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.deadlines import Moment
from sevensteps.events import PAYLOADS, CaseOpened, Payload, ReviewCompleted

VERSION = 2
"""Of what rows are made of. A release that makes them otherwise has another one: then all of them are made anew."""
REVIEWED = ReviewCompleted.TYPE
"""Ends a date, and may set the same one again."""
UNREADABLE = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)


def project(connection: sa.Connection, before: Progress, events: Sequence[Event], reached: Progress) -> bool:
    """Take in some events, and note how far that is. False where another instance has done so: then nothing changes."""
    if not store.note(connection, before, reached):
        return False
    known = store.standings(connection, {event.case_id for event in events})
    changed: dict[str, Standing] = {}
    ended: law_dates.Ended = Counter()
    for event in events:
        at = changed.get(event.case_id) or known.get(event.case_id)
        if standing := after(at, event):
            changed[event.case_id] = standing
            ended.update(ended_by(event, at, standing))
    store.put(connection, list(changed.values()))
    law_dates.put(connection, ((_clocks(known.get(each.case_id)), each) for each in changed.values()))
    law_dates.add_ended(connection, ended)
    return True


def ended_by(event: Event, before: Standing | None, now: Standing) -> Sequence[tuple[str, EndedDate]]:
    """The dates of law that an event has ended, each with its council. One that was taken in before ends none."""
    if before is None or before.heard == now.heard or (before.clocks == now.clocks and event.type != REVIEWED):
        return ()
    try:
        payload = _payload_of(event)
        day = clock.uk_day(event.occurred_at.ToDatetime(tzinfo=UTC))
        found = ended_dates.ended(before.clocks, now.clocks, payload, day) if payload else ()
        return [(now.council, each) for each in found]
    except UNREADABLE:
        log.get().error("event cannot be read", position=event.position, case_id=event.case_id, exc_info=True)
        return ()


def _clocks(standing: Standing | None) -> Mapping[str, str]:
    return standing.clocks if standing else {}


def after(standing: Standing | None, event: Event) -> Standing | None:
    """Where a case stands after an event; None where nothing of it is known.

    That is so of an event before which others were dropped. One that this version cannot read changes nothing: the
    relay parks its case, which is seen by that.
    """
    try:
        payload = _payload_of(event)
        moment = Moment(event.position, clock.as_text(event.occurred_at.ToDatetime(tzinfo=UTC)))
        if standing is None:
            if isinstance(payload, CaseOpened):
                return Standing.begin(event.case_id, event.council, moment, payload)
            return None
        if payload is None:
            return replace(standing, heard=max(standing.heard, event.position))
        return standing.after(moment, payload)
    except UNREADABLE:
        log.get().error("event cannot be read", position=event.position, case_id=event.case_id, exc_info=True)
        return standing


def _payload_of(event: Event) -> Payload | None:
    """What an event says; None where a newer service has sent it."""
    kind = PAYLOADS.get(event.type)
    return kind.of(event.payload) if kind else None
