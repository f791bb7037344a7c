"""Reading the values that a decision, or a row of a table, gives beside its verdict."""

from sevensteps.policy.model.compiled_decision import ConstantValue, DecisionValue, FactValue, ItemsValue, ValueSource
from sevensteps.policy.model.verdict import Verdict
from sevensteps.policy.packs.decision_draft import DecisionDraft
from sevensteps.policy.packs.source import Section


def read_values(draft: DecisionDraft) -> None:
    """Add the decision's own values to its draft."""
    for name, body in draft.section.named("values"):
        with draft.collected():
            when = body.entries("when") or list(Verdict)
            source = read_value_source(draft, body.get("plain", body), body, "")
            draft.values.append(DecisionValue(name, source, frozenset(Verdict(str(verdict)) for verdict in when)))


def read_value_source(draft: DecisionDraft, written: object, near: Section, scope: str) -> ValueSource:
    """Where a value comes from: a fact, the items that meet a rule, or what is written.

    Raises:
        PackRefusedError: it is none of these.
        Fault: INVALID, PARAMETER_MISSING: it is a parameter without a value on the day.
    """
    if isinstance(written, Section) and "items" in written:
        if not any(written["items"] in rules for scope_, rules in draft.conditions.items() if scope_):
            raise near.problem(written.text("items"), "items: a rule that is evaluated for each item of a collection")
        return ItemsValue(written.text("items"), [str(word) for word in written.entries("if none")])
    if isinstance(written, Section):
        if written.get("fact") not in draft.facts[scope]:
            raise near.problem(written.text("fact"), "fact: a declared or derived fact")
        return FactValue(written.text("fact"))
    if isinstance(written, str) and written.startswith("$"):
        written = draft.parameter(written[1:], near)
    if not isinstance(written, int | str):
        raise near.problem(str(written), "a word, a whole number, or a parameter that is one")
    return ConstantValue(written)
