"""One version of one pack, made ready to decide: each decision is read once for every time during which it stands."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date

from sevensteps.errors import Fault, Kind
from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.model.verdict import Decision, Json
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.ruling_reader import read_ruling, rulings_of
from sevensteps.policy.packs.source import PackRefusedError, Problems
from sevensteps.policy.packs.validity import turning_days


class Shelf:
    """A pack and its deciders, each made when it is first asked for."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._turns = {decision: turning_days(pack, decision) for decision in pack.decisions}
        self._deciders: dict[tuple[str, int], Decider] = {}

    def decide(self, decision: str, on: date, facts: Mapping[str, Json]) -> Decision:
        """Decide on facts by the pack as it stands on a date. Raises as `Library.decide` does."""
        return self.decider(decision, on).decide(facts, on)

    def decider(self, decision: str, on: date) -> Decider:
        """What decides on a date.

        Raises:
            Fault: INVALID: DECISION_UNKNOWN, NOT_IN_FORCE or PARAMETER_MISSING.
        """
        if decision not in self.pack.decisions:
            known = ", ".join(sorted(self.pack.decisions))
            detail = f"pack {self.pack.name} has no decision {decision[:100]}; it has {known}"
            raise Fault(Kind.INVALID, "DECISION_UNKNOWN", detail)
        period = bisect_right(self._turns[decision], on)
        found = self._deciders.get((decision, period))
        if found is None:
            found = Decider(self.pack.name, self.pack.hash, read_ruling(self.pack, decision, on))
            self._deciders[decision, period] = found
        return found

    def refuse_what_cannot_be_read(self) -> None:
        """Read every decision on every day on which it turns.

        Raises:
            PackRefusedError: with the problems of all decisions.
        """
        problems = Problems()
        for decision in self.pack.decisions:
            rulings_of(self.pack, decision, problems)
        if problems:
            raise PackRefusedError(sorted(set(problems)))
