"""What a page says of how much is known, before somebody relies on it."""

from datetime import timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from console.freshness import of_view
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb


def ago(seconds: float) -> Timestamp:
    """A moment so long ago."""
    moment = Timestamp()
    moment.FromDatetime(clock.now() - timedelta(seconds=seconds))
    return moment


def test_nothing_is_said_against_what_is_new() -> None:
    """Everything is read, the feed was heard and the journeys were looked at a moment ago."""
    said = of_view(pb.View(position=7, head=7, feed_heard_at=ago(3), looked_at=ago(10)))
    assert said["warnings"] == []
    assert said["is_known"]
    assert str(said["known"]).startswith("Every event of the feed up to number 7 is in this, as of ")


def test_what_may_be_out_of_date_is_said_to_be() -> None:
    """As on the command line: how long the feed is silent, and which parts did not answer."""
    said = of_view(pb.View(position=7, head=9, feed_heard_at=ago(300), looked_at=ago(20), silent=["temporal"]))
    assert said["warnings"] == [
        "Operations last heard from the feed 5 minutes ago: what has happened since is missing.",
        "Not answered when last looked, 20 seconds ago: temporal.",
    ]


def test_nothing_is_called_well_that_is_not_known() -> None:
    """Before the feed was heard, and before anybody has looked, no page says that nothing is stuck."""
    said = of_view(pb.View())
    assert said["known"] == "Nothing has been heard from the feed yet."
    assert not said["is_known"]
    assert not of_view(pb.View(feed_heard_at=ago(1)))["is_known"]
