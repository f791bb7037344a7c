"""What a page warns of before somebody relies on it."""

from datetime import timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from console import freshness
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb


def ago(seconds: float) -> Timestamp:
    """A moment so long ago."""
    moment = Timestamp()
    moment.FromDatetime(clock.now() - timedelta(seconds=seconds))
    return moment


def test_nothing_is_said_of_what_is_new() -> None:
    """Everything is read, and the feed was heard a moment ago."""
    assert [*freshness.warnings(pb.View(position=7, head=7, feed_heard_at=ago(3)))] == []


def test_what_may_be_out_of_date_is_said_to_be() -> None:
    """Since when the feed is silent, how much is not read yet, and which parts did not answer."""
    view = pb.View(position=7, head=9, feed_heard_at=ago(300), looked_at=ago(20), silent=["temporal", "planning"])
    old, behind, silent = freshness.warnings(view)
    assert old.startswith("The feed was last heard at ")
    assert behind == "2 events of the feed are not in this yet."
    assert silent.startswith("At the last look, on ")
    assert silent.endswith("these did not answer: Temporal, the planning service.")


def test_what_is_not_there_yet_is_said_not_to_be() -> None:
    """Before the feed was heard at all, and while rows are made anew."""
    assert "Nothing has been heard from the feed yet, so no case is listed." in freshness.warnings(pb.View())
    assert freshness.known(pb.View()) == "Nothing has been heard from the feed yet."
    [anew] = freshness.warnings(pb.View(position=7, head=9, feed_heard_at=ago(3), rebuilding=True))
    assert anew.startswith("The list of cases is being made anew")
