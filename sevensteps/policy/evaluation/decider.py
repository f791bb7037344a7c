"""From facts to a decision: both evaluators are asked and have to agree, and each rule's outcome becomes a finding."""

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import version
from typing import Protocol

from sevensteps.errors import Fault, Kind
from sevensteps.policy.evaluation.durable import DurableEvaluator
from sevensteps.policy.evaluation.missing import MissingFacts
from sevensteps.policy.evaluation.partial_evaluation import PartialEvaluation, TrialLimit
from sevensteps.policy.evaluation.plain import PlainEvaluator, Truths
from sevensteps.policy.evaluation.values import values_of
from sevensteps.policy.evaluation.wording import Wording, possible_verdicts
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.model.declared_facts import TypedFacts
from sevensteps.policy.model.derived_facts import derive
from sevensteps.policy.model.known_facts import names_of
from sevensteps.policy.model.predicates import Truth
from sevensteps.policy.model.verdict import Decision, Finding, Json, Verdict, VerdictRange, range_of_all

ENGINES: Mapping[str, str] = {"plain": "1", "durable_rules": version("durable_rules")}


class Evaluator(Protocol):
    """Finds the outcome of every rule of a decision."""

    @property
    def name(self) -> str:
        """Its name in a receipt."""

    def truths(self, facts: TypedFacts) -> Truths:
        """The outcome of every rule on these facts, derived ones included."""


class Decider:
    """Makes one decision by one version of a pack, on the dates on which the compiled decision is in force."""

    def __init__(self, pack: str, hash_: str, compiled: CompiledDecision, *, plain_only: bool = False) -> None:
        """With `plain_only` the plain evaluator alone is asked, for trying a changed pack out: nobody is decided on."""
        self.pack, self.hash, self.compiled = pack, hash_, compiled
        self.asked = names_of(compiled.declared)
        self.plain = PlainEvaluator(compiled)
        self.evaluators: tuple[Evaluator, ...] = (self.plain, *(() if plain_only else (DurableEvaluator(compiled),)))
        self._wordings = tuple(Wording.of(rule, compiled.facts[rule.scope]) for rule in compiled.rules)
        self._missing = MissingFacts(compiled)
        self._parts = tuple(dict.fromkeys(rule.part for rule in compiled.rules if rule.part))
        self._ranges = {part: _verdict_ranges(compiled, part) for part in (None, *self._parts)}
        self._partial_evaluations: dict[str | None, PartialEvaluation] = {}

    def decide(self, facts: Mapping[str, Json], on: date) -> Decision:
        """The decision on these facts.

        Raises:
            Fault: INVALID, FACT_INVALID (an undeclared fact, or one of the wrong type); INTERNAL, ENGINES_DISAGREE.
        """
        typed = self.typed(facts, on)
        truths = self._ask_every_evaluator(typed)
        limit = TrialLimit(len(truths))
        parts = {part: self._verdict(typed, truths, limit, part) for part in self._parts}
        not_met = Verdict.NOT_MET in parts.values()
        verdict = Verdict.NOT_MET if not_met else self._verdict(typed, truths, limit)
        is_open = verdict is Verdict.NOT_ENOUGH_INFORMATION
        return Decision(
            decision=self.compiled.name,
            pack=self.pack,
            hash=self.hash,
            on=on,
            verdict=verdict,
            findings=tuple(self._findings(typed, truths)),
            missing=self._missing.paths(typed, truths, self._verdict_range(truths)[0]) if is_open else (),
            values=values_of(self.compiled, typed, truths, verdict, parts),
            facts=self.compiled.declared.for_receipt(facts, typed),
            answers=dict.fromkeys((evaluator.name for evaluator in self.evaluators), _answer(truths)),
            engines=ENGINES,
        )

    def typed(self, facts: Mapping[str, Json], on: date) -> TypedFacts:
        """The facts typed, with all that is derived from them and the day. Raises as `decide` does."""
        typed = self.compiled.declared.typed(facts, on)
        derive(self.compiled.derived_facts, typed)
        return typed

    def plain_verdict(self, facts: TypedFacts) -> Verdict:
        """The verdict of the plain evaluator alone, after deriving facts again: for trying changes out."""
        derive(self.compiled.derived_facts, facts)
        return self._kleene_verdict(self.plain.truths(facts))

    def plain_answer(self, facts: Mapping[str, Json], on: date) -> tuple[Verdict, Mapping[str, Json]]:
        """The verdict and values of the plain evaluator alone, for looking through many decisions.

        Only `decide` is final: it may settle a verdict that is open here. Raises a Fault (INVALID, FACT_INVALID).
        """
        typed = self.typed(facts, on)
        truths = self.plain.truths(typed)
        verdict = self._kleene_verdict(truths)
        parts = {part: self._kleene_verdict(truths, part) for part in self._parts}
        return verdict, values_of(self.compiled, typed, truths, verdict, parts)

    def _ask_every_evaluator(self, facts: TypedFacts) -> Truths:
        """The outcomes that all evaluators agree on. Raises a Fault (INTERNAL, ENGINES_DISAGREE)."""
        first, *others = (evaluator.truths(facts) for evaluator in self.evaluators)
        for other in others:
            if other != first:
                raise self._disagreement(first, other)
        return first

    def _disagreement(self, first: Truths, other: Truths) -> Fault:
        rules = sorted({key[0] for key in first.keys() | other.keys() if first.get(key, 0) != other.get(key, 0)})
        detail = f"the two evaluators of {self.compiled.name} disagree on {', '.join(rules)}; nothing is decided"
        return Fault(Kind.INTERNAL, "ENGINES_DISAGREE", detail, metadata={"pack": self.pack, "hash": self.hash})

    def _verdict(self, facts: TypedFacts, truths: Truths, limit: TrialLimit, part: str | None = None) -> Verdict:
        """The verdict of the whole or of one part; where Kleene's is open, that of partial evaluation."""
        verdict = self._kleene_verdict(truths, part)
        if verdict is not Verdict.NOT_ENOUGH_INFORMATION or self._values_are_open(truths):
            return verdict

        def verdict_of(filled: TypedFacts) -> Verdict:
            return self._kleene_verdict(self._ask_every_evaluator(filled), part)

        if part not in self._partial_evaluations:  # made when it is first needed: most decisions are not open
            self._partial_evaluations[part] = PartialEvaluation(self.compiled, part)
        return self._partial_evaluations[part].verdict(facts, verdict_of, limit)

    def _values_are_open(self, truths: Truths) -> bool:
        """Whether it is open which row gives the values: then even a certain verdict would leave them unknown."""
        rows = [rule.id for rule in self.compiled.rules if rule.values and not rule.advisory]
        return any(truths[row, ""] is None for row in rows)

    def _verdict_range(self, truths: Truths, part: str | None = None) -> VerdictRange:
        ranges = self._ranges[part]
        return range_of_all([ranges[id_][truth] for (id_, _), truth in truths.items() if id_ in ranges])

    def _kleene_verdict(self, truths: Truths, part: str | None = None) -> Verdict:
        best, worst = self._verdict_range(truths, part)
        return best if best is worst else Verdict.NOT_ENOUGH_INFORMATION

    def _findings(self, facts: TypedFacts, truths: Truths) -> Iterator[Finding]:
        for wording in self._wordings:
            scope = wording.rule.scope
            if not scope:
                if (finding := wording.finding("", facts.case, truths)) is not None:
                    yield finding
                continue
            items = facts.collections[scope]
            if items is None:
                yield wording.unknown_list()
                continue
            for item, values in items.items():
                finding = wording.finding(item, values, truths)
                if finding is not None:
                    yield finding


def _verdict_ranges(compiled: CompiledDecision, part: str | None) -> Mapping[str, Mapping[Truth, VerdictRange]]:
    """The possible verdicts of each rule behind the verdict, or behind that of one part, by the rule's outcome."""
    rules = [rule for rule in compiled.rules if not rule.advisory and part in (None, rule.part)]
    return {rule.id: {truth: possible_verdicts(rule, truth) for truth in (True, False, None)} for rule in rules}


def _answer(truths: Truths) -> dict[str, Json]:
    return {f"{rule}.{item}" if item else rule: truth for (rule, item), truth in truths.items()}
