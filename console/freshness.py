"""How much operations know, and how old that is: what a page says above anything that may be out of date."""

from collections.abc import Iterator
from datetime import UTC, timedelta

from console import words
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb

FRESH = timedelta(seconds=60)
"""Nobody needs to be told of what is younger."""
PARTS = {"feed": "the feed", "temporal": "Temporal"}


def known(view: pb.View) -> str:
    """How far the rows have come, in a sentence for the end of a page."""
    if not view.HasField("feed_heard_at"):
        return "Nothing has been heard from the feed yet."
    return f"Every event of the feed up to number {view.position} is in this, as of {words.moment(view.feed_heard_at)}."


def warnings(view: pb.View) -> Iterator[str]:
    """What whoever reads the page has to know before they rely on it."""
    if view.rebuilding:
        yield "The list of cases is being made anew from the feed. Some cases are not in it yet."
    if not view.HasField("feed_heard_at"):
        yield "Nothing has been heard from the feed yet, so no case is listed."
    elif clock.now() - view.feed_heard_at.ToDatetime(tzinfo=UTC) > FRESH:
        heard = words.moment(view.feed_heard_at)
        yield f"The feed was last heard at {heard}. What has happened since then is not shown."
    if view.head > view.position and not view.rebuilding:
        yield f"{view.head - view.position} events of the feed are not in this yet."
    if view.silent:
        names = ", ".join(PARTS.get(part, f"the {part} service") for part in view.silent)
        yield f"At the last look, on {words.moment(view.looked_at)}, these did not answer: {names}."
