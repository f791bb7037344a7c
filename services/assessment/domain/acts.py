"""What is done to a case as a whole, on record with who did it, when and why. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class ActKind(StrEnum):
    """What can be done to a case as a whole."""

    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    RESUMED = "resumed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Act:
    """A hold, a release, a resumption or an ending.

    `reason` is why the case is on hold, or how it ended, in one word; `because` is why, in the words of who did it.
    """

    kind: ActKind
    acted_at: str
    acted_by: str
    reason: str
    because: str
