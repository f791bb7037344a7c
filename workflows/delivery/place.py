"""Places in the feed, and the last one that the relay remembers outside of it."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sevensteps import log

MOST = 1000
"""How many places are kept while a case holds back the position; beyond that, every second one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position in the feed, and the token by which the feed compares it with what it holds; empty where not known."""

    position: int = 0
    token: str = ""


class Places:
    """The places that were read and not acknowledged yet, in order."""

    def __init__(self) -> None:
        """There are none."""
        self._places: deque[Place] = deque()

    def add(self, place: Place) -> None:
        """Everything up to here has been read."""
        self._places.append(place)
        if len(self._places) > MOST:
            self._places = deque([*list(self._places)[:-1:2], place])

    def take_last_up_to(self, position: int) -> Place | None:
        """The last place up to this position. It and those before it go."""
        place = None
        while self._places and self._places[0].position <= position:
            place = self._places.popleft()
        return place

    def clear(self) -> None:
        """Forget everything: it is another feed now."""
        self._places.clear()


class PlaceFile:
    """The token of the last acknowledged place, in a file: it does not go back when an older feed is restored."""

    def __init__(self, path: Path) -> None:
        """The file need not be there yet."""
        self._path = path

    def read(self) -> str:
        """The token; empty where there is none."""
        with suppress(OSError, ValueError):
            return self._path.read_text(encoding="ascii").strip()
        return ""

    def write(self, token: str) -> None:
        """Remember a token. A file that cannot be written is told, and nothing waits for it."""
        new = self._path.with_suffix(".new")
        try:
            new.write_text(token, encoding="ascii")
            new.replace(self._path)
        except OSError as error:
            log.get().warning("the relay cannot write its place", file=str(self._path), reason=type(error).__name__)
