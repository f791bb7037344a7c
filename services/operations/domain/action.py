"""What a repair does to each of its cases."""

from enum import StrEnum


class Action(StrEnum):
    """What a repair does to each of its cases."""

    RESUME = "resume"
    REBUILD = "rebuild"
    RETRY = "retry"
    HOLD = "hold"
    RELEASE = "release"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    END = "end"
    REPLAY = "replay"
    SKIP = "skip"
    CORRECT = "correct"
