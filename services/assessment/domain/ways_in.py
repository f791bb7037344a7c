"""The ways into an assessment, what a questionnaire has to be for in each, and who may answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.role_groups import CASEWORK
from sevensteps.policy.model.question import Answerer
from sevensteps.policy.model.questionnaire import Purpose, Questionnaire


class Way(StrEnum):
    """In which way somebody is assessed; the last two are no assessment of needs."""

    SELF_ASSESSMENT = "self_assessment"
    COUNCIL_LED = "council_led"
    CARER = "carer"
    COMBINED = "combined"
    LIGHT_TOUCH = "light_touch"
    FINANCIAL = "financial"
    CONTACT = "contact"

    @property
    def assesses(self) -> bool:
        """Whether it is a way to assess needs, and so needs an assessment that is under way."""
        return self not in {Way.FINANCIAL, Way.CONTACT}


_OF_EVERYBODY: Mapping[Way, frozenset[Purpose]] = {
    Way.LIGHT_TOUCH: frozenset({Purpose.LIGHT_TOUCH}),
    Way.FINANCIAL: frozenset({Purpose.FINANCES}),
    Way.CONTACT: frozenset({Purpose.CONTACT}),
}
PURPOSES: Mapping[str, Mapping[Way, frozenset[Purpose]]] = {
    "adult": {
        Way.SELF_ASSESSMENT: frozenset({Purpose.SELF_ASSESSMENT}),
        Way.COUNCIL_LED: frozenset({Purpose.COUNCIL_LED}),
        Way.COMBINED: frozenset({Purpose.SELF_ASSESSMENT, Purpose.COUNCIL_LED}),
        **_OF_EVERYBODY,
    },
    "carer": {
        Way.SELF_ASSESSMENT: frozenset({Purpose.CARERS_ASSESSMENT}),
        Way.CARER: frozenset({Purpose.CARERS_ASSESSMENT}),
        Way.COMBINED: frozenset({Purpose.CARERS_ASSESSMENT}),
        **_OF_EVERYBODY,
    },
}
"""What a questionnaire has to be for, by kind of case and way."""
ELIGIBILITY = {"adult": "eligibility", "carer": "carer-eligibility"}
"""The decision of the pack about somebody's needs, by kind of case."""
STAFF: Mapping[Answerer, Role] = {Answerer.PRACTITIONER: Role.PRACTITIONER, Answerer.FINANCE: Role.FINANCE}
"""Who answers as one of the council has to be that."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """With what answers begin: see Answers. `version` is that which was read; empty for whatever is offered."""

    questionnaire: str
    version: str
    way: Way
    wished: bool
    helper: str
    because: str
    based_on: str = ""

    def ensure_fits(self, kind: str, questionnaire: Questionnaire) -> None:
        """Raise a Fault (INVALID) where the way or the questionnaire is not one for this kind of case."""
        purpose = questionnaire.purpose
        ways = PURPOSES[kind]
        if self.way not in ways:
            raise invalid(Violation("way", f"must be, for a case of this kind, one of {', '.join(sorted(ways))}"))
        if purpose not in ways[self.way]:
            expected = " or ".join(sorted(ways[self.way]))
            raise invalid(Violation("questionnaire", f"must be one for {expected}; this one is for {purpose}"))
        if self.way.assesses and ELIGIBILITY[kind] not in questionnaire.decisions:
            raise invalid(Violation("questionnaire", f"must be one about the needs of {kind}s; this one is not"))


def ensure_may_answer(actor: Actor, answered_by: Answerer) -> None:
    """Raise a Fault (INVALID) for who answers as a practitioner, or as the finance team, and is not that."""
    role = STAFF.get(answered_by)
    if role and role not in actor.roles:
        raise invalid(Violation("answered_by", f"must be who answered: you are not {role}"))


def ensure_may_see(actor: Actor, way: Way) -> None:
    """Raise a Fault (DENIED) for who works with money alone, and would see more of somebody's life than that."""
    if way is not Way.FINANCIAL and not sees_all(actor):
        raise Fault(
            Kind.DENIED,
            "ROLE_LACKS_RIGHT",
            "The finance team has the answers about finances alone. Ask somebody who works on the case with the "
            "person.",
        )


def sees_all(actor: Actor) -> bool:
    """Whether somebody works on the case with the person, and so sees all that was answered."""
    return bool(actor.roles & CASEWORK)
