"""What is said of a case before it is repaired."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """What would happen to a case; `does` is False where that is nothing, and the case is left out.

    `about` is what of the case it is about, by its key, where that has to be the same when it is done.
    """

    does: bool
    sentence: str
    about: str = ""
