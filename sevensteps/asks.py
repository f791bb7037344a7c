"""What has become of what journeys ask of services: on this the services, journeys and operations agree."""

from dataclasses import dataclass
from enum import StrEnum

from sevensteps.deadlines import Due
from sevensteps.temporal import Parked, Standing

OPENS = "Open"
"""How the names of those begin that open a step: a journey needs the answer, which is when the step is due."""


class AskState(StrEnum):
    """Whether something that a journey asks is done."""

    DONE = "done"
    NOT_OWED = "not_owed"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that a journey asks: its name, and the round or version that it opens; 0 where it opens nothing."""

    operation: str
    turn: int

    @classmethod
    def of(cls, parked: Parked, standing: Standing) -> "Ask":
        """What a journey that is parked asks."""
        return cls.named(parked.operation, standing.turn)

    @classmethod
    def named(cls, operation: str, turn: int) -> "Ask":
        """What is asked by this name in this round or version of its step."""
        return cls(operation, turn if operation.startswith(OPENS) else 0)

    @property
    def key(self) -> str:
        """What tells it from every other of its case."""
        return f"{self.operation}/{self.turn}"

    @property
    def is_opening(self) -> bool:
        """Whether a journey needs its answer to go on."""
        return self.operation.startswith(OPENS)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a service says of an ask: whether it is done, why, and when the step is due that was opened by it."""

    state: AskState
    sentence: str
    due: Due | None = None

    def lets_go_on(self, ask: Ask) -> bool:
        """Whether a journey may give it up: it is done, or not owed, and there is the answer that it needs."""
        return self.state is not AskState.OWED and (self.due is not None or not ask.is_opening)
