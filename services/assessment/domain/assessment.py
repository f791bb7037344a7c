"""What is recorded and assessed before a determination. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from sevensteps.errors import Violation, invalid
from sevensteps.policy.model.verdict import Json
from sevensteps.steps import ADULT_OUTCOMES

LIMBS = {
    "adult": ("cannot_unaided", "pain_distress_anxiety", "endangers", "takes_longer"),
    "carer": ("cannot_unaided", "pain_distress_anxiety", "endangers"),
}
"""The ways of being unable to achieve an outcome (SI 2015/313 reg 2(3), reg 3(3)), by kind of case."""
CARE_ACT = date(2015, 4, 1)
"""The day on which the Care Act 2014 came into force: nothing is assessed by its rules for a day before."""


@dataclass(frozen=True, slots=True)
class UrgentSupport:
    """Urgent needs met before the assessment (s.19(3)). `weekly` in pounds."""

    needs: tuple[str, ...]
    weekly: Decimal
    starts_on: date
    because: str


@dataclass(frozen=True, slots=True)
class SelfAssessment:
    """What the person says about life, needs and wishes, and with whose help."""

    help: str
    own_words: str


class Judgement(StrEnum):
    """What a practitioner judges about an outcome."""

    UNABLE = "unable"
    ABLE = "able"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Departure:
    """An outcome that a practitioner judges otherwise than the pack proposes, and why."""

    outcome: str
    judgement: Judgement
    because: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was assessed on a day, of an adult or of a carer.

    `facts` are those of eligibility, as the pack takes them. `duty` are those on which it depends whether the council
    has to meet the needs (s.18, s.20); `met_by_carer` says by outcome whether a carer meets the need (s.18(7)).
    """

    assessed_on: date
    kind: str
    facts: Mapping[str, Json]
    duty: Mapping[str, Json]
    met_by_carer: Mapping[str, bool]

    @classmethod
    def of_receipt(cls, assessed_on: date, kind: str, facts: Mapping[str, Json]) -> Self:
        """What a version assessed that asked where the adult lives as a yes or no, with the facts of eligibility."""
        resident = facts.get("resident")
        residence = residence_of(resident) if isinstance(resident, bool) else None
        kept = {name: fact for name, fact in facts.items() if name != "resident"}
        return cls(assessed_on, kind, kept, {"residence": residence}, {})

    def with_capacity(self, *, lacks: bool | None) -> Self:
        """The assessment with what is on record of the adult's capacity to arrange care and support (s.18(4)).

        None where nothing is. Raises a Fault (INVALID) where it says otherwise.
        """
        said = self.duty.get("lacks_capacity")
        if self.kind != "adult" or lacks is None:
            return self
        if said is not None and said is not lacks:
            word = "true" if lacks else "false"
            detail = f"must be {word} or left out: so it is on record of arrange_care (ListCapacity)"
            raise invalid(Violation("adult.lacks_capacity", detail))
        return replace(self, duty={**self.duty, "lacks_capacity": lacks})

    def judged(self, departures: Sequence[Departure]) -> Self:
        """The assessment with outcomes as the practitioner judges them, so that the same rules can decide from it."""
        assessed = self.facts.get("outcomes")
        outcomes = dict(assessed) if isinstance(assessed, Mapping) else {}
        for departure in departures:
            answers = outcomes.get(departure.outcome)
            ways = dict(answers) if isinstance(answers, Mapping) else {}
            outcomes[departure.outcome] = self._answers(departure.judgement, ways)
        return replace(self, facts={**self.facts, "outcomes": outcomes})

    def _answers(self, judgement: Judgement, assessed: Mapping[str, Json]) -> Json:
        """An outcome as it is judged, in the words of the regulations; `assessed` are its answers so far."""
        match judgement:
            case Judgement.UNABLE:
                return {**assessed, "cannot_unaided": True}
            case Judgement.ABLE:
                return dict.fromkeys(LIMBS[self.kind], False)
            case Judgement.UNKNOWN:
                return {}

    def facts_of_duty(self, eligible_needs: Sequence[str]) -> dict[str, Json]:
        """What the pack is asked about the duty to meet these needs."""
        if self.kind == "carer":
            return {**self.duty, "eligible_needs": list(eligible_needs)}
        needs: dict[str, Json] = {
            outcome: {"eligible": outcome in eligible_needs, "met_by_carer": self.met_by_carer.get(outcome)}
            for outcome in sorted(ADULT_OUTCOMES)
        }
        return {**self.duty, "needs": needs}


@dataclass(frozen=True, slots=True)
class AssessedByAnswers:
    """What was assessed on a day, as answers to a questionnaire and the practitioner's view of them say it.

    `duty` is what is known beside the answers about the duty to meet the needs (s.18, s.20).
    """

    assessed_on: date
    answers_id: str
    duty: Mapping[str, Json]


def residence_of(resident: bool) -> str:  # noqa: FBT001 - the answer that earlier callers gave
    """Where somebody lives, by the yes or no that earlier callers sent."""
    return "here" if resident else "elsewhere"
