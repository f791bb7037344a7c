"""Reading the rules of a decision."""

from sevensteps.policy.model.compiled_decision import Rule
from sevensteps.policy.model.conditions import All, Any, Condition, Not
from sevensteps.policy.model.verdict import Verdict
from sevensteps.policy.packs.decision_draft import DecisionDraft
from sevensteps.policy.packs.problems import read_each
from sevensteps.policy.packs.source import Section

_ALWAYS: Condition = All(())
"""Stands for the condition of a rule that was refused, so that a rule which refers to it is not refused as well."""


def read_rules(draft: DecisionDraft) -> None:
    """Add the rules of a decision that are in force to its draft."""
    for entry in draft.in_force(draft.section, "rules"):
        with draft.collected():
            _read_rule(draft, entry)
        draft.conditions.get(entry.text("for each"), {}).setdefault(entry.text("rule"), _ALWAYS)


def _read_rule(draft: DecisionDraft, entry: Section) -> None:
    id_, scope = entry.text("rule"), entry.text("for each")
    reader = draft.condition_reader(scope, entry)
    with draft.collected():
        draft.check_sentence(id_, entry, scope)
    conditions = [entry["when"], *([entry["applies when"]] if "applies when" in entry else [])]
    when, *applies_when = read_each(conditions, lambda written: reader.condition(written, entry, id_))
    applies = applies_when[0] if applies_when else None
    rule = Rule(
        id=id_,
        scope=scope,
        condition=when if applies is None else Any((Not(applies), when)),
        applies=applies,
        holds=Verdict.MET,
        fails=draft.verdict(entry, "if not", Verdict.NOT_MET),
        because=entry.text("because"),
        because_not=entry.text("because not"),
        reference=entry.text("reference"),
        unverified=entry.flag("unverified"),
        advisory=entry.flag("advisory"),
        part=entry.text("part"),
        line=entry.line,
    )
    draft.add_rule(rule, entry)
