"""What a repair can do to cases, as people choose it: in a sentence, what it has to be told, and when it fits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as filled

from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import Repairs
from sevensteps.fields import number_of
from sevensteps.identity.role_groups import SIGNING
from sevensteps.steps import Ending, HoldReason


@dataclass(frozen=True, slots=True)
class Asks:
    """What an action has to be told: the field of the request, its label, and the words that can be chosen, if any."""

    field: str
    label: str
    choices: Mapping[str, str] = filled(default_factory=dict)
    hint: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """An action: what it does in plain words, and the kinds of stuck cases that it mends; none where it fits all.

    `is_of_one` where it concerns a record of one case that is named: what it asks for is the correction.
    """

    name: str
    does: str
    mends: frozenset[pb.StuckKind.ValueType] = frozenset()
    asks: Sequence[Asks] = ()
    is_of_one: bool = False

    @property
    def text(self) -> str:
        """What it is called."""
        return Repairs[self.name.upper()].words.capitalize()

    @property
    def number(self) -> pb.RepairAction.ValueType:
        """Its number in the contract."""
        number: pb.RepairAction.ValueType = number_of(pb.RepairAction, self.name)
        return number


def _words(choices: Iterable[str]) -> Mapping[str, str]:
    return {each: each.replace("_", " ").capitalize() for each in map(str, choices)}


_HOLD = Asks("hold_reason", "Why it is on hold", _words(HoldReason))
_TEAM = Asks("team", "The team, by your council's own name for it")
_ROLE = Asks("escalate_to", "To whom", _words(SIGNING))
_ENDING = Asks("ending", "How the cases end", _words((Ending.SUPPORT_ENDED, Ending.MOVED, Ending.DIED)))
_CORRECTION = (
    Asks("spend_id", "What was recorded wrongly, by its id"),
    Asks("line_id", "The right line of the plan, by its id"),
    Asks("amount", "The right amount in pounds", hint="For example, 82.91; 0.00 where nothing was spent"),
    Asks("spent_on", "The right day", hint="For example, 2026-12-01"),
    Asks("evidence", "Where the evidence is kept", hint="Leave it empty where that was right", may_be_empty=True),
)
_PARKED = frozenset({pb.STUCK_KIND_PARKED, pb.STUCK_KIND_ENGINES_DISAGREE})
_UNHEARD = frozenset({pb.STUCK_KIND_EFFECT_MISSING, pb.STUCK_KIND_EVENTS_NOT_MOVING})
_LOST = frozenset({pb.STUCK_KIND_JOURNEY_MISSING, pb.STUCK_KIND_JOURNEY_STOPPED, pb.STUCK_KIND_WORKFLOW_TASK_FAILING})
OFFERS: Mapping[str, Offer] = {
    each.name: each
    for each in (
        Offer("resume", "Parked cases ask once more. Put right what was refused first.", _PARKED),
        Offer("skip", "Parked cases give up what they ask, if it is done or not owed.", _PARKED),
        Offer("retry", "A service that did not answer is asked at once.", frozenset({pb.STUCK_KIND_ACTIVITY_RETRYING})),
        Offer("replay", "The journeys are told again what they have not heard.", _UNHEARD),
        Offer("rebuild", "The journeys start again from what has happened. No step is done twice.", _LOST | _UNHEARD),
        Offer("hold", "Dates of practice stand still. Dates of law do not.", asks=(_HOLD,)),
        Offer("release", "The hold ends, and the cases go on."),
        Offer("assign", "Another team looks after the cases.", asks=(_TEAM,)),
        Offer("escalate", "The cases are put before somebody who may do more.", asks=(_ROLE,)),
        Offer(
            "correct",
            "What was recorded of money spent is put right. The old record stays beside the new one.",
            asks=_CORRECTION,
            is_of_one=True,
        ),
        Offer("end", "The cases end. This cannot be undone.", asks=(_ENDING,)),
    )
}
"""By name, in the order in which they are offered."""

AT_ANY_TIME = frozenset({"replay", "rebuild"})
"""What harms no journey, and may help one of which nothing is found."""


def that_fit(
    kinds: Iterable[pb.StuckKind.ValueType], *, some_held: bool, all_held: bool, is_one: bool
) -> tuple[list[Offer], list[Offer]]:
    """The actions that would do something to cases that are stuck so; and those that nothing found calls for.

    What would do nothing to any of the cases is not offered; `is_one` where one case is named.
    """
    found = set(kinds)
    does_nothing = {name for name, is_vain in (("hold", all_held), ("release", not some_held)) if is_vain}
    fit = [
        each
        for each in OFFERS.values()
        if each.name not in does_nothing and (not each.mends or each.mends & found) and (is_one or not each.is_of_one)
    ]
    others = [each for each in OFFERS.values() if each.name in AT_ANY_TIME and each not in fit]
    return fit, others
