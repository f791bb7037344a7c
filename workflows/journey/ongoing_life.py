"""The life that goes on with the plan in force, while another plan is made or needs are assessed again."""

from dataclasses import dataclass

from sevensteps.events import Payload, ReviewCompleted, ReviewTriggered


@dataclass(slots=True)
class OngoingLife:
    """Whether life goes on although another step is under way, and what called for a review by law meanwhile.

    `called_by_law` is the day (YYYY-MM-DD) by which the law wants the review of what came to notice after the review of
    `reviewed_round` was done, the last one. No step waits for such a fact, and it is as soon forgotten as it is noted.
    """

    goes_on: bool = False
    reviewed_round: int = 0
    called_by_law: str = ""

    def note(self, payload: Payload) -> None:
        """Note what is said of a review."""
        if isinstance(payload, ReviewCompleted):
            self.reviewed_round, self.called_by_law = payload.round, ""
        elif isinstance(payload, ReviewTriggered) and payload.law_due and payload.round == self.reviewed_round:
            self.called_by_law = min(payload.law_due, self.called_by_law or payload.law_due)

    def law_due(self, round_: int, otherwise: str) -> str:
        """The day by which the law wants the next review of a round: what calls for it, or `otherwise` if sooner."""
        if self.goes_on and self.called_by_law and self.reviewed_round == round_:
            return min(self.called_by_law, otherwise or self.called_by_law)
        return otherwise
