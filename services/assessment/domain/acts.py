"""What is done to a case as a whole, on record with who did it, when and why. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class ActKind(StrEnum):
    """What can be done to a case as a whole."""

    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    RESUMED = "resumed"
    ENDED = "ended"
    ASSIGNED = "assigned"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Act:
    """A hold, a release, a resumption, an ending, an assignment or an escalation.

    `reason` is why the case is on hold, or how it ended, in one word; or the team, or the role, that has it now.
    `because` is why, in the words of who did it.
    """

    kind: ActKind
    acted_at: str
    acted_by: str
    reason: str
    because: str
