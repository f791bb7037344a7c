"""How much operations know, and how old that is: why what they tell may not be the whole truth."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps.api.operations.v1 import operations_pb2 as pb

FEED_IS_OLD = timedelta(seconds=30)
"""The feed says every few seconds that nothing has happened: after so long it does not answer."""
LOOK_IS_OLD = timedelta(minutes=3)
"""Operations look several times a minute at what is not in the feed."""
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def doubts(view: pb.View, now: datetime) -> list[str]:
    """Why an answer may not be the whole truth, in sentences; none where it is."""
    return [*_of_the_feed(view, now), *_of_the_look(view, now)]


def _of_the_feed(view: pb.View, now: datetime) -> Iterator[str]:
    heard = _age(view, "feed_heard_at", now)
    if view.rebuilding:
        yield (
            f"Operations read all events again, and have read {view.position:,} of {view.head:,}: "
            "some cases may be missing."
        )
    if heard is None:
        yield "Operations have not heard from the feed yet: cases may be missing."
    elif heard > FEED_IS_OLD:
        yield f"Operations last heard from the feed {in_words(heard)} ago: what has happened since is missing."
    elif view.position < view.head and not view.rebuilding:
        yield f"Operations are {view.head - view.position:,} events behind the feed: what they tell is missing."


def _of_the_look(view: pb.View, now: datetime) -> Iterator[str]:
    looked = _age(view, "looked_at", now)
    if looked is None:
        yield "Operations have not looked at the journeys yet: what is stuck may be missing."
        return
    if looked > LOOK_IS_OLD:
        yield f"Operations last looked at the journeys {in_words(looked)} ago: what is stuck may have changed."
    if view.silent:
        yield f"Not answered when last looked, {in_words(looked)} ago: {', '.join(view.silent)}."


def is_known(view: pb.View, now: datetime) -> bool:
    """Whether it is known what is stuck: where nothing is found, nothing is."""
    heard, looked = _age(view, "feed_heard_at", now), _age(view, "looked_at", now)
    return not view.rebuilding and heard is not None and looked is not None and max(heard, looked) <= LOOK_IS_OLD


def _age(view: pb.View, moment: str, now: datetime) -> timedelta | None:
    if not view.HasField(moment):  # type: ignore[arg-type]  # one of its fields
        return None
    at: Timestamp = getattr(view, moment)
    return max(now - at.ToDatetime(tzinfo=UTC), timedelta())


def in_words(age: timedelta) -> str:
    """How long it is, in the largest unit of which it has one: 40 seconds, 1 minute, 3 days."""
    seconds = round(age.total_seconds())
    size, unit = next((each for each in UNITS if seconds >= each[0]), UNITS[-1])
    number = seconds // size
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
