"""What a journey remembers of the events that it has heard, to notice that the feed is not the same any more."""

from dataclasses import dataclass, field

from sevensteps.events import Fact

REMEMBERED = 100
"""How many events a journey remembers. A case has some thirty on its way through the seven steps."""


@dataclass(slots=True)
class Memory:
    """The identity of the feed, and the last events that were heard: their ids by position.

    It is complete from the position `complete_from` on; None where nothing has been remembered yet. Events without an
    id, which an earlier version has delivered, are not remembered.
    """

    feed: str = ""
    complete_from: int | None = None
    event_ids: dict[int, str] = field(default_factory=dict)

    def contradicts(self, fact: Fact, heard: int) -> bool:
        """Whether this fact cannot come from the feed that was heard up to the position `heard`."""
        if fact.feed and self.feed and fact.feed != self.feed:
            return True
        if not fact.event_id or self.complete_from is None or not self.complete_from <= fact.position <= heard:
            return False
        return self.event_ids.get(fact.position) != fact.event_id

    def keep(self, fact: Fact) -> None:
        """Remember a fact that is heard for the first time."""
        self.feed = fact.feed or self.feed
        if not fact.event_id:
            return
        if self.complete_from is None:
            self.complete_from = fact.position
        self.event_ids[fact.position] = fact.event_id
        if len(self.event_ids) > REMEMBERED:
            oldest = next(iter(self.event_ids))
            del self.event_ids[oldest]
            self.complete_from = oldest + 1
