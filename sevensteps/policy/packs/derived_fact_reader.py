"""Reading the facts that a decision derives from others."""

from collections.abc import Mapping
from inspect import signature

from sevensteps.policy.model.arithmetic import CALCULATIONS
from sevensteps.policy.model.conditions import Condition, facts_of
from sevensteps.policy.model.derived_facts import (
    WHETHER,
    CaseFact,
    Column,
    Constant,
    DayOfDecision,
    DerivedFact,
    ItemName,
    ScopeFact,
    Several,
)
from sevensteps.policy.model.derived_facts import Source as ArgumentSource
from sevensteps.policy.packs.decision_draft import DecisionDraft
from sevensteps.policy.packs.fact_reader import read_fact
from sevensteps.policy.packs.problems import read_each
from sevensteps.policy.packs.source import Section

_ABOUT = ("type", "unit", "short name", "calculate")
"""The keys of a derived fact that are no arguments of its calculation."""
_ABOUT_THE_CASE: Mapping[str, ArgumentSource] = {"$item": ItemName(), "$on": DayOfDecision()}


def read_derived_facts(draft: DecisionDraft) -> None:
    """Add the derived facts of a decision to its draft, in the order in which they are derived."""
    for dotted, body in draft.section.named("derived"):
        with draft.collected():
            draft.add_derived_fact(_derived_fact(draft, dotted, body), body)


def _derived_fact(draft: DecisionDraft, dotted: str, body: Section) -> DerivedFact:
    scope, _, name = dotted.rpartition(".")
    if scope not in draft.declared.collections:
        scope, name = "", dotted
    fact = read_fact(name, body, draft.parameter)
    try:
        if body.text("calculate") == WHETHER:
            condition = _condition(draft, dotted, body, scope)
            tested = {name: ScopeFact(name) for name in facts_of(condition)}
            return DerivedFact(scope, fact, WHETHER, tested, condition)
        return DerivedFact(scope, fact, body.text("calculate"), _arguments(draft, dotted, body, scope))
    finally:  # even if refused, so that rules which test this fact are not refused as well
        draft.facts[scope][name] = fact


def _condition(draft: DecisionDraft, dotted: str, body: Section, scope: str) -> Condition:
    if {key for key in body if key not in _ABOUT} != {"when"} or body.text("type") != "boolean":
        raise body.problem(dotted, f"for {WHETHER}: type: boolean and when, a condition")
    return draft.condition_reader(scope, body).condition(body["when"], body, dotted)


def _arguments(draft: DecisionDraft, dotted: str, body: Section, scope: str) -> dict[str, ArgumentSource]:
    calculation = body.text("calculate")
    if calculation not in CALCULATIONS:
        raise body.problem(dotted, f"calculate: one of {', '.join(sorted([*CALCULATIONS, WHETHER]))}")
    written = {key: value for key, value in body.items() if key not in _ABOUT}
    names = [key.replace(" ", "_") for key in written]
    wanted = set(signature(CALCULATIONS[calculation]).parameters)
    if set(names) != wanted:
        raise body.problem(dotted, f"for {calculation}: {', '.join(sorted(wanted)).replace('_', ' ')}")
    sources = read_each(written.values(), lambda value: _source(draft, value, scope, body, dotted))
    return dict(zip(names, sources, strict=True))


def _source(draft: DecisionDraft, written: object, scope: str, near: Section, where: str) -> ArgumentSource:
    if isinstance(written, list):
        return Several(tuple(read_each(written, lambda entry: _source(draft, entry, scope, near, where))))
    if not isinstance(written, str):
        return Constant(written)
    if written.startswith("$"):
        if written in _ABOUT_THE_CASE:
            return _ABOUT_THE_CASE[written]
        return Constant(draft.parameter(written[1:], near))
    if written in draft.facts[scope]:
        return ScopeFact(written)
    if written in draft.facts[""]:
        return CaseFact(written)
    collection, _, column = written.partition(".")
    if collection in draft.declared.collections and (not column or column in draft.facts[collection]):
        return Column(collection, column)
    raise near.problem(where, f"a declared fact, a parameter or a number; {written} is none of them")
