"""Facts as another version of a pack knows them.

A stage keeps the pack with which it began, also when a later release of the suite asks more or calls a fact by a better
name. And decisions of before are made again by a new pack.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from sevensteps.policy.model.declared_facts import DeclaredFacts
from sevensteps.policy.model.verdict import Json

FORMER_NAMES: Mapping[str, Mapping[str, str]] = {"authority": {"annual_cost": "annual_net"}}
"""The former name of each fact that was renamed, by decision."""


def names_of(declared: DeclaredFacts) -> frozenset[str]:
    """What a decision may be told: its facts, the objects that hold facts, and its collections."""
    return frozenset(path.partition(".")[0] for path in declared.case) | declared.collections.keys()


def by_known_names(decision: str, facts: Mapping[str, Json], known: AbstractSet[str]) -> dict[str, Json]:
    """Facts, each under the name by which a version of a decision knows it, out of those that `names_of` gives."""
    named = dict(facts)
    for pair in FORMER_NAMES.get(decision, {}).items():
        for name, other in (pair, pair[::-1]):
            if name in named and name not in known and other in known:
                named[other] = named.pop(name)
    return named


def only_known(decision: str, facts: Mapping[str, Json], known: AbstractSet[str]) -> dict[str, Json]:
    """Facts by the names that a version of a decision knows, without those that it does not ask for."""
    return {name: value for name, value in by_known_names(decision, facts, known).items() if name in known}
