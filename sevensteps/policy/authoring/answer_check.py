"""Checking the words in which a decision is told: every part has its own, and every verdict that there can be."""

from collections.abc import Iterable, Iterator

from sevensteps.policy.model.compiled_decision import CompiledDecision, Rule
from sevensteps.policy.model.verdict import Verdict
from sevensteps.policy.packs.problems import Problem
from sevensteps.policy.packs.source import Section


def check_answers(over_time: list[CompiledDecision], section: Section) -> Iterator[Problem]:
    """The problems of the `answers` of a decision, as it stands from each day on which it changes; none without any."""
    answers = section.get("answers")
    if not isinstance(answers, Section):
        return
    rules = [rule for compiled in over_time for rule in compiled.rules if not rule.advisory]
    parts = {rule.part for rule in rules} - {""}
    told = dict(answers.named("parts"))
    for part in sorted(parts - told.keys()):
        yield Problem(section.file, answers.line, "answers", f"parts: words for the part {part}, which rules have")
    for part in sorted(told.keys() - parts):
        yield Problem(section.file, told[part].line, part, "a part that rules have; no rule has this one")
    for name, words in {"answers": answers, **told}.items():
        of_part = rules if words is answers else [rule for rule in rules if rule.part == name]
        if Verdict.NEEDS_JUDGEMENT not in words and _may_need_judgement(of_part):
            expected = "words for needs_judgement, because a rule can leave it to judgement"
            yield Problem(section.file, words.line, name, expected)


def _may_need_judgement(rules: Iterable[Rule]) -> bool:
    return any(Verdict.NEEDS_JUDGEMENT in (rule.holds, rule.fails) for rule in rules)
