"""What the feed promises, as plain values and decisions: who gets which events, how many, what may be dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Actor

PAGE_BYTES = 512 * 1024
"""Most bytes of events in a message, unless one event alone is larger. Half of the largest message allowed."""

Numbered = tuple[int, bytes]
"""An event's position, and its serialised message."""


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

    events: Sequence[Numbered]
    reached: int
    """Every event up to here that was wanted is in this page or an earlier one."""
    last: int
    """The feed's last position when the page was read."""

    @property
    def more(self) -> bool:
        """Whether the feed goes on after this page."""
        return self.reached < self.last

    def at_most(self, size: int) -> "Page":
        """The page's first events, as many as go into one message: at most `size` events and PAGE_BYTES."""
        weight = 0
        for index, (_, event) in enumerate(self.events):
            weight += len(event)
            if index == size or (weight > PAGE_BYTES and index > 0):
                return replace(self, events=self.events[:index], reached=self.events[index - 1][0])
        return self


def scope_of(actor: Actor) -> str | None:
    """The council to which somebody is confined; None for the suite itself and whoever runs it for all councils."""
    return None if actor.council == EVERY_COUNCIL else actor.council


def ensure_kept(after: int, earliest: int) -> None:
    """Raise a Fault if events after this position have been dropped. From 0 on, a reader gets what is left."""
    if 0 < after < earliest - 1:
        raise Fault(
            Kind.OUT_OF_RANGE,
            "CURSOR_EXPIRED",
            f"The events after position {after} are no longer kept; the earliest is {earliest}. "
            f"Take the state of the cases from the services, then read on after position {earliest - 1}.",
            metadata={"earliest": str(earliest)},
        )


def ensure_within(after: int, last: int) -> None:
    """Raise a Fault for a position that the feed has not reached: it was never given out by this feed."""
    if after > last:
        raise Fault(
            Kind.OUT_OF_RANGE,
            "CURSOR_AHEAD",
            f"The feed ends at position {last}, before {after}. "
            "Is this the feed that gave you the position, or an older copy of it?",
            metadata={"last": str(last)},
        )


def stopping() -> Fault:
    """The stream ends because this server stops."""
    return Fault(Kind.UNAVAILABLE, "STOPPING", "The feed is stopping. Watch again after your last bookmark.")


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
