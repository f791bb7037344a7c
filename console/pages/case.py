"""One case: where it stands, what it waits for, what is stuck of it and what to do, and what has happened in it."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from starlette.responses import Response

from console import freshness
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.sentences import event_in_words, waiting_in_words
from sevensteps.case_history.words import Words
from sevensteps.errors import Fault, Kind, not_found
from sevensteps.events import OPENS
from sevensteps.steps import STEP_NAMES

EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on the timeline, in words; `step` where it opens one, `waiting` where the case waits then."""

    told: str
    day: str
    at: str
    actor: str
    step: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one service answers of a case, or why it does not: the other parts of the page are shown all the same."""

    answer: object = None
    refusal: str = ""


async def show(visit: Visit) -> Response:
    """The page, with whatever is known. Raises a Fault (NOT_FOUND) for a case of which nobody knows anything."""
    case_id = visit.request.path_params["case_id"]
    row, found, events = await asyncio.gather(
        _part(_row(visit, case_id)), _part(_stuck(visit, case_id)), _part(_events(visit, case_id))
    )
    listed = row.answer if isinstance(row.answer, pb.ListCasesResponse) else None
    told = events.answer if isinstance(events.answer, list) else []
    if listed is not None and not listed.cases and not told:
        raise not_found(case_id)
    return visit.show(
        "case.html",
        case_id=case_id,
        row_refusal=row.refusal,
        found=found.answer or [],
        found_refusal=found.refusal,
        entries=[_entry(event, visit.console.words) for event in reversed(told)],
        events_refusal=events.refusal,
        may_mend=visit.may("operations.PlanRepair"),
        **_standing(listed),
    )


def _standing(listed: pb.ListCasesResponse | None) -> Mapping[str, object]:
    """Where the case stands, if operations answer, and how old that is."""
    if listed is None:
        return {}
    return {
        "row": listed.cases[0] if listed.cases else None,
        "today": clock.today().isoformat(),
        **freshness.of_view(listed.view),
    }


async def _part(asked: Awaitable[object]) -> Part:
    """An answer, or the sentence with which it was refused. What only a new sign-on mends is raised."""
    try:
        return Part(await asked)
    except Fault as fault:
        if fault.kind is Kind.UNAUTHENTICATED:
            raise
        return Part(refusal=fault.detail)


async def _row(visit: Visit, case_id: str) -> pb.ListCasesResponse:
    request = pb.ListCasesRequest(filter=pb.CaseFilter(case_ids=[case_id]))
    return await visit.console.caller.ask(request, pb.ListCasesResponse)


async def _stuck(visit: Visit, case_id: str) -> Sequence[pb.Stuck]:
    request = pb.ListStuckRequest(filter=pb.CaseFilter(case_ids=[case_id]))
    return (await visit.console.caller.ask(request, pb.ListStuckResponse)).stuck


async def _events(visit: Visit, case_id: str) -> list[feed_pb2.Event]:
    """Every event of the case, the oldest first."""
    found: list[feed_pb2.Event] = []
    only = feed_pb2.EventFilter(case_id=case_id)
    request = feed_pb2.ListEventsRequest(page_size=EVENTS, filter=only)
    while True:
        page = await visit.console.caller.ask(request, feed_pb2.ListEventsResponse)
        found += page.events
        if not page.more:
            return found
        request = feed_pb2.ListEventsRequest(page_size=EVENTS, page_token=page.next_page_token, filter=only)


def _entry(event: feed_pb2.Event, packs: Words) -> Entry:
    at = event.occurred_at.ToDatetime(tzinfo=UTC)
    told = event_in_words(event, packs)
    return Entry(
        told=told[:1].upper() + told[1:],
        day=clock.moment_in_words(at),
        at=clock.as_text(at),
        actor=event.actor,
        step=STEP_NAMES[OPENS[event.type]] if event.type in OPENS else "",
        waiting=waiting_in_words(event),
    )
