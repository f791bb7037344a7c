"""The feed: how far it is, who reads it, how far each reader is behind, and what to do about one that is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from console import freshness, words
from console.asking import part
from console.forms import read_form
from console.visit import Visit
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.errors import Fault, Kind

DELETE = "feed.DeleteSubscription"
FAR_BEHIND = 10_000
"""Events. From so many on, and for long, the council is told (deploy/prometheus/alerts/events.yaml: ReaderBehind)."""
NAMES = ("name", "council", "subject")
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of the feed, as the page shows it; `delete` is where it can be deleted, if it is not the suite's own."""

    name: str
    whose: str
    position: int
    lag: int
    seen: str
    reader: str
    delete: str

    @property
    def is_far_behind(self) -> bool:
        """Whether something is to be done."""
        return self.lag > FAR_BEHIND


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of the feed; where operations do not answer, it is shown without how far they are."""
    asked = pb.ListCasesRequest(page_size=1)
    listed, cases = await asyncio.gather(
        visit.console.caller.ask(feed_pb2.ListSubscriptionsRequest(), feed_pb2.ListSubscriptionsResponse),
        part(visit.console.caller.ask(asked, pb.ListCasesResponse)),
    )
    known = _of(cases.given.view) if cases.given else {"refusal_of_view": cases.refusal}
    return visit.show(
        "feed.html",
        readers=[_reader(each, may_delete=visit.may(DELETE)) for each in listed.subscriptions],
        far=FAR_BEHIND,
        deleted=visit.request.query_params.get("deleted", ""),
        **known,
    )


async def ask_to_delete(visit: Visit) -> Response:
    """The page that asks whether a reader's place is really to be deleted. Raises a Fault (NOT_FOUND) without one."""
    visit.ensure_may(DELETE)
    asked = visit.request.query_params
    every = await visit.console.caller.ask(feed_pb2.ListSubscriptionsRequest(), feed_pb2.ListSubscriptionsResponse)
    wanted = [asked.get(name, "") for name in NAMES]
    for each in every.subscriptions:
        if each.council and [getattr(each, name) for name in NAMES] == wanted:
            return visit.show("feed_delete.html", reader=_reader(each, may_delete=True), of=each)
    detail = "There is no such reader of the feed, or it is a part of the suite, which is never deleted."
    raise Fault(Kind.NOT_FOUND, "SUBSCRIPTION_NOT_FOUND", detail)


async def delete(visit: Visit) -> Response:
    """Delete a reader's place. One that is gone already is deleted."""
    given = await read_form(visit.request, visit.form_key)
    request = feed_pb2.DeleteSubscriptionRequest(**{name: given.get(name, "") for name in NAMES})
    try:
        await visit.console.caller.ask(request, feed_pb2.DeleteSubscriptionResponse)
    except Fault as fault:
        if fault.kind is not Kind.NOT_FOUND:
            raise
    return RedirectResponse(f"/feed?{urlencode({'deleted': given.get('name', '')})}", SEE_OTHER)


def _of(view: pb.View) -> Mapping[str, object]:
    return {"view": view, "behind": max(view.head - view.position, 0), **freshness.of_view(view)}


def _reader(of: feed_pb2.Subscription, *, may_delete: bool) -> Reader:
    named = urlencode({name: getattr(of, name) for name in NAMES})
    return Reader(
        name=of.name,
        whose=f"{of.subject}, {of.council}" if of.council else "the suite itself",
        position=of.position,
        lag=of.lag,
        seen=words.moment(of.last_seen) if of.HasField("last_seen") else "",
        reader=of.reader,
        delete=f"/feed/delete?{named}" if of.council and may_delete else "",
    )
