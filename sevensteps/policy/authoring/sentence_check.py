"""Checking the sentences of rules: one that can be met and not met has one for each, so that neither is false."""

from collections.abc import Iterator

from sevensteps.policy.authoring.inputs import outcomes_of
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.packs.problems import Problem
from sevensteps.policy.packs.source import Section


def check_sentences(over_time: list[CompiledDecision], section: Section) -> Iterator[Problem]:
    """The rules that can fail without saying so, and those that say twice the same."""
    for compiled in over_time:
        for rule in compiled.rules:
            if not (rule.row or rule.because_not) and outcomes_of(compiled, rule)[1]:
                expected = "because not: the sentence for when the rule is not met"
                yield Problem(section.file, rule.line, rule.id, expected)
            elif rule.because_not == rule.because:
                expected = "another sentence than because"
                yield Problem(section.file, rule.line, f"{rule.id}: because not", expected)
