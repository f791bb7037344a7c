"""The finding of a rule: its verdict and its sentence, its law and the facts that it looked at.

A sentence is never printed of the other direction: that a rule holds only where it does, and that it does not likewise.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from sevensteps import clock
from sevensteps.money import pounds_in_words
from sevensteps.policy.evaluation.plain import Truths, tally
from sevensteps.policy.model.compiled_decision import Rule
from sevensteps.policy.model.conditions import ItemsMeet, facts_of, walk
from sevensteps.policy.model.declared_facts import Values
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.predicates import Predicate, Truth, predicate_of
from sevensteps.policy.model.verdict import DEFINITE_VERDICTS, Finding, Json, Verdict, VerdictRange

Piece = str | Callable[[str, Values], str]
"""A part of a rule's sentence: words, or a function that puts a fact into words."""

_OPEN = "Not yet known: "


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of a rule's findings: the facts to show, the rules whose items it counts, and its sentences."""

    rule: Rule
    booleans: tuple[str, ...]
    other_facts: tuple[Fact, ...]
    counted: tuple[str, ...]
    because: Mapping[Truth, tuple[Piece, ...]]
    applies: Predicate | None
    verdicts: Mapping[Truth, Verdict]

    @classmethod
    def of(cls, rule: Rule, facts: Mapping[str, Fact]) -> Self:
        """The wording of a rule; `facts` are those of its scope."""
        looked_at = [facts[name] for name in facts_of(rule.condition)]
        counted = [inner.rule for inner in walk(rule.condition) if isinstance(inner, ItemsMeet)]
        entered = tuple(f" {sentence}" for sentence in rule.entered)
        return cls(
            rule,
            tuple(fact.name for fact in looked_at if fact.type == "boolean"),
            tuple(fact for fact in looked_at if fact.type != "boolean"),
            tuple(dict.fromkeys(counted)),
            {truth: (*_pieces(_sentence(rule, truth), facts), *entered) for truth in (True, False, None)},
            predicate_of(rule.applies) if rule.applies else None,
            {truth: verdict_of(rule, truth) for truth in (True, False, None)},
        )

    def finding(self, item: str, values: Values, truths: Truths) -> Finding | None:
        """The rule's finding on the case or an item; None where it does not apply, or is a row that does not fit."""
        rule, truth = self.rule, truths[self.rule.id, item]
        if rule.row and truth is False:
            return None
        if truth and self.applies is not None and self.applies(values, {}) is False:
            return None
        prefix = f"{rule.scope}.{item}." if item else ""
        facts: dict[str, Json] = {prefix + name: values[name] for name in self.booleans}
        for fact in self.other_facts:
            facts[prefix + fact.name] = fact.json(values[fact.name])
        for counted in self.counted:
            for words, number in zip(("met", "not met", "unknown"), tally(truths, counted), strict=True):
                facts[f"{counted} {words}"] = number
        because = "".join([piece if isinstance(piece, str) else piece(item, values) for piece in self.because[truth]])
        return Finding(rule.id, self.verdicts[truth], because, rule.reference, facts, item)

    def unknown_list(self) -> Finding:
        """The rule's finding where nobody has said which items there are."""
        rule = self.rule
        said = f"{_OPEN}nobody has said which {rule.scope.replace('_', ' ')} there are."
        because = " ".join([said, *rule.entered])
        return Finding(rule.id, Verdict.NOT_ENOUGH_INFORMATION, because, rule.reference, {rule.scope: None})


def verdict_of(rule: Rule, truth: Truth) -> Verdict:
    """The verdict of a rule with this outcome."""
    best, worst = possible_verdicts(rule, truth)
    return best if best is worst else Verdict.NOT_ENOUGH_INFORMATION


def possible_verdicts(rule: Rule, truth: Truth) -> VerdictRange:
    """The best and worst verdict of a rule with this outcome; for an open row with values, of any rule."""
    if truth is not None:
        verdict = rule.holds if truth else rule.fails
        return verdict, verdict
    if rule.values:
        return Verdict.MET, Verdict.NOT_MET
    best, worst = sorted((rule.holds, rule.fails), key=DEFINITE_VERDICTS.index)
    return best, worst


def _sentence(rule: Rule, truth: Truth) -> str:
    """The sentence of a rule with this outcome; the one sentence of a rule that has no other says all three."""
    if truth is None and (rule.row or rule.because_not):
        return _OPEN + rule.because
    return rule.because_not if truth is False and rule.because_not else rule.because


def _pieces(sentence: str, facts: Mapping[str, Fact]) -> tuple[Piece, ...]:
    return tuple(_piece(text, facts) for text in re.split(r"(\{\w+\})", sentence) if text)


def _piece(text: str, facts: Mapping[str, Fact]) -> Piece:
    name = text[1:-1]
    if text == "{item}":
        return lambda item, _: item
    if not text.startswith("{") or name not in facts:
        return text
    return lambda _, values: _in_words(facts[name], facts[name].json(values[name]))


def _in_words(fact: Fact, value: Json) -> str:
    if value is None:
        return "not known"
    if fact.type == "money":
        return pounds_in_words(str(value))
    if fact.type == "date":
        return clock.day_in_words(date.fromisoformat(str(value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(str(entry) for entry in value) or "none") if isinstance(value, list | tuple) else str(value)
