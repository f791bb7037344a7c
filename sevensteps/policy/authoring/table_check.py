"""Checking decision tables: gaps, overlaps, masked rows and contradictions, each with an example where there is one."""

import json
from collections.abc import Iterator
from itertools import combinations

from sevensteps.policy.authoring.inputs import inputs_for
from sevensteps.policy.model.compiled_decision import CompiledDecision, DecisionTable, Rule
from sevensteps.policy.model.declared_facts import Values
from sevensteps.policy.model.predicates import predicate_of


def gaps_and_overlaps(compiled: CompiledDecision, table: DecisionTable) -> Iterator[tuple[str, str, str]]:
    """Gaps, overlaps and masked rows: the row with the problem, what it concerns, and what was expected."""
    predicates = {row: predicate_of(condition) for row, condition in table.rows.items()}
    rules = {rule.id: rule for rule in compiled.rules}
    fitted: set[str] = set()
    chosen: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    for case, tallies in inputs_for(compiled, table.scope, list(table.rows.values())):
        fitting = [row for row, predicate in predicates.items() if predicate(case, tallies)]
        fitted.update(fitting)
        chosen.update(fitting[:1] if table.hit == "first" else fitting)
        if not fitting and not table.complete and () not in seen:
            seen.add(())
            yield "", table.id, f"no gaps; no row fits {_example(compiled, table.scope, case)}"
        if len(fitting) > 1 and table.hit == "unique" and tuple(fitting) not in seen:
            seen.add(tuple(fitting))
            says = {(rules[row].holds, str(rules[row].values)) for row in fitting}
            what = "contradict each other on" if len(says) > 1 else "overlap on"
            expected = f"one row at most; {', '.join(fitting)} {what} {_example(compiled, table.scope, case)}"
            yield fitting[1], table.id, expected
    for row in fitted - chosen:
        yield row, row, "a row that is sometimes chosen; wherever it fits, a row before it fits too and masks it"


def same_table(table: DecisionTable, compiled: CompiledDecision, other: CompiledDecision) -> bool:
    """Whether another decision has the same table, over the same facts and with the same effects of its rows."""
    return (
        table in other.tables
        and compiled.facts[table.scope] == other.facts.get(table.scope)
        and _effects(table, compiled) == _effects(table, other)
    )


def _effects(table: DecisionTable, compiled: CompiledDecision) -> list[tuple[str, object, object]]:
    return [(rule.id, rule.holds, rule.values) for rule in compiled.rules if rule.id in table.rows]


def contradictions(compiled: CompiledDecision, table: DecisionTable) -> Iterator[tuple[str, str, str]]:
    """Rows of a `hit: collect` table with the same condition and different verdicts or values."""
    rules = {rule.id: rule for rule in compiled.rules}
    for one, other in combinations(table.rows if table.hit == "collect" else (), 2):
        if table.rows[one] == table.rows[other] and _contradict(compiled, rules[one], rules[other]):
            yield other, other, f"the same as {one} says; both have the same condition"


def _contradict(compiled: CompiledDecision, one: Rule, other: Rule) -> bool:
    """Whether two rules that hold together differ in verdict, or in a value unless the earliest is chosen."""
    both = {} if compiled.earliest else one.values.keys() & other.values.keys()
    return one.holds != other.holds or any(one.values[name] != other.values[name] for name in both)


def _example(compiled: CompiledDecision, scope: str, case: Values) -> str:
    facts = compiled.facts[scope]
    return json.dumps({name: facts[name].json(value) for name, value in case.items()}, default=str)
