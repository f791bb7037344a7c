"""What an engine answers on the cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sevensteps.policy.model.verdict import Json

Facts = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on each case, and decisions a CPU-second."""

    verdicts: Sequence[str]
    rate: float
