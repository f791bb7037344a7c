"""Asking the feed, the services and Temporal of one case, side by side: what does not answer is told as a sentence."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import chain

from services.operations.describing.records_in_words import (
    add_life,
    add_planning,
    decision_message,
    review_message,
)
from services.operations.temporal_client import PROCESS, TemporalClient
from sevensteps import clock, journeys, log
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.case_history.doubts import in_words
from sevensteps.case_history.told_events import told_event
from sevensteps.case_history.words import words_of
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.fields import moment
from sevensteps.identity.actor import Actor
from sevensteps.identity.rights import authorise, rpc_of
from sevensteps.rpc.caller import Caller

PART_SECONDS = 5.0
"""How long one part is waited for: the others are told meanwhile."""
EVENTS_AT_ONCE = 1_000
MOST_DECISIONS = 50
LIST_STUCK = rpc_of("operations.ListStuck")
"""Who may read what is stuck may also read what a journey says: both tell what a service has refused."""
NOTHING_YET = frozenset({"STAGE_ORDER", "CASE_ENDED"})
"""The reasons by which a service says that the case has not come to it, or had ended before."""
_token: ContextVar[str] = ContextVar("token of whoever asks about a case")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants to know what of a case: their token, and how many events at most."""

    actor: Actor
    token: str
    events: int


@dataclass(slots=True)
class _Receipts:
    """The last receipts of each service, and how many were seen of all."""

    last: Mapping[str, deque[receipts_pb2.Receipt]] = field(
        default_factory=lambda: {service: deque(maxlen=MOST_DECISIONS) for service in DECIDING_SERVICES}
    )
    seen: int = 0


class Describing:
    """Describes cases, with the token of whoever asks."""

    def __init__(self, settings: Settings) -> None:
        """`settings` say where services and Temporal are. Nothing is connected yet."""
        self._caller = Caller(settings, _token.get, PROCESS)
        self._temporal = TemporalClient(settings)
        self._words = words_of(settings)

    async def describe(self, known: pb.DescribeCaseResponse, asking: Asking) -> None:
        """Add all that the others know of the case to what is known of its row. Never raises for one of them."""
        _token.set(asking.token)
        case_id, receipts = known.row.case_id, _Receipts()
        part = partial(self._part, known)
        parts = [
            part("stuck", "Operations", self._stuck(known, asking)),
            part("history", "The feed", self._history(known, asking)),
            part("money", _service("planning"), self._money(known)),
            part("reviews", _service("review"), self._reviews(known)),
        ]
        parts += [
            part("decisions", _service(service), self._receipts(receipts, service, case_id))
            for service in DECIDING_SERVICES
        ]
        if not known.row.ending:
            parts.append(part("journey", "The journey", self._journey(known, asking)))
        await asyncio.gather(*parts)
        known.parts.sort(key=lambda part: (part.name, part.sentence))  # the same, whichever gave up first
        self._tell_decisions(known, receipts)

    async def close(self) -> None:
        """Hang up."""
        await self._caller.close()

    async def _part(self, told: pb.DescribeCaseResponse, name: str, whom: str, asked: Awaitable[None]) -> None:
        """Wait for one part; where it does not come, say why in its place."""
        try:
            async with asyncio.timeout(PART_SECONDS):
                await asked
        except TimeoutError:
            sentence = f"{whom} has not answered within {in_words(timedelta(seconds=PART_SECONDS))}."
        except Fault as fault:
            if fault.reason in NOTHING_YET:
                return
            sentence = f"{whom} does not answer." if fault.reason == "NOTHING_ANSWERS" else fault.detail
        except Exception as error:  # noqa: BLE001 - one part never takes the others with it
            log.get().error("a part of a case cannot be told", exc_info=error)
            sentence = "Something unforeseen has gone wrong. The log of operations says what."
        else:
            return
        told.parts.add(name=name, sentence=sentence)

    async def _stuck(self, told: pb.DescribeCaseResponse, asking: Asking) -> None:
        try:
            authorise(asking.actor, LIST_STUCK)
        except Fault:
            told.ClearField("stuck")
            raise

    async def _journey(self, told: pb.DescribeCaseResponse, asking: Asking) -> None:
        authorise(asking.actor, LIST_STUCK)
        standing = await journeys.standing(await self._temporal.now(), told.row.case_id)
        asked_at = moment(clock.as_text(clock.now()))
        told.journey.CopyFrom(pb.CaseJourney(sentence=standing.sentence, heard=standing.heard, asked_at=asked_at))

    async def _history(self, told: pb.DescribeCaseResponse, asking: Asking) -> None:
        """The last events, and how many came before: the feed gives them from the first one on."""
        only = feed_pb2.EventFilter(case_id=told.row.case_id)
        request = feed_pb2.ListEventsRequest(page_size=EVENTS_AT_ONCE, filter=only)
        last, seen, more = deque[feed_pb2.Event](maxlen=asking.events), 0, True
        while more:
            page = await self._caller.ask(request, feed_pb2.ListEventsResponse)
            last.extend(page.events)
            seen, more = seen + len(page.events), page.more
            request.page_token = page.next_page_token
        told.events.extend(told_event(event, self._words) for event in last)
        told.earlier_events = seen - len(last)

    async def _receipts(self, receipts: _Receipts, service: str, case_id: str) -> None:
        asked = receipts_pb2.ListReceiptsRequest(case_id=case_id)
        async for page in self._caller.pages(asked, receipts_pb2.ListReceiptsResponse, service):
            receipts.last[service].extend(page.receipts)
            receipts.seen += len(page.receipts)

    def _tell_decisions(self, told: pb.DescribeCaseResponse, receipts: _Receipts) -> None:
        """The last decisions of all services, by their time."""
        each = chain.from_iterable(((service, one) for one in last) for service, last in receipts.last.items())
        in_order = sorted(each, key=lambda made: made[1].decided_at.ToNanoseconds())[-MOST_DECISIONS:]
        told.decisions.extend(decision_message(service, receipt, self._words) for service, receipt in in_order)
        told.earlier_decisions = receipts.seen - len(in_order)

    async def _money(self, told: pb.DescribeCaseResponse) -> None:
        request = planning_pb2.GetPlanningRequest(case_id=told.row.case_id)
        answer = await self._caller.ask(request, planning_pb2.GetPlanningResponse)
        add_planning(told.money, answer.planning)

    async def _reviews(self, told: pb.DescribeCaseResponse) -> None:
        case_id = told.row.case_id
        answer = await self._caller.ask(review_pb2.GetLifeRequest(case_id=case_id), review_pb2.GetLifeResponse)
        add_life(told, answer.life)
        done: list[review_pb2.Review] = []
        asked = review_pb2.ListReviewsRequest(case_id=case_id)
        async for page in self._caller.pages(asked, review_pb2.ListReviewsResponse):
            done += page.reviews
        told.reviews.done.extend(review_message(review) for review in reversed(done))


def _service(name: str) -> str:
    return f"The {name} service"
