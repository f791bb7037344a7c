"""What a rehearsal plays and hurts follows from its seed alone."""

from collections import Counter
from datetime import date

import pytest

from sevensteps.cli.rehearsal.script import OF_CASES, Act, script
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.rehearsal.exercises import PARTS, Harm

EXAMPLES = load(sorted(FOLDER.glob("*.yaml")), date(2026, 7, 1))
SEEDS = range(60)
HARMED = [act for seed in SEEDS for act in script(EXAMPLES, seed, 3) if act.harm]


def told(seed: int, faults: int = 3) -> list[tuple[str, int, Harm | None]]:
    """A script as one can compare it."""
    return [(act.example.name, act.until, act.harm) for act in script(EXAMPLES, seed, faults)]


def test_the_same_seed_gives_the_same_rehearsal() -> None:
    """Whoever has done badly can do it again; another seed is another rehearsal."""
    assert [told(seed) for seed in SEEDS] == [told(seed) for seed in SEEDS]
    assert len({str(told(seed)) for seed in SEEDS}) > len(SEEDS) / 2


@pytest.mark.parametrize("faults", [1, 2, 3, 7, 12])
def test_as_much_is_wrong_as_was_asked_for(faults: int) -> None:
    """One part of the suite at most is away: a second one would hide the first."""
    for seed in SEEDS:
        harms = [harm for *_, harm in told(seed, faults) if harm]
        assert len(harms) == faults
        assert sum(harm in PARTS for harm in harms) <= 1


def test_three_faults_are_of_three_sorts_and_every_sort_comes() -> None:
    """Somebody who rehearses once sees a case, a refusal and a part of the suite; over time all there are."""
    for seed in SEEDS:
        harms = {harm for *_, harm in told(seed) if harm}
        assert {*OF_CASES} < harms
    assert {act.harm for act in HARMED} == {*Harm}


def test_every_example_is_played() -> None:
    """Those that nobody hurts too, so that what is wrong has to be looked for."""
    for seed in SEEDS:
        assert {name for name, *_ in told(seed)} == {example.name for example in EXAMPLES}
    assert len(Counter(until for seed in SEEDS for _, until, harm in told(seed) if not harm)) > 10


@pytest.mark.parametrize("act", HARMED[:60], ids=lambda act: f"{act.harm}-{act.example.name}-{act.until}")
def test_a_harm_is_done_where_it_shows(act: Act) -> None:
    """While the case is open; and before somebody does what the journey then cannot follow up."""
    done = [step.verb.words for step in act.before]
    assert done[0] == "opens a case"
    assert not (act.example.expected.ending == "ended" and act.until == len(act.example.story))
    expected = {Harm.JOURNEY: None, Harm.PARKED: "approves the plan", Harm.REVIEW: "arranges support"}
    wanted = expected.get(act.harm, "submits the plan") if act.harm else None
    assert (act.trigger.verb.words if act.trigger else None) == wanted
    if act.trigger:
        assert not act.trigger.expected.refused
