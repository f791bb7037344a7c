"""What operations have given up of what a journey asks. A journey that is rebuilt finds it among the facts."""

from dataclasses import dataclass, field

from sevensteps.asks import Ask
from sevensteps.events import CaseResumed, Fact

REMEMBERED = 100
"""How much of it is remembered: it is asked for by hand, case by case."""


@dataclass(slots=True)
class GivenUp:
    """The position of the fact that gave up an ask last, by the key of the ask."""

    positions: dict[str, int] = field(default_factory=dict)

    def hear(self, resumed: Fact) -> None:
        """Note what a resumption gives up, if it does."""
        payload = CaseResumed.of(resumed.payload)
        if not payload.skips:
            return
        key = Ask.named(payload.skips, payload.turn).key
        self.positions.pop(key, None)
        self.positions[key] = resumed.position
        if len(self.positions) > REMEMBERED:
            del self.positions[next(iter(self.positions))]

    def position_of(self, ask: Ask) -> int:
        """Where it was given up last; 0 where it was not."""
        return self.positions.get(ask.key, 0)
