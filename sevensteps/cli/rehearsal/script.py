"""Which examples are played how far, and what is done to which of them: all of it follows from a seed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sevensteps.cli.story.examples import Example, Step
from sevensteps.rehearsal.exercises import PARTS, Harm

OF_CASES = (Harm.JOURNEY, Harm.PARKED)
"""What can be done to as many cases as one likes. Of the parts of the suite one is stopped: a second would hide it."""


@dataclass(frozen=True, slots=True)
class Act:
    """An example, how many steps of it are played, and what is then done to its case; None for nothing.

    The step after these is the one whose consequence the harm keeps away, where there is such a one.
    """

    example: Example
    until: int
    harm: Harm | None = None

    @property
    def before(self) -> Sequence[Step]:
        """What is played before the harm."""
        return self.example.story[: self.until]

    @property
    def trigger(self) -> Step | None:
        """What somebody does after it, for the harm to show; None where it shows by itself."""
        return self.example.story[self.until] if self.harm in TRIGGERS else None


def script(examples: Sequence[Example], seed: int, faults: int) -> Sequence[Act]:
    """As many harms as are wanted, each done to an example that suits it; the other examples are played unharmed.

    Raises ValueError where none of the examples suits a harm.
    """
    chance = Random(seed)  # noqa: S311 - the same seed is to give the same rehearsal
    harmed = [_harmed(examples, harm, chance) for harm in _harms(chance, faults)]
    taken = {act.example.name for act in harmed}
    return [*harmed, *(_unharmed(each, chance) for each in examples if each.name not in taken)]


def _harms(chance: Random, faults: int) -> Sequence[Harm]:
    """One of each sort first, in any order; then more of those of cases."""
    first = [*OF_CASES, chance.choice(PARTS)]
    chance.shuffle(first)
    return [*first, *(chance.choice(OF_CASES) for _ in range(faults - len(first)))][:faults]


def _harmed(examples: Sequence[Example], harm: Harm, chance: Random) -> Act:
    suitable = [Act(example, until, harm) for example in examples for until in _points(example, harm)]
    if not suitable:
        raise ValueError(harm)
    return chance.choice(suitable)


def _unharmed(example: Example, chance: Random) -> Act:
    return Act(example, chance.randint(1, len(example.story)))


def _points(example: Example, harm: Harm) -> Iterator[int]:
    """After how many steps of an example a harm may be done."""
    if is_trigger := TRIGGERS.get(harm):
        found = (at for at, step in enumerate(example.story) if is_trigger(step))
        yield from [*found][:1]
    else:
        yield from range(1, _steps_while_open(example))


def _steps_while_open(example: Example) -> int:
    """How many of its steps leave the case open."""
    return len(example.story) if example.expected.ending != "ended" else len(example.story) - 1


def _does(words: str) -> Callable[[Step], bool]:
    return lambda step: step.verb.words == words and not step.expected.refused


def _arranges_the_last_support(step: Step) -> bool:
    return step.verb.words == "arranges support" and step.expected.answer.get("needs_left") == []


TRIGGERS: Mapping[Harm | None, Callable[[Step], bool]] = {
    Harm.PARKED: _does("approves the plan"),
    Harm.APPROVAL: _does("submits the plan"),
    Harm.REVIEW: _arranges_the_last_support,
    Harm.WORKER: _does("submits the plan"),
}
"""What somebody does for a harm to show: the first such step of an example."""
