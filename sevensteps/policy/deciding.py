"""From facts to a decision: both evaluators are asked, have to agree, and what they found is put into words."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from sevensteps.errors import Fault, Kind
from sevensteps.policy.completion import doubtful_facts, settle
from sevensteps.policy.conditions import All, Items, facts_of, inside
from sevensteps.policy.engine import DurableEvaluator
from sevensteps.policy.facts import Fact, Known, Values
from sevensteps.policy.plain import PlainEvaluator, Tally, Test, Truth, Truths, tally, test_of, unsettled
from sevensteps.policy.ruling import AnsweredValue, FactValue, ItemsValue, PlainValue, Rule, Ruling
from sevensteps.policy.sums import unknown_inputs, work_out
from sevensteps.policy.verdict import SETTLED, Decision, Finding, Json, Possible, Verdict, all_together

ENGINES: Mapping[str, str] = {"plain": "1", "durable_rules": version("durable_rules")}


Piece = str | Callable[[str, Values], str]
"""A part of a rule's sentence: words, or what says a fact."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule's finding shows: the facts that it looks at, the rules whose items it counts, and its sentence."""

    as_they_are: tuple[str, ...]
    in_words: tuple[Fact, ...]
    counted: tuple[str, ...]
    because: tuple[Piece, ...]
    applies: Test


class Decider:
    """Decides one decision of one version of a pack, on the dates for which its ruling stands."""

    def __init__(self, pack: str, hash_: str, ruling: Ruling) -> None:
        self.pack, self.hash, self.ruling = pack, hash_, ruling
        self.plain, self.durable = PlainEvaluator(ruling), DurableEvaluator(ruling)
        self._doubtful = doubtful_facts(ruling)
        self._told = {rule.id: self._tells(rule) for rule in ruling.rules}
        self._parts = tuple(dict.fromkeys(rule.part for rule in ruling.rules if rule.part))
        self._sums = {(sum_.scope, sum_.fact.name): sum_ for sum_ in ruling.sums}

    def decide(self, facts: Mapping[str, Json], on: date) -> Decision:
        """The decision on these facts.

        Raises:
            Fault: INVALID, FACT_INVALID (an undeclared fact, or one of the wrong type); INTERNAL, ENGINES_DISAGREE.
        """
        known = self.known(facts)
        truths, second = self._asked(known)
        verdict = self._verdict(truths)
        if verdict is Verdict.NOT_ENOUGH_INFORMATION and self._doubtful and not self._open_values(truths):
            verdict = settle(self._doubtful, known, self._tried)
        findings = tuple(self._findings(known, truths))
        return Decision(
            self.ruling.name, self.pack, self.hash, on, verdict, findings,
            self._missing(known, truths) if verdict is Verdict.NOT_ENOUGH_INFORMATION else (),
            self._values(known, truths, verdict), known.given,
            {self.plain.name: _answer(truths), self.durable.name: _answer(second)}, ENGINES,
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
        return verdict, self._values(known, truths, verdict)

    def rules_not_met(self, known: Known) -> tuple[Rule, ...]:
        """The rules that keep the verdict from being met."""
        truths = self.plain.truths(known)
        asked = {rule.id: rule for rule in self.ruling.rules if not rule.advisory}
        kept = {id_ for (id_, _), truth in truths.items() if id_ in asked and _said(asked[id_], truth) != Verdict.MET}
        return tuple(rule for id_, rule in asked.items() if id_ in kept)

    def _asked(self, known: Known) -> tuple[Truths, Truths]:
        first, second = self.plain.truths(known), self.durable.truths(known)
        if first != second:
            rules = sorted({key[0] for key in first.keys() | second.keys() if first.get(key, 0) != second.get(key, 0)})
            detail = f"the two evaluators of {self.ruling.name} disagree on {', '.join(rules)}; nothing is decided"
            raise Fault(Kind.INTERNAL, "ENGINES_DISAGREE", detail, metadata={"pack": self.pack, "hash": self.hash})
        return first, second

    def _tried(self, known: Known) -> Verdict:
        work_out(self.ruling.sums, known)
        return self._verdict(self._asked(known)[0])

    def _open_values(self, truths: Truths) -> bool:
        """Whether it is open which row's values count: then even a certain verdict would leave them unknown."""
        rows = [rule.id for rule in self.ruling.rules if rule.values and not rule.advisory]
        return any(truths[row, ""] is None for row in rows)

    def _possible(self, truths: Truths, part: str | None = None) -> Possible:
        asked = {rule.id: rule for rule in self.ruling.rules if not rule.advisory and part in (None, rule.part)}
        return all_together(_could_be(asked[id_], truth) for (id_, _), truth in truths.items() if id_ in asked)

    def _verdict(self, truths: Truths, part: str | None = None) -> Verdict:
        best, worst = self._possible(truths, part)
        return best if best is worst else Verdict.NOT_ENOUGH_INFORMATION

    def _tells(self, rule: Rule) -> Told:
        facts = self.ruling.facts[rule.scope]
        looked_at = [facts[name] for name in facts_of(rule.condition)]
        counted = [inner.rule for inner in inside(rule.condition) if isinstance(inner, Items)]
        return Told(
            tuple(fact.name for fact in looked_at if fact.type == "boolean"),
            tuple(fact for fact in looked_at if fact.type != "boolean"),
            tuple(dict.fromkeys(counted)),
            tuple(_piece(text, facts) for text in re.split(r"(\{\w+\})", rule.because)),
            test_of(rule.applies or All(())),
        )

    def _findings(self, known: Known, truths: Truths) -> Iterator[Finding]:
        for rule in self.ruling.rules:
            items = known.items[rule.scope] if rule.scope else {"": known.case}
            if items is None:
                yield Finding(rule.id, Verdict.NOT_ENOUGH_INFORMATION, rule.because, rule.reference, {rule.scope: None})
                continue
            for item, values in items.items():
                truth = truths[rule.id, item]
                applies = self._told[rule.id].applies(values, {}) if truth else True
                if applies is not False and (truth is not False or not rule.row):
                    yield self._finding(rule, item, values, truth, truths)

    def _finding(self, rule: Rule, item: str, values: Values, truth: Truth, truths: Truths) -> Finding:
        prefix = f"{rule.scope}.{item}." if item else ""
        told = self._told[rule.id]
        facts: dict[str, Json] = {prefix + name: values[name] for name in told.as_they_are}
        for fact in told.in_words:
            facts[prefix + fact.name] = fact.json(values[fact.name])
        for counted in told.counted:
            for words, number in zip(("met", "not met", "unknown"), tally(truths, counted), strict=True):
                facts[f"{counted} {words}"] = number
        because = "".join(piece if isinstance(piece, str) else piece(item, values) for piece in told.because)
        return Finding(rule.id, _said(rule, truth), because, rule.reference, facts, item)

    def _values(self, known: Known, truths: Truths, verdict: Verdict) -> dict[str, Json]:
        values: dict[str, Json] = {part: self._verdict(truths, part).value for part in self._parts}
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
        if self.ruling.earliest:
            return min(found, key=lambda row: str(row[self.ruling.earliest]), default={})
        return {name: value for row in found for name, value in row.items()}

    def _value(self, value: AnsweredValue, known: Known, truths: Truths) -> Json:
        match value:
            case FactValue(fact):
                return self.ruling.facts[""][fact].json(known.case[fact])
            case ItemsValue(rule, if_none):
                return [item for (id_, item), truth in truths.items() if id_ == rule and truth] or if_none
            case PlainValue(plain):
                return plain

    def _missing(self, known: Known, truths: Truths) -> tuple[str, ...]:
        """The unknown facts that could still change the verdict."""
        tallies = {rule.id: tally(truths, rule.id) for rule in self.ruling.rules if rule.scope}
        missing: dict[str, None] = {}
        best = SETTLED.index(self._possible(truths)[0])
        for rule in self.ruling.rules:
            items = known.items[rule.scope] if rule.scope else {"": known.case}
            for item in [""] if items is None else items:
                if not rule.advisory and SETTLED.index(_could_be(rule, truths[rule.id, item])[1]) > best:
                    missing.update(dict.fromkeys(self._open(rule, item, known, tallies)))
        return tuple(missing)

    def _open(self, rule: Rule, item: str, known: Known, tallies: Mapping[str, Tally]) -> Iterator[str]:
        items = known.items[rule.scope] if rule.scope else {"": known.case}
        if items is None:
            yield rule.scope
            return
        for look in unsettled(rule.condition, items[item], tallies):
            if not isinstance(look, Items):
                yield from self._inputs(rule.scope, item, look.fact, known)
                continue
            counted = next(other for other in self.ruling.rules if other.id == look.rule)
            others = known.items[counted.scope]
            for other in [""] if others is None else others:
                yield from self._open(counted, other, known, tallies)

    def _inputs(self, scope: str, item: str, fact: str, known: Known) -> Iterator[str]:
        """An unknown fact by its path; for one that is worked out, the unknown ones that it needs.

        Raises:
            Fault: it is unknown because a parameter is missing.
        """
        if (scope, item, fact) in known.faults:
            raise known.faults[scope, item, fact]
        sum_ = self._sums.get((scope, fact))
        if sum_ is None:
            yield ".".join(part for part in (scope, item, fact) if part)
            return
        for needed_scope, needed_item, needed_fact in unknown_inputs(sum_, item, known):
            yield from self._inputs(needed_scope, needed_item, needed_fact, known)


def _said(rule: Rule, truth: Truth) -> Verdict:
    best, worst = _could_be(rule, truth)
    return best if best is worst else Verdict.NOT_ENOUGH_INFORMATION


def _could_be(rule: Rule, truth: Truth) -> Possible:
    """What may become of a rule; of a row that gives values and is open, anything, for its values are open too."""
    if truth is not None:
        said = rule.holds if truth else rule.fails
        return said, said
    if rule.values:
        return Verdict.MET, Verdict.NOT_MET
    either, other = sorted((rule.holds, rule.fails), key=SETTLED.index)
    return either, other


def _piece(text: str, facts: Mapping[str, Fact]) -> Piece:
    name = text[1:-1]
    if text == "{item}":
        return lambda item, _: item
    if not text.startswith("{") or name not in facts:
        return text
    return lambda _, values: _spoken(facts[name].json(values[name]))


def _spoken(value: Json) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(str(entry) for entry in value) or "none") if isinstance(value, list | tuple) else str(value)


def _answer(truths: Truths) -> dict[str, Json]:
    return {f"{rule}.{item}" if item else rule: truth for (rule, item), truth in truths.items()}
