"""What the feed promises, as plain values and decisions: who gets which events, how many, what may be dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple, Self
from uuid import UUID

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role

PAGE_BYTES = 512 * 1024
"""Most bytes of events in a message, unless one event alone is larger. Half of the largest message allowed."""

MOST_SUBSCRIPTIONS = 20
"""Most subscriptions of one reader."""


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
    def at(cls, position: int, feed_id: UUID, event_id: str, dropped_up_to: int = 0) -> Self:
        """The place behind an event; its id is empty at the beginning of the feed.

        Events up to `dropped_up_to` have been dropped: whoever is at a place before that may have been there before
        they were. So the digest says what had been dropped when the place was given.
        """
        known = f"{event_id} {dropped_up_to}" if 0 < position < dropped_up_to else event_id
        return cls(position, feed_id, blake2b(known.encode(), key=feed_id.bytes, digest_size=8).digest())


@dataclass(frozen=True, slots=True)
class Head:
    """What the feed holds: its own id, from where on it has every event, and the last position given."""

    feed_id: UUID
    earliest: int
    """From here on no event was dropped. Before it there may be events of cases that have not ended."""
    last: int
    dropped_id: str
    """The id of the event just before the earliest; empty where none was dropped, or where it is not known."""

    def bookmark(self, position: int, event_id: str) -> Bookmark:
        """A place as it is given now; `event_id` is what stands there."""
        return Bookmark.at(position, self.feed_id, event_id, self.earliest - 1)

    def ensure_holds(self, place: Place, event_id: str) -> None:
        """Raise a Fault unless a reader at this place can read on; `event_id` is what stands there now.

        From 0 on, a reader gets what is left, and may go on with it until more is dropped. Otherwise: FEED_CHANGED,
        CURSOR_AHEAD, EVENTS_TRIMMED.
        """
        if isinstance(place, Bookmark) and (place.feed_id != self.feed_id or place.position > self.last):
            raise _changed(self)
        if place.position > self.last:
            raise _ahead(place.position, self.last)
        is_given_now = place == self.bookmark(place.position, event_id)
        if 0 < place.position < self.earliest - 1 and not is_given_now:
            raise _trimmed(place.position, self.earliest)
        if isinstance(place, Bookmark) and not is_given_now:
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

    def stretches(self) -> list[dict[str, str]]:
        """Where what is wanted can be: stretches of the feed that an index has in their order, as values of columns.

        There is none where nothing can be; the one without columns is the whole feed.
        """
        if self.scope is not None and self.council not in {"", self.scope}:
            return []
        if self.case_id:
            return [{"case_id": self.case_id}]
        council = self.council or self.scope
        one = {"council": council} if council else {}
        return [one | {"type": type_} for type_ in sorted(self.types)] or [one]

    def lets_pass(self, type_: str, council: str) -> bool:
        """Whether an event of a stretch is wanted."""
        of_council = self.council in {"", council} and self.scope in {None, council}
        return of_council and (not self.types or type_ in self.types)

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
class Owner:
    """Whose a subscription is. Nobody else reads it, moves it or learns of it, except operations."""

    council: str
    subject: str


THE_SUITE = Owner("", "")
"""Owns the subscriptions of journeys and of operations, whatever signs their tokens; no token has an empty council or
subject."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """How far a reader has come, and when it last said so."""

    owner: Owner
    name: str
    position: int
    last_seen: datetime | None
    reader: str = ""
    """Which program of the suite reads now, where several could."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in their order, and how far the feed has been looked through for them."""

    head: Head
    """What the feed held when the page was read."""
    events: Sequence[Numbered]
    reached: int
    """Every event up to here that was wanted is in this page or an earlier one."""
    reached_id: str
    """The id of the event there."""

    @property
    def bookmark(self) -> Bookmark:
        """Where the next page begins."""
        return self.head.bookmark(self.reached, self.reached_id)

    @property
    def more(self) -> bool:
        """Whether the feed goes on after this page."""
        return self.reached < self.head.last

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


def owner_of(actor: Actor) -> Owner:
    """Whose subscriptions somebody's own are."""
    return THE_SUITE if actor.roles & {Role.JOURNEY, Role.SERVICE} else Owner(actor.council, actor.subject)


def owner_named(actor: Actor, council: str, subject: str) -> Owner:
    """Whose subscription somebody names: the caller's own where nobody is named.

    Raises a Fault (NOT_FOUND) unless it is the caller's own, or the caller looks after that council.
    """
    own = owner_of(actor)
    named = Owner(council, subject) if council or subject else own
    if named != own and not (Role.OPERATIONS in actor.roles and actor.may_see(council)):
        raise subscription_not_found()
    return named


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
        f"Events after position {after} have been dropped; from {earliest} on all are kept. "
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


def not_read_yet(unread: Subscription, scope: str | None) -> Fault:
    """A subscription would lose events that it has not acknowledged. Another council's is not named."""
    seen = unread.owner == THE_SUITE or scope in {None, unread.owner.council}
    whose = f"Subscription {unread.name}" if seen else "A subscription of another council"
    return Fault(
        Kind.PRECONDITION,
        "NOT_READ_YET",
        f"{whose} has read up to position {unread.position} only. Drop no further than that; "
        "or, if its reader is gone for good, delete it first.",
        metadata={"subscription": unread.name if seen else "", "position": str(unread.position)},
    )


def subscription_not_found() -> Fault:
    """There is no subscription of that name, or it is somebody else's: the caller cannot tell which."""
    return Fault(
        Kind.NOT_FOUND,
        "SUBSCRIPTION_NOT_FOUND",
        "You have no subscription of this name: it is new, or operations have deleted it because nobody used it. "
        "Acknowledge the place from which you want to read to make it, 0 for the beginning.",
    )


def too_many_subscriptions() -> Fault:
    """A reader who makes subscriptions without end would hold back trimming for ever."""
    return Fault(
        Kind.PRECONDITION,
        "SUBSCRIPTIONS_FULL",
        f"A reader has at most {MOST_SUBSCRIPTIONS} subscriptions. Delete one that you no longer need.",
    )
