"""One case: where it stands, what is stuck of it, what has happened, what was decided and why, money and reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from starlette.responses import Response

from console import freshness, words
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.told_events import told_event
from sevensteps.errors import Fault, Kind

EVENTS, DECISIONS = 100, 15
"""How many of the last ones are shown: the page stays light. The command line has all."""
EVENTS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on the timeline, in words; `step` where it opens one, `waiting` where the case waits then."""

    told: str
    day: str
    at: str
    actor: str
    step: str
    waiting: str


async def show(visit: Visit) -> Response:
    """The page, with whatever is known. Raises the Fault of operations for a case of which nobody knows anything."""
    case_id = visit.request.path_params["case_id"]
    try:
        told = await visit.console.caller.ask(
            pb.DescribeCaseRequest(case_id=case_id, events=EVENTS), pb.DescribeCaseResponse
        )
    except Fault as fault:
        if fault.kind is not Kind.UNAVAILABLE:
            raise
        return visit.show("case.html", case_id=case_id, **await _story(visit, case_id, fault))
    refused: dict[str, list[str]] = {}
    for part in told.parts:
        refused.setdefault(part.name, []).append(part.sentence)
    return visit.show(
        "case.html",
        case_id=case_id,
        told=told,
        refused=refused,
        entries=_entries(told.events),
        decisions=told.decisions[-DECISIONS:],
        earlier_decisions=told.earlier_decisions + max(len(told.decisions) - DECISIONS, 0),
        today=clock.today().isoformat(),
        may_mend=visit.may("operations.PlanRepair"),
        **freshness.of_view(told.view),
    )


async def _story(visit: Visit, case_id: str, away: Fault) -> dict[str, object]:
    """What the feed alone knows of a case while operations are away. Raises their Fault where that is nothing."""
    try:
        events = await _events(visit, case_id)
    except Fault as fault:
        raise (fault if fault.kind is Kind.UNAUTHENTICATED else away) from fault
    if not events:
        raise away
    packs = visit.console.words
    return {
        "refused": {"row": [away.detail], "stuck": [away.detail]},
        "entries": _entries([told_event(event, packs) for event in events]),
    }


async def _events(visit: Visit, case_id: str) -> list[feed_pb2.Event]:
    """Every event of the case, the oldest first."""
    found: list[feed_pb2.Event] = []
    request = feed_pb2.ListEventsRequest(page_size=EVENTS_AT_ONCE, filter=feed_pb2.EventFilter(case_id=case_id))
    while True:
        page = await visit.console.caller.ask(request, feed_pb2.ListEventsResponse)
        found += page.events
        if not page.more:
            return found
        request.page_token = page.next_page_token


def _entries(events: Sequence[pb.CaseEvent]) -> list[Entry]:
    """The timeline, the newest first."""
    return [_entry(event) for event in reversed(events)]


def _entry(event: pb.CaseEvent) -> Entry:
    at = event.occurred_at.ToDatetime(tzinfo=UTC)
    return Entry(
        told=event.told,
        day=clock.moment_in_words(at),
        at=clock.as_text(at),
        actor=event.actor,
        step=words.step(event.step),
        waiting=event.waiting,
    )
