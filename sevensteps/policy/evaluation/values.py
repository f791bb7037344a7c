"""The values that a decision gives beside its verdict, such as an amount, a date or the eligible needs."""

from collections.abc import Mapping

from sevensteps.policy.evaluation.plain import Truths
from sevensteps.policy.model.compiled_decision import (
    CompiledDecision,
    ConstantValue,
    FactValue,
    ItemsValue,
    ValueSource,
)
from sevensteps.policy.model.declared_facts import TypedFacts
from sevensteps.policy.model.verdict import Json, Verdict


def values_of(
    compiled: CompiledDecision, facts: TypedFacts, truths: Truths, verdict: Verdict, parts: Mapping[str, Verdict]
) -> dict[str, Json]:
    """The verdict of each part, the decision's own values, and those of the table rows that fit."""
    values: dict[str, Json] = {part: of_part.value for part, of_part in parts.items()}
    for decision_value in compiled.values:
        value = _value(decision_value.source, compiled, facts, truths)
        if verdict in decision_value.when and value is not None:
            values[decision_value.name] = value
    if verdict is not Verdict.NOT_ENOUGH_INFORMATION:
        values.update(_values_of_rows(compiled, facts, truths))
    return values


def _values_of_rows(compiled: CompiledDecision, facts: TypedFacts, truths: Truths) -> dict[str, Json]:
    rows = [
        {name: _value(source, compiled, facts, truths) for name, source in rule.values.items()}
        for rule in compiled.rules
        if rule.values and truths[rule.id, ""]
    ]
    if compiled.earliest:  # the earliest row comes last, so that its values win; the others add what it does not give
        rows = sorted(rows, key=lambda row: str(row[compiled.earliest]))[::-1]
    return {name: value for row in rows for name, value in row.items()}


def _value(source: ValueSource, compiled: CompiledDecision, facts: TypedFacts, truths: Truths) -> Json:
    match source:
        case FactValue(fact):
            return compiled.facts[""][fact].json(facts.case[fact])
        case ItemsValue(rule, if_none):
            return [item for (id_, item), truth in truths.items() if id_ == rule and truth] or if_none
        case ConstantValue(value):
            return value
