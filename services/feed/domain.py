"""What the feed promises, as plain values and decisions: who gets which events, how many, what may be dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple, Self
from uuid import UUID

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Actor

PAGE_BYTES = 512 * 1024
"""Most bytes of events in a message, unless one event alone is larger. Half of the largest message allowed."""


class Numbered(NamedTuple):
    """An event in the feed: its position, its id, and its serialised message."""

    position: int
    event_id: str
    message: bytes


@dataclass(frozen=True)
class Place:
    """A place in the feed, known by its number alone: behind the event at a position, or at the beginning, 0.

    Nobody can tell whether the feed has been restored since the number was given.
    """

    position: int


@dataclass(frozen=True)
class Bookmark(Place):
    """A place that can be compared with a feed: whose feed it is in, and which event stands there.

    The event is a digest of its id, because it may be an event that the reader must not know.
    """

    feed_id: UUID
    event: bytes

    @classmethod
    def at(cls, position: int, feed_id: UUID, event_id: str) -> Self:
        """The place behind an event; its id is empty at the beginning of the feed."""
        return cls(position, feed_id, blake2b(event_id.encode(), key=feed_id.bytes, digest_size=8).digest())


@dataclass(frozen=True, slots=True)
class Head:
    """What the feed holds: its own id, its first position, and the last one given."""

    feed_id: UUID
    earliest: int
    last: int
    dropped_id: str
    """The id of the event just before the earliest; empty where none was dropped, or where it is not known."""

    def ensure_holds(self, place: Place, event_id: str) -> None:
        """Raise a Fault unless a reader at this place can read on; `event_id` is what stands there now.

        From 0 on, a reader gets what is left. Otherwise: FEED_CHANGED, CURSOR_AHEAD, EVENTS_TRIMMED.
        """
        if isinstance(place, Bookmark) and (place.feed_id != self.feed_id or place.position > self.last):
            raise _changed(self)
        if place.position > self.last:
            raise _ahead(place.position, self.last)
        if 0 < place.position < self.earliest - 1:
            raise _trimmed(place.position, self.earliest)
        if isinstance(place, Bookmark) and place != Bookmark.at(place.position, self.feed_id, event_id):
            raise _changed(self)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a reader wants; empty means all."""

    case_id: str
    types: frozenset[str]
    council: str
    scope: str | None
    """The council to which the reader is confined, if there is one. A reader who asks for another council gets no
    events, just as for a council that does not exist, so that nobody learns which councils there are."""

    def conditions(self) -> dict[str, str | list[str]]:
        """The conditions that an event must meet, by name; those that every event meets are left out."""
        named: dict[str, str | list[str]] = {
            "case_id": self.case_id,
            "types": sorted(self.types),
            "council": self.council,
        }
        conditions = {name: value for name, value in named.items() if value}
        return conditions if self.scope is None else conditions | {"scope": self.scope}


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in their order, and how far the feed has been looked through for them."""

    feed_id: UUID
    events: Sequence[Numbered]
    reached: int
    """Every event up to here that was wanted is in this page or an earlier one."""
    reached_id: str
    """The id of the event there."""
    last: int
    """The feed's last position when the page was read."""

    @property
    def bookmark(self) -> Bookmark:
        """Where the next page begins."""
        return Bookmark.at(self.reached, self.feed_id, self.reached_id)

    @property
    def more(self) -> bool:
        """Whether the feed goes on after this page."""
        return self.reached < self.last

    def at_most(self, size: int) -> "Page":
        """The page's first events, as many as go into one message: at most `size` events and PAGE_BYTES."""
        weight = 0
        for index, event in enumerate(self.events):
            weight += len(event.message)
            if index == size or (weight > PAGE_BYTES and index > 0):
                end = self.events[index - 1]
                return replace(self, events=self.events[:index], reached=end.position, reached_id=end.event_id)
        return self


def scope_of(actor: Actor) -> str | None:
    """The council to which somebody is confined; None for the suite itself and whoever runs it for all councils."""
    return None if actor.council == EVERY_COUNCIL else actor.council


def _changed(head: Head) -> Fault:
    """The place is of another feed, or of this one before it was restored: other events may stand where it was."""
    return Fault(
        Kind.OUT_OF_RANGE,
        "FEED_CHANGED",
        "The feed was restored or has begun anew since it gave you this place, so other events may stand before it "
        "now. Read again from the beginning, or after a position from before the backup, "
        "and recognise events that you have by their event_id.",
        metadata={"feed_id": str(head.feed_id), "earliest": str(head.earliest), "last": str(head.last)},
    )


def _trimmed(after: int, earliest: int) -> Fault:
    """Events after this position have been dropped."""
    return Fault(
        Kind.OUT_OF_RANGE,
        "EVENTS_TRIMMED",
        f"The events after position {after} are no longer kept; the earliest is {earliest}. "
        f"Take the state of the cases from the services, then read on after position {earliest - 1}.",
        metadata={"earliest": str(earliest)},
    )


def _ahead(after: int, last: int) -> Fault:
    """A number that the feed has not reached: it was never given out by this feed."""
    return Fault(
        Kind.OUT_OF_RANGE,
        "CURSOR_AHEAD",
        f"The feed ends at position {last}, before {after}. "
        "Is this the feed that gave you the position, or an older copy of it?",
        metadata={"last": str(last)},
    )


def stopping() -> Fault:
    """The stream ends because this server stops."""
    return Fault(Kind.UNAVAILABLE, "STOPPING", "The feed is stopping. Watch again with your last resume token.")


def other_councils(up_to: int) -> Fault:
    """Somebody confined to one council would drop events of another."""
    return Fault(
        Kind.DENIED,
        "OTHER_COUNCILS_EVENTS",
        f"Not all events up to position {up_to} are your council's. "
        "Somebody who operates the suite for every council may drop them.",
    )


def case_open(case_id: str, up_to: int) -> Fault:
    """A case that has not ended would lose events from which its journey is rebuilt."""
    return Fault(
        Kind.PRECONDITION,
        "CASES_OPEN",
        f"Case {case_id} has events up to position {up_to} and has not ended by then. "
        "Drop only events before its first one.",
        metadata={"case_id": case_id},
    )


def not_read_yet(subscription: str, position: int) -> Fault:
    """A subscription would lose events that it has not acknowledged."""
    return Fault(
        Kind.PRECONDITION,
        "NOT_READ_YET",
        f"Subscription {subscription} has read up to position {position} only. Drop no further than that.",
        metadata={"subscription": subscription, "position": str(position)},
    )
