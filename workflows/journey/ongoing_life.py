"""The life that goes on with the plan in force, during a review and while a plan is made or needs assessed again."""

from dataclasses import dataclass

from sevensteps.events import Payload, ReviewCompleted, ReviewOpened, ReviewTriggered


@dataclass(slots=True)
class OngoingLife:
    """Whether life goes on although another step is under way, and what called for a review by law meanwhile.

    `called_by_law` is the day (YYYY-MM-DD) by which the law wants the review of what came to notice while that of the
    round `under_review` was under way, which answers it, or after that of `reviewed_round` was done, the last one. No
    step waits for such a fact, and it is as soon forgotten as it is noted.
    """

    goes_on: bool = False
    reviewed_round: int = 0
    called_by_law: str = ""
    under_review: int = 0

    def note(self, payload: Payload) -> None:
        """Note what is said of a review."""
        match payload:
            case ReviewOpened():
                self.under_review = payload.round
            case ReviewCompleted():
                self.reviewed_round, self.called_by_law, self.under_review = payload.round, "", 0
            case ReviewTriggered() if payload.law_due and payload.round in {self.reviewed_round, self.under_review}:
                self.called_by_law = min(payload.law_due, self.called_by_law or payload.law_due)

    def law_due(self, round_: int, otherwise: str, *, under_review: bool) -> str:
        """The day by which the law wants a review of a round: what calls for it, or `otherwise` if sooner."""
        called = self.under_review == round_ if under_review else self.goes_on and self.reviewed_round == round_
        return min(self.called_by_law, otherwise or self.called_by_law) if called and self.called_by_law else otherwise
