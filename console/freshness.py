"""How much operations know, as a line at the end of a page."""

from collections.abc import Mapping

from console import words
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.doubts import doubts, is_known


def known(view: pb.View) -> str:
    """How far the rows have come."""
    if not view.HasField("feed_heard_at"):
        return "Nothing has been heard from the feed yet."
    return f"Every event of the feed up to number {view.position} is in this, as of {words.moment(view.feed_heard_at)}."


def of_view(view: pb.View) -> Mapping[str, object]:
    """What every page with an answer of operations says: warnings above, and how much is known below."""
    now = clock.now()
    return {"warnings": doubts(view, now), "known": known(view), "is_known": is_known(view, now)}
