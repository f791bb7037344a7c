"""What is certain of an unknown number, or of a sum with one in it, from the least and the most that it can be.

A budget without its top-up covers what it covers, whatever the top-up is: it is not less than nothing. Where every look
at a number sees the same in all that the number can be, any one of these stands for it.
"""

from collections.abc import Mapping, Sequence

from sevensteps.policy.evaluation.plain import test_of
from sevensteps.policy.model.conditions import Compare, Is, Look
from sevensteps.policy.model.facts import LARGEST, Fact, Value
from sevensteps.policy.model.given import Known
from sevensteps.policy.model.sums import Sum, work_out_ranges

NUMBERS = ("whole number", "money")


class Ranges:
    """The numbers of a decision that rules look at, and the sums that lead to them."""

    def __init__(
        self,
        facts: Mapping[str, Mapping[str, Fact]],
        looks: Mapping[tuple[str, str], Sequence[Look]],
        sums: tuple[Sum, ...],
    ) -> None:
        self._sums = sums
        worked_out = {(sum_.scope, sum_.fact.name) for sum_ in sums}
        self._given = [
            (scope, fact)
            for scope, of_scope in facts.items()
            for fact in of_scope.values()
            if fact.type in NUMBERS and (scope, fact.name) not in worked_out
        ]
        self._looks = {place: seen for place, seen in looks.items() if facts[place[0]][place[1]].type in NUMBERS}

    def __bool__(self) -> bool:
        return bool(self._looks)

    def stand_in(self, known: Known) -> None:
        """Put the least value for each unknown number of which every look sees the same up to the most."""
        least, most = known.copy(), known.copy()
        for scope, fact in self._given:
            for item, values in known.of(scope).items():
                if values[fact.name] is None:
                    least.of(scope)[item][fact.name] = -LARGEST if fact.lowest is None else fact.lowest
                    most.of(scope)[item][fact.name] = LARGEST if fact.highest is None else fact.highest
        work_out_ranges(self._sums, known, least, most)
        for (scope, name), looks in self._looks.items():
            for item, values in known.of(scope).items():
                low, high = least.of(scope)[item][name], most.of(scope)[item][name]
                if values[name] is None and all(_sees_one_thing(look, low, high) for look in looks):
                    values[name] = low


def _sees_one_thing(look: Look, low: Value | None, high: Value | None) -> bool:
    """Whether a look sees the same in every number from the one to the other; not where these are unknown."""
    if not isinstance(low, int) or not isinstance(high, int):
        return False
    if isinstance(look, Compare):
        test = test_of(look)
        return test({look.fact: low}, {}) is test({look.fact: high}, {})
    named = look.values if isinstance(look, Is) else ()
    return low == high or not any(low <= value <= high for value in named if isinstance(value, int))
