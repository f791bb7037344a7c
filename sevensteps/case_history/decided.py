"""A decision in plain words, from its receipt: the answer, why, why not another, and what would settle it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sevensteps.case_history.sentences import because_of_all, in_one_line
from sevensteps.case_history.words import Words
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Json, Verdict

LONGEST_SENTENCE = 400
"""How many letters of what a rule says are told; the receipt has all."""
MOST_RULES = 20
"""How many rules are told on each side; the receipt has all."""


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """What one rule says: whether it is met, in words, its sentence and the law behind it."""

    rule: str
    answer: str
    sentence: str
    law: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in words.

    `law_of` is the day whose law was applied (YYYY-MM-DD). `why` are the rules that gave the verdict, and `why_not`
    those that said otherwise; `missing` are the facts that would settle it.
    """

    answer: str
    law_of: str
    pack: str
    why: Sequence[RuleSaid]
    why_not: Sequence[RuleSaid]
    missing: Sequence[str]


def decided(receipt: str, packs: Words) -> Decided:
    """What a receipt (JSON) tells, in the words of its pack."""
    decision: Mapping[str, Json] = json.loads(receipt)
    words = packs.of_pack(str(decision["pack"]), str(decision["decision"]))
    verdict = Verdict(str(decision["verdict"]))
    missing = decision.get("missing")
    others = [each for each in Verdict if each is not verdict]
    return Decided(
        answer=words.answer(verdict),
        law_of=str(decision["on"]),
        pack=str(decision["pack"]),
        why=list(_rules(findings_with(decision["findings"], verdict)))[:MOST_RULES],
        why_not=[said for each in others for said in _rules(findings_with(decision["findings"], each))][:MOST_RULES],
        missing=[words.fact(str(path)) for path in missing][:MOST_RULES] if isinstance(missing, list) else [],
    )


def findings_with(findings: Json, verdict: Verdict) -> list[Mapping[str, Json]]:
    """The findings of a receipt that have a verdict."""
    listed = findings if isinstance(findings, list) else []
    return [finding for finding in listed if isinstance(finding, Mapping) and finding["verdict"] == verdict]


def _rules(findings: Sequence[Mapping[str, Json]]) -> Iterator[RuleSaid]:
    """What the rules of some findings say, each once about all that it is about."""
    by_rule: defaultdict[str, list[Mapping[str, Json]]] = defaultdict(list)
    for finding in findings:
        by_rule[str(finding["rule"])].append(finding)
    for rule, of_rule in by_rule.items():
        first, about = of_rule[0], [str(finding["about"]) for finding in of_rule]
        sentence = because_of_all(str(first["because"]), about, verbose=True)
        yield RuleSaid(
            rule, plain(str(first["verdict"])), in_one_line(sentence, most=LONGEST_SENTENCE), str(first["reference"])
        )
