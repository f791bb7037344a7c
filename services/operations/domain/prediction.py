"""What is said of a case before it is repaired."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """What would happen to a case; `does` is False where that is nothing, and the case is left out."""

    does: bool
    sentence: str
