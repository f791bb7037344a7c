"""Putting what became of a rule into words: a finding with its sentence, its law and the facts that it looked at."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from sevensteps.policy.evaluation.plain import Test, Truth, Truths, tally, test_of
from sevensteps.policy.model.conditions import Items, facts_of, inside
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.given import Values
from sevensteps.policy.model.ruling import Rule
from sevensteps.policy.model.verdict import SETTLED, Finding, Json, Possible, Verdict

Piece = str | Callable[[str, Values], str]
"""A part of a rule's sentence: words, or what says a fact."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a rule's finding shows: the facts that it looks at, the rules whose items it counts, and its sentence."""

    rule: Rule
    as_they_are: tuple[str, ...]
    in_words: tuple[Fact, ...]
    counted: tuple[str, ...]
    because: tuple[Piece, ...]
    applies: Test | None
    verdicts: Mapping[Truth, Verdict]

    @classmethod
    def of(cls, rule: Rule, facts: Mapping[str, Fact]) -> Self:
        """The wording of a rule, whose scope has these facts."""
        looked_at = [facts[name] for name in facts_of(rule.condition)]
        counted = [inner.rule for inner in inside(rule.condition) if isinstance(inner, Items)]
        return cls(
            rule,
            tuple(fact.name for fact in looked_at if fact.type == "boolean"),
            tuple(fact for fact in looked_at if fact.type != "boolean"),
            tuple(dict.fromkeys(counted)),
            tuple(_piece(text, facts) for text in re.split(r"(\{\w+\})", rule.because) if text),
            test_of(rule.applies) if rule.applies else None,
            {truth: said(rule, truth) for truth in (True, False, None)},
        )

    def finding(self, item: str, values: Values, truths: Truths) -> Finding | None:
        """What the rule says of the case or of an item; nothing for one that it does not apply to, or a row not hit."""
        rule, truth = self.rule, truths[self.rule.id, item]
        if rule.row and truth is False:
            return None
        if truth and self.applies is not None and self.applies(values, {}) is False:
            return None
        prefix = f"{rule.scope}.{item}." if item else ""
        facts: dict[str, Json] = {prefix + name: values[name] for name in self.as_they_are}
        for fact in self.in_words:
            facts[prefix + fact.name] = fact.json(values[fact.name])
        for counted in self.counted:
            for words, number in zip(("met", "not met", "unknown"), tally(truths, counted), strict=True):
                facts[f"{counted} {words}"] = number
        because = "".join([piece if isinstance(piece, str) else piece(item, values) for piece in self.because])
        return Finding(rule.id, self.verdicts[truth], because, rule.reference, facts, item)

    def of_an_unknown_list(self) -> Finding:
        """What the rule says where nobody has said which items there are."""
        rule = self.rule
        return Finding(rule.id, Verdict.NOT_ENOUGH_INFORMATION, rule.because, rule.reference, {rule.scope: None})


def said(rule: Rule, truth: Truth) -> Verdict:
    """The verdict of a rule that came out so."""
    best, worst = could_be(rule, truth)
    return best if best is worst else Verdict.NOT_ENOUGH_INFORMATION


def could_be(rule: Rule, truth: Truth) -> Possible:
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
