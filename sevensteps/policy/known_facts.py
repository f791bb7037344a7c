"""Facts as another version of a pack knows them.

A stage keeps the pack with which it began, also when a later release of the suite asks more or calls a fact by a better
name. And decisions of before are made again by a new pack.
"""

from collections.abc import Mapping

from sevensteps.policy.model.declared_facts import DeclaredFacts
from sevensteps.policy.model.verdict import Json

FORMER_NAMES: Mapping[str, Mapping[str, str]] = {"authority": {"annual_cost": "annual_net"}}
"""The former name of each fact that was renamed, by decision."""


def by_known_names(decision: str, facts: Mapping[str, Json], declared: DeclaredFacts) -> dict[str, Json]:
    """Facts, each under the name by which these declarations know it."""
    named = dict(facts)
    for pair in FORMER_NAMES.get(decision, {}).items():
        for name, other in (pair, pair[::-1]):
            if name in named and name not in declared.case and other in declared.case:
                named[other] = named.pop(name)
    return named


def only_known(decision: str, facts: Mapping[str, Json], declared: DeclaredFacts) -> dict[str, Json]:
    """Facts by the names that these declarations know, without those of the case that they do not ask for."""
    asked = {path.partition(".")[0] for path in declared.case} | declared.collections.keys()
    named = by_known_names(decision, facts, declared)
    return {name: value for name, value in named.items() if name.partition(".")[0] in asked}
