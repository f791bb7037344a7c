"""From facts to a decision: both evaluators are asked, have to agree, and what they found is put into words."""

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import version
from typing import Protocol

from sevensteps.errors import Fault, Kind
from sevensteps.policy.evaluation.completion import Allowance, Completion
from sevensteps.policy.evaluation.durable import DurableEvaluator
from sevensteps.policy.evaluation.missing import Missing
from sevensteps.policy.evaluation.plain import PlainEvaluator, Truth, Truths
from sevensteps.policy.evaluation.wording import Wording, could_be
from sevensteps.policy.model.given import Known
from sevensteps.policy.model.ruling import AnsweredValue, FactValue, ItemsValue, PlainValue, Ruling
from sevensteps.policy.model.sums import work_out
from sevensteps.policy.model.verdict import Decision, Finding, Json, Possible, Verdict, all_together

ENGINES: Mapping[str, str] = {"plain": "1", "durable_rules": version("durable_rules")}


class Evaluator(Protocol):
    """What finds out what becomes of every rule."""

    @property
    def name(self) -> str:
        """What a receipt calls it."""

    def truths(self, known: Known) -> Truths:
        """What becomes of every rule on these facts (worked out ones included)."""


class Decider:
    """Decides one decision of one version of a pack, on the dates for which its ruling stands."""

    def __init__(self, pack: str, hash_: str, ruling: Ruling) -> None:
        self.pack, self.hash, self.ruling = pack, hash_, ruling
        self.plain = PlainEvaluator(ruling)
        self.evaluators: tuple[Evaluator, ...] = (self.plain, DurableEvaluator(ruling))
        self._wordings = tuple(Wording.of(rule, ruling.facts[rule.scope]) for rule in ruling.rules)
        self._missing = Missing(ruling)
        self._parts = tuple(dict.fromkeys(rule.part for rule in ruling.rules if rule.part))
        self._possibilities = {part: _possibilities(ruling, part) for part in (None, *self._parts)}
        self._completions = {part: Completion(ruling, part) for part in (None, *self._parts)}

    def decide(self, facts: Mapping[str, Json], on: date) -> Decision:
        """The decision on these facts.

        Raises:
            Fault: INVALID, FACT_INVALID (an undeclared fact, or one of the wrong type); INTERNAL, ENGINES_DISAGREE.
        """
        known = self.known(facts)
        truths = self._asked(known)
        allowance = Allowance(len(truths))
        parts = {part: self._settled(known, truths, allowance, part) for part in self._parts}
        not_met = Verdict.NOT_MET in parts.values()
        verdict = Verdict.NOT_MET if not_met else self._settled(known, truths, allowance)
        findings = tuple(self._findings(known, truths))
        open_ = verdict is Verdict.NOT_ENOUGH_INFORMATION
        return Decision(
            self.ruling.name, self.pack, self.hash, on, verdict, findings,
            self._missing.paths(known, truths, self._possible(truths)[0]) if open_ else (),
            self._values(known, truths, verdict, parts), self.ruling.declared.kept(facts, known),
            dict.fromkeys((evaluator.name for evaluator in self.evaluators), _answer(truths)), ENGINES,
        )  # fmt: skip

    def known(self, facts: Mapping[str, Json]) -> Known:
        """The facts typed, and with them all that is worked out of them. Raises as `decide` does."""
        known = self.ruling.declared.typed(facts)
        work_out(self.ruling.sums, known)
        return known

    def plain_verdict(self, known: Known) -> Verdict:
        """What the plain evaluator alone makes of typed facts, their sums worked out anew: for trying things out."""
        work_out(self.ruling.sums, known)
        return self._verdict(self.plain.truths(known))

    def plain_answer(self, facts: Mapping[str, Json]) -> tuple[Verdict, Mapping[str, Json]]:
        """The verdict and values by the plain evaluator alone, for looking through many decisions.

        `decide` has the last word: a verdict that is open here may be settled there. Raises a Fault (INVALID,
        FACT_INVALID).
        """
        known = self.known(facts)
        truths = self.plain.truths(known)
        verdict = self._verdict(truths)
        parts = {part: self._verdict(truths, part) for part in self._parts}
        return verdict, self._values(known, truths, verdict, parts)

    def _asked(self, known: Known) -> Truths:
        """What every evaluator found, all the same."""
        first, *others = (evaluator.truths(known) for evaluator in self.evaluators)
        for other in others:
            if other != first:
                raise self._disagreement(first, other)
        return first

    def _disagreement(self, first: Truths, other: Truths) -> Fault:
        rules = sorted({key[0] for key in first.keys() | other.keys() if first.get(key, 0) != other.get(key, 0)})
        detail = f"the two evaluators of {self.ruling.name} disagree on {', '.join(rules)}; nothing is decided"
        return Fault(Kind.INTERNAL, "ENGINES_DISAGREE", detail, metadata={"pack": self.pack, "hash": self.hash})

    def _settled(self, known: Known, truths: Truths, allowance: Allowance, part: str | None = None) -> Verdict:
        """The verdict of the whole or of one part; one that Kleene leaves open is settled if it can be."""
        verdict = self._verdict(truths, part)
        if verdict is not Verdict.NOT_ENOUGH_INFORMATION or self._open_values(truths):
            return verdict
        completion = self._completions[part]
        return completion.settle(known, lambda filled: self._verdict(self._asked(filled), part), allowance)

    def _open_values(self, truths: Truths) -> bool:
        """Whether it is open which row's values count: then even a certain verdict would leave them unknown."""
        rows = [rule.id for rule in self.ruling.rules if rule.values and not rule.advisory]
        return any(truths[row, ""] is None for row in rows)

    def _possible(self, truths: Truths, part: str | None = None) -> Possible:
        asked = self._possibilities[part]
        return all_together([asked[id_][truth] for (id_, _), truth in truths.items() if id_ in asked])

    def _verdict(self, truths: Truths, part: str | None = None) -> Verdict:
        best, worst = self._possible(truths, part)
        return best if best is worst else Verdict.NOT_ENOUGH_INFORMATION

    def _findings(self, known: Known, truths: Truths) -> Iterator[Finding]:
        for wording in self._wordings:
            items = known.items[wording.rule.scope] if wording.rule.scope else {"": known.case}
            if items is None:
                yield wording.of_an_unknown_list()
                continue
            for item, values in items.items():
                finding = wording.finding(item, values, truths)
                if finding is not None:
                    yield finding

    def _values(self, known: Known, truths: Truths, verdict: Verdict, parts: Mapping[str, Verdict]) -> dict[str, Json]:
        values: dict[str, Json] = {part: of_part.value for part, of_part in parts.items()}
        for answer in self.ruling.answers:
            value = self._value(answer.value, known, truths)
            if verdict in answer.when and value is not None:
                values[answer.name] = value
        if verdict is not Verdict.NOT_ENOUGH_INFORMATION:
            values.update(self._row_values(known, truths))
        return values

    def _row_values(self, known: Known, truths: Truths) -> dict[str, Json]:
        rows = [rule for rule in self.ruling.rules if rule.values and truths[rule.id, ""]]
        found = [{name: self._value(value, known, truths) for name, value in rule.values.items()} for rule in rows]
        if self.ruling.earliest:  # the earliest row last, so that its values count; others add what it does not say
            found = sorted(found, key=lambda row: str(row[self.ruling.earliest]))[::-1]
        return {name: value for row in found for name, value in row.items()}

    def _value(self, value: AnsweredValue, known: Known, truths: Truths) -> Json:
        match value:
            case FactValue(fact):
                return self.ruling.facts[""][fact].json(known.case[fact])
            case ItemsValue(rule, if_none):
                return [item for (id_, item), truth in truths.items() if id_ == rule and truth] or if_none
            case PlainValue(plain):
                return plain


def _possibilities(ruling: Ruling, part: str | None) -> Mapping[str, Mapping[Truth, Possible]]:
    """What may become of each rule that has a part in the verdict, or in that of one part, by how it comes out."""
    asked = [rule for rule in ruling.rules if not rule.advisory and part in (None, rule.part)]
    return {rule.id: {truth: could_be(rule, truth) for truth in (True, False, None)} for rule in asked}


def _answer(truths: Truths) -> dict[str, Json]:
    return {f"{rule}.{item}" if item else rule: truth for (rule, item), truth in truths.items()}
