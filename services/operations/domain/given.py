"""What an action of a repair is given, in plain words."""

from collections.abc import Mapping

from services.operations.domain.action import Action
from services.operations.domain.correcting import right_in_words
from sevensteps.steps import Ending, HoldReason

HELD: Mapping[str, str] = {
    HoldReason.HOSPITAL: "while the person is in hospital",
    HoldReason.PERSON_ASKED: "as the person asked",
    HoldReason.AWAY: "while the person is away",
}
ENDED: Mapping[str, str] = {
    Ending.INFORMATION_AND_ADVICE: "with information and advice",
    Ending.NOT_ELIGIBLE: "as nobody is eligible",
    Ending.ASSESSMENT_REFUSED: "as the assessment was refused",
    Ending.SUPPORT_ENDED: "as support has ended",
    Ending.MOVED: "as the person has moved",
    Ending.DIED: "as the person has died",
    Ending.PASSED_TO_TRANSITION: "as passed to transition",
}


def role_in_words(role: str) -> str:
    """A role of the council, as one speaks of it."""
    return f"the {role.replace('_', ' ')}"


def in_words(action: Action, given: Mapping[str, str]) -> str:
    """As it follows the action: "to the team north". Empty where an action is given nothing."""
    match action:
        case Action.HOLD:
            return HELD.get(given.get("hold_reason", ""), "")
        case Action.ASSIGN:
            return f"to the team {given['team']}"
        case Action.ESCALATE:
            return f"to {role_in_words(given['escalate_to'])}"
        case Action.END:
            return ENDED[given["ending"]]
        case Action.CORRECT:
            return f"{given['spend_id']} to {right_in_words(given)}"
        case _:
            return ""
