"""The outcomes of everyday life (SI 2015/313 reg 2(2), reg 3(2)), as letters name them to the person."""

from collections.abc import Mapping

OUTCOMES_IN_WORDS: Mapping[str, str] = {
    "nutrition": "Eating and drinking",
    "hygiene": "Keeping clean",
    "toilet": "Using the toilet",
    "clothed": "Getting dressed",
    "home_safe": "Being safe at home",
    "habitable": "Looking after your home",
    "relationships": "Family and friends",
    "work_education": "Work, learning and helping others",
    "community": "Getting out and about",
    "child_caring": "Looking after a child",
    "other_caring": "Looking after other people",
    "recreation": "Doing things for fun",
    "carer_health": "Your own health",
}
