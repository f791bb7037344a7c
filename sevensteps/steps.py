"""The seven steps, how a case ends, and what needs are named after. Standard library only."""

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """The seven steps of self-directed support (in Control), by their names in code."""

    MONEY_FOUND = "money_found"
    PLAN_MADE = "plan_made"
    PLAN_AGREED = "plan_agreed"
    MONEY_ORGANISED = "money_organised"
    SUPPORT_ORGANISED = "support_organised"
    LIFE_LIVED = "life_lived"
    SEEN_HOW_IT_WORKED = "seen_how_it_worked"


OPENED_ON_HOLD = frozenset({Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED})
"""The steps that open although the case is on hold: opening step 6 sets the date of a review, which asks nothing of
anybody, and step 7 is a review that is owed (s.27)."""

STEP_NAMES: Mapping[Stage, str] = {
    Stage.MONEY_FOUND: "Step 1: finding out how much money",
    Stage.PLAN_MADE: "Step 2: making your plan",
    Stage.PLAN_AGREED: "Step 3: getting your plan agreed",
    Stage.MONEY_ORGANISED: "Step 4: organising your money",
    Stage.SUPPORT_ORGANISED: "Step 5: organising your support",
    Stage.LIFE_LIVED: "Step 6: living your life",
    Stage.SEEN_HOW_IT_WORKED: "Step 7: seeing how it worked",
}
"""What each step is called to people."""


class Ending(StrEnum):
    """How a case ends. Not eligible is an ending with duties, not an error."""

    INFORMATION_AND_ADVICE = "information_and_advice"
    NOT_ELIGIBLE = "not_eligible"
    ASSESSMENT_REFUSED = "assessment_refused"
    SUPPORT_ENDED = "support_ended"
    MOVED = "moved"
    DIED = "died"
    PASSED_TO_TRANSITION = "passed_to_transition"


class HoldReason(StrEnum):
    """Why a case is on hold."""

    HOSPITAL = "hospital"
    PERSON_ASKED = "person_asked"
    AWAY = "away"


class ReviewOutcome(StrEnum):
    """What a review leads to (s.27; step 7)."""

    CONTINUE = "continue"
    CHANGE_PLAN = "change_plan"
    REASSESS = "reassess"
    END = "end"


class DueKind(StrEnum):
    """Whether a date is practice, which a hold moves, or law, which nothing moves."""

    SOFT = "soft"
    HARD = "hard"


ADULT_OUTCOMES = frozenset(
    (
        "nutrition",
        "hygiene",
        "toilet",
        "clothed",
        "home_safe",
        "habitable",
        "relationships",
        "work_education",
        "community",
        "child_caring",
    )
)
"""What an adult's needs are named after: the ten outcomes of SI 2015/313 reg 2(2)."""
CARER_OUTCOMES = frozenset(
    (
        "child_caring",
        "other_caring",
        "habitable",
        "nutrition",
        "relationships",
        "work_education",
        "community",
        "recreation",
    )
)
"""What a carer's needs are named after: the eight outcomes of reg 3(2)."""
MAY_NOT_APPLY: Mapping[str, frozenset[str]] = {
    "adult": frozenset({"child_caring"}),
    "carer": frozenset({"child_caring", "other_caring"}),
}
"""The outcomes, by kind of case, that do not apply to whoever cares for nobody (reg 2(2)(j), reg 3(2)(b))."""
OUTCOMES = ADULT_OUTCOMES | CARER_OUTCOMES | {"carer_health"}
"""The names of needs; the last is a carer's own health (reg 3(1)(b))."""
