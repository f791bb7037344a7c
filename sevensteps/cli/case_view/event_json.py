"""An event as one line of JSON, for programs that read the output of the command line."""

import json
from datetime import UTC, datetime

from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import Event


def event_json(event: Event) -> str:
    """An event as the feed has it, with its payload as an object."""
    return json.dumps(
        {
            "position": event.position,
            "event_id": event.event_id,
            "type": event.type,
            "case_id": event.case_id,
            "council": event.council,
            "source": event.source,
            "occurred_at": clock.as_text(at) if (at := time_of(event)) else None,
            "actor": event.actor,
            "payload": json.loads(event.payload),
        },
        ensure_ascii=False,
    )


def time_of(event: Event) -> datetime | None:
    """When an event happened; None for a time that no clock shows. Version 0.1.0 has stored such."""
    try:
        return event.occurred_at.ToDatetime(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
