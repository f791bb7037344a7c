"""From a pack and a date to a compiled decision: its file, with the value of every parameter on that date."""

from contextlib import suppress
from datetime import date

from sevensteps.errors import Fault, Kind
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.packs.decision_draft import DecisionDraft
from sevensteps.policy.packs.derived_fact_reader import read_derived_facts
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import Problems
from sevensteps.policy.packs.rule_reader import read_rules
from sevensteps.policy.packs.table_reader import read_tables
from sevensteps.policy.packs.validity import change_days, in_force
from sevensteps.policy.packs.value_reader import read_values


def read_decision(pack: Pack, decision: str, day: date) -> CompiledDecision:
    """One decision of a pack as it stands on a day.

    Raises:
        PackRefusedError: with every problem of the decision's file.
        Fault: INVALID, NOT_IN_FORCE or PARAMETER_MISSING: the decision, or a parameter of it, is not in force that day.
    """
    if not in_force(pack.decisions[decision], day):
        detail = f"decision {decision} of pack {pack.name} is not in force on {day.isoformat()}"
        raise Fault(Kind.INVALID, "NOT_IN_FORCE", detail, metadata={"decision": decision})
    draft = DecisionDraft(pack, decision, day)
    read_derived_facts(draft)
    read_rules(draft)
    read_tables(draft)
    read_values(draft)
    return draft.compiled()


def read_decision_over_time(pack: Pack, decision: str, problems: Problems) -> list[CompiledDecision]:
    """One decision as it stands from each day on which it changes, where every parameter of it has a value.

    The problems of its file are added to `problems`.
    """
    over_time: list[CompiledDecision] = []
    for day in change_days(pack, decision):
        if in_force(pack.decisions[decision], day):
            with problems.collected(), suppress(Fault):
                over_time.append(read_decision(pack, decision, day))
    return over_time
