"""A case explained on a page: what was decided when, by which rule and law, on which facts, and who confirmed it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.receipts.v1.receipts_pb2 import Receipt
from sevensteps.cli.case_view.receipts import ServiceReceipt
from sevensteps.cli.case_view.sentences import event_in_words, in_words
from sevensteps.cli.case_view.timeline import STYLES, rule_label
from sevensteps.events import OPENS, DeterminationConfirmed, PlanApproved, PlanReturned
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.steps import STEP_NAMES

ANSWERS_FOR = {
    DeterminationConfirmed.TYPE: "confirmed by",
    PlanApproved.TYPE: "signed by",
    PlanReturned.TYPE: "returned by",
}
"""What somebody does by name so that a proposal takes effect. In other events the actor asked for what was done."""
NOBODY = "nobody"
"""The role of the signer while a plan has none."""
RULES_SHOWN = 4
FACTS_SHOWN = 8


def explanation(case_id: str, events: Sequence[Event], receipts: Sequence[ServiceReceipt]) -> RenderableType:
    """The page. A decision stands below the event of its service at the same moment, in which it took effect."""
    decided: defaultdict[tuple[str, int], list[Receipt]] = defaultdict(list)
    for service, receipt in receipts:
        decided[service, receipt.decided_at.ToNanoseconds()].append(receipt)
    page: list[RenderableType] = [Text(f"How {case_id} was decided", style="bold")]
    for event in events:
        page += _event(event)
        page += _decisions(decided.pop((event.source, event.occurred_at.ToNanoseconds()), []))
    if decided:
        page.append(Text("\nDecisions whose events are no longer in the feed", style="bold cyan"))
        page += _decisions(list(chain.from_iterable(decided.values())))
    return Group(*page)


def _event(event: Event) -> Iterator[Text]:
    if event.type in OPENS:
        yield Text(f"\n{STEP_NAMES[OPENS[event.type]]}", style="bold cyan")
    by = f"  {ANSWERS_FOR.get(event.type, 'by')} {event.actor}, {event.occurred_at.ToDatetime():%-d %B %Y %H:%M}"
    yield Text.assemble(event_in_words(event), (by, "bold" if event.type in ANSWERS_FOR else "dim"))


def _decisions(receipts: Sequence[Receipt]) -> list[RenderableType]:
    return [Padding(line, (0, 0, 0, 4)) for receipt in receipts for line in _decision(json.loads(receipt.receipt))]


def _decision(decision: Mapping[str, Json]) -> Iterator[RenderableType]:
    """One decision: its verdict, the law in force, its values, the rules that gave the verdict, and what is missing."""
    verdict = Verdict(str(decision["verdict"]))
    law = f"  law of {in_words(decision['on'])}, pack {decision['pack']} {str(decision['hash'])[:12]}"
    if level := _level_needed(decision):
        yield Text.assemble(f"authority: signing takes level {level}; nobody has asked to sign yet", (law, "dim"))
        return
    yield Text.assemble((f"{decision['decision']}: {_words(verdict)}", STYLES[verdict]), (law, "dim"))
    if values := _pairs(decision["values"]):
        yield Text(f"  result: {values}")
    yield from _findings(decision["findings"], verdict)
    if isinstance(missing := decision["missing"], list) and missing:
        yield Text(f"  would be settled by: {', '.join(str(path) for path in missing)}")


def _level_needed(decision: Mapping[str, Json]) -> str:
    """The level of authority that a plan takes, where nobody has asked to sign it yet: the verdict is about nobody."""
    facts, values = decision["facts"], decision["values"]
    if decision["decision"] != "authority" or not isinstance(facts, Mapping) or not isinstance(values, Mapping):
        return ""
    return str(values.get("level") or "") if facts.get("role") == NOBODY else ""


def _findings(findings: Json, verdict: Verdict) -> Iterator[RenderableType]:
    """The findings that gave the verdict: the first ones with their facts, of the others the rules' names."""
    listed = findings if isinstance(findings, list) else []
    deciding = [finding for finding in listed if isinstance(finding, Mapping) and finding["verdict"] == verdict]
    for finding in deciding[:RULES_SHOWN]:
        label = rule_label(str(finding["rule"]), verdict)
        yield Text.assemble(
            (f"  {label}", STYLES[verdict]), f" {finding['because']}", (f" [{finding['reference']}]", "dim")
        )
        yield Text(f"    facts: {_pairs(finding['facts']) or 'none'}", style="dim")
    if more := deciding[RULES_SHOWN:]:
        rules = dict.fromkeys(str(finding["rule"]) for finding in more)
        yield Text(f"  and {len(more)} more: {', '.join(rules)}", style="dim")


def _pairs(values: Json) -> str:
    """Facts or values in one line; of many, the first ones."""
    if not isinstance(values, Mapping):
        return ""
    shown = [f"{_words(name)} {_value_in_words(value)}" for name, value in values.items()]
    more = f" and {len(shown) - FACTS_SHOWN} more" if len(shown) > FACTS_SHOWN else ""
    return ", ".join(shown[:FACTS_SHOWN]) + more


def _value_in_words(value: Json) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " and ".join(_value_in_words(item) for item in value) or "none"
    return _words(str(value))


def _words(text: str) -> str:
    return text.replace("_", " ")
