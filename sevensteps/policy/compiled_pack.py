"""One version of a pack, ready to decide: each decision is compiled once for every period between two changes."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date

from sevensteps.errors import Fault, Kind
from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.model.verdict import Decision, Json
from sevensteps.policy.packs.decision_reader import read_decision, read_decision_over_time
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import PackRefusedError, Problems
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire
from sevensteps.policy.packs.validity import change_days


class CompiledPack:
    """A pack and its deciders, each made when it is first needed."""

    def __init__(self, pack: Pack, *, plain_only: bool = False) -> None:
        self.pack, self._plain_only = pack, plain_only
        self._change_days = {decision: change_days(pack, decision) for decision in pack.decisions}
        self._deciders: dict[tuple[str, int], Decider] = {}

    def decide(self, decision: str, on: date, facts: Mapping[str, Json]) -> Decision:
        """Decide on facts by the pack as it stands on a date. Raises as `Library.decide` does."""
        return self.decider(decision, on).decide(facts, on)

    def decider(self, decision: str, on: date) -> Decider:
        """The decider of a decision on a date.

        Raises:
            Fault: INVALID: DECISION_UNKNOWN, NOT_IN_FORCE or PARAMETER_MISSING.
        """
        if decision not in self.pack.decisions:
            decisions = ", ".join(sorted(self.pack.decisions))
            detail = f"pack {self.pack.name} has no decision {decision[:100]}; it has {decisions}"
            raise Fault(Kind.INVALID, "DECISION_UNKNOWN", detail)
        period = bisect_right(self._change_days[decision], on)
        decider = self._deciders.get((decision, period))
        if decider is None:
            compiled = read_decision(self.pack, decision, on)
            decider = Decider(self.pack.name, self.pack.hash, compiled, plain_only=self._plain_only)
            self._deciders[decision, period] = decider
        return decider

    def check_readable(self) -> None:
        """Read every decision on every day on which it changes, and every questionnaire.

        Raises:
            PackRefusedError: with the problems of all of them.
        """
        problems = Problems()
        for decision in self.pack.decisions:
            read_decision_over_time(self.pack, decision, problems)
        for name in self.pack.questionnaires:
            with problems.collected():
                read_questionnaire(self.pack, name)
        if problems:
            raise PackRefusedError(sorted(set(problems)))
