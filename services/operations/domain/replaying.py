"""What telling a journey its case's events again would do, by what it has heard and what the feed has."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.operations.domain.prediction import Prediction
from sevensteps.temporal import Remembered, Standing

REBUILD = "`sevensteps repair plan rebuild` starts it again from the feed."
"""What mends a journey that cannot be told in order what it has missed."""
MOST_KINDS = 5
"""How many kinds of events a sentence names."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a case that its journey is to hear: where it stands in the feed, and its kind."""

    position: int
    type: str

    @property
    def kind(self) -> str:
        """The kind in words: plan approved."""
        return self.type.rpartition(".")[0].replace(".", " ").replace("_", " ")


def predict_replay(told: Sequence[Told], brought_to: int, stands: Standing, heard: Remembered) -> Prediction:
    """What would happen. `told` has the events that the journey is to hear, up to where it was asked.

    What comes after the position `brought_to` is still under way to the journeys, and needs no repair.
    """
    if stands.parked and not stands.parked.operation:
        return Prediction(does=False, sentence=f"Its journey cannot go on with what it has heard. {REBUILD}")
    if passed := [each for each in told if heard.has_passed_over(each.position)]:
        return Prediction(does=False, sentence=f"Its journey has heard what came after {_in_words(passed)}. {REBUILD}")
    missed = [each for each in told if each.position > heard.heard]
    if lost := [each for each in missed if each.position <= brought_to]:
        return Prediction(does=True, sentence=f"Its journey is told {_in_words(lost)}. It hears nothing twice.")
    if missed:
        return Prediction(does=False, sentence=f"{_in_words(missed).capitalize()} will reach its journey without this.")
    return Prediction(does=False, sentence="Its journey has heard every event of the case.")


def _in_words(events: Sequence[Told]) -> str:
    """How many, and of which kinds: 2 events: plan approved, money organised."""
    kinds = list(dict.fromkeys(each.kind for each in events))
    named = ", ".join(kinds[:MOST_KINDS]) + (" and more" if len(kinds) > MOST_KINDS else "")
    return f"{len(events)} event{'s' if len(events) > 1 else ''} ({named})"
