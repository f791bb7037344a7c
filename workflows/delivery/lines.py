"""The facts under way to the journeys: every case has a line of its own, with room of its own."""

from collections import deque
from dataclasses import dataclass, field

from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.retrying import Pauses

ROOM = 20
"""How many facts of one case are kept here at once; the rest stays in the feed until the case has its turn."""
CAPACITY = 10_000
"""How many facts of all cases are kept here at once. Beyond that, a line has only the positions of its facts."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds between attempts at one line."""


@dataclass(slots=True)
class Line:
    """The undelivered facts of one case: those `kept` here, and those left in the feed, up to position `last`.

    `done` is the position up to which the case has nothing undelivered. `failures` counts the attempts that have failed
    since the last delivery; `pauses` are those between them.
    """

    case_id: str
    done: int
    last: int = 0
    kept: deque[feed_pb2.Event] = field(default_factory=deque)
    failures: int = 0
    pauses: Pauses = field(default_factory=lambda: Pauses(FIRST_PAUSE, LONGEST_PAUSE))

    @property
    def has_left_some(self) -> bool:
        """Whether facts were left in the feed, behind those that are kept."""
        return self.last > (self.kept[-1].position if self.kept else self.done)

    @property
    def is_empty(self) -> bool:
        """Whether everything has been delivered."""
        return not self.kept and not self.has_left_some


class Lines:
    """The lines of all cases that have undelivered facts."""

    def __init__(self, room: int = ROOM, capacity: int = CAPACITY) -> None:
        """There are none."""
        self._room = room
        self._capacity = capacity
        self._lines: dict[str, Line] = {}
        self._kept = 0

    def add(self, event: feed_pb2.Event) -> Line | None:
        """Put the next event of the feed at the end of its line. Gives the line if it is a new one."""
        known = self._lines.get(event.case_id)
        line = known or Line(event.case_id, done=event.position - 1)
        if not line.has_left_some and len(line.kept) < self._room and self._kept < self._capacity:
            line.kept.append(event)
            self._kept += 1
        line.last = event.position
        self._lines[event.case_id] = line
        return None if known else line

    def delivered(self, line: Line, position: int) -> None:
        """Take what is delivered, up to this position, out of its line. An empty line goes."""
        if not self.has(line):
            return
        while line.kept and line.kept[0].position <= position:
            line.kept.popleft()
            self._kept -= 1
        line.done = max(line.done, position)
        line.failures = 0
        line.pauses.begin_anew()
        if line.is_empty:
            del self._lines[line.case_id]

    def has(self, line: Line) -> bool:
        """Whether this line still has something to deliver."""
        return self._lines.get(line.case_id) is line

    def delivered_up_to(self, read_up_to: int) -> int:
        """The position up to which everything has been delivered, of all that was read up to `read_up_to`."""
        return min((_first(line) for line in self._lines.values()), default=read_up_to + 1) - 1

    def clear(self) -> None:
        """Forget everything: it is another feed now."""
        self._lines.clear()
        self._kept = 0


def _first(line: Line) -> int:
    """Its first undelivered position, or one before it."""
    return line.kept[0].position if line.kept else line.done + 1
