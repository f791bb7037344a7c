"""A case explained on a page: what was decided when, by which rule and law, on what facts, and who answers for it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.receipts.v1.receipts_pb2 import Receipt
from sevensteps.cli.case_view.sentences import happened, in_words
from sevensteps.cli.case_view.timeline import STYLES, rule_found
from sevensteps.events import OPENS, DeterminationConfirmed, PlanApproved, PlanReturned
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.steps import STEP_NAMES

RecordedDecision: TypeAlias = tuple[str, Receipt]
"""A receipt with the service that keeps it."""

ANSWERS_FOR = {
    DeterminationConfirmed.TYPE: "confirmed by",
    PlanApproved.TYPE: "signed by",
    PlanReturned.TYPE: "returned by",
}
"""What somebody does by name so that a proposal takes effect. Everything else is done by whoever asked for it."""
NOBODY = "nobody"
"""The role of the signer while a plan has none."""
RULES_SHOWN = 4
FACTS_SHOWN = 8


def explanation(case_id: str, events: Sequence[Event], kept: Sequence[RecordedDecision]) -> RenderableType:
    """The page. A decision stands under the event of the same moment, in which it took effect."""
    at_moment: defaultdict[tuple[str, int], list[Receipt]] = defaultdict(list)
    for service, receipt in kept:
        at_moment[service, receipt.decided_at.ToNanoseconds()].append(receipt)
    page: list[RenderableType] = [Text(f"How {case_id} was decided", style="bold")]
    for event in events:
        if event.type in OPENS:
            page.append(Text(f"\n{STEP_NAMES[OPENS[event.type]]}", style="bold cyan"))
        by = f"{ANSWERS_FOR.get(event.type, 'by')} {event.actor}, {event.occurred_at.ToDatetime():%-d %B %Y %H:%M}"
        page.append(Text.assemble(happened(event), (f"  {by}", "bold" if event.type in ANSWERS_FOR else "dim")))
        page += _decisions(at_moment.pop((event.source, event.occurred_at.ToNanoseconds()), []))
    if at_moment:
        page.append(Text("\nDecided in moments of which the feed no longer tells", style="bold cyan"))
        page += _decisions([receipt for receipts in at_moment.values() for receipt in receipts])
    return Group(*page)


def _decisions(receipts: Sequence[Receipt]) -> list[RenderableType]:
    return [Padding(line, (0, 0, 0, 4)) for receipt in receipts for line in _decision(json.loads(receipt.receipt))]


def _decision(made: Mapping[str, Json]) -> Iterator[RenderableType]:
    """One decision: its verdict, its law, what it gives, and the findings that carry the verdict."""
    verdict = Verdict(str(made["verdict"]))
    law = f"  law of {in_words(made['on'])}, pack {made['pack']} {str(made['hash'])[:12]}"
    if level := _level_asked(made):
        yield Text.assemble(
            f"authority: which level signing takes: {level}; nobody has asked to sign yet", (law, "dim")
        )
        return
    yield Text.assemble((f"{made['decision']}: {_words(verdict)}", STYLES[verdict]), (law, "dim"))
    if given := _pairs(made["values"]):
        yield Text(f"  gives {given}")
    findings = made["findings"] if isinstance(made["findings"], list) else []
    carrying = [found for found in findings if isinstance(found, Mapping) and found["verdict"] == verdict]
    for found in carrying[:RULES_SHOWN]:
        yield Text.assemble(
            (f"  {rule_found(str(found['rule']), verdict)}", STYLES[verdict]),
            f" {found['because']}",
            (f" [{found['reference']}]", "dim"),
        )
        yield Text(f"    on {_pairs(found['facts']) or 'no facts'}", style="dim")
    if more := carrying[RULES_SHOWN:]:
        rules = dict.fromkeys(str(found["rule"]) for found in more)
        yield Text(f"  and {len(more)} more: {', '.join(rules)}", style="dim")
    missing = made["missing"] if isinstance(made["missing"], list) else []
    if missing:
        yield Text(f"  would be settled by {', '.join(str(path) for path in missing)}")


def _level_asked(made: Mapping[str, Json]) -> str:
    """The level, where a plan came to approval and only that was asked; the verdict is then about nobody."""
    facts, values = made["facts"], made["values"]
    if made["decision"] != "authority" or not isinstance(facts, Mapping) or not isinstance(values, Mapping):
        return ""
    return str(values.get("level") or "") if facts.get("role") == NOBODY else ""


def _pairs(found: Json) -> str:
    """Facts or values in a line; of many the first."""
    if not isinstance(found, Mapping):
        return ""
    shown = [f"{_words(name)} {_said(value)}" for name, value in found.items()]
    more = f" and {len(shown) - FACTS_SHOWN} more" if len(shown) > FACTS_SHOWN else ""
    return ", ".join(shown[:FACTS_SHOWN]) + more


def _said(value: Json) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " and ".join(_said(each) for each in value) or "none"
    return _words(str(value))


def _words(text: str) -> str:
    return text.replace("_", " ")
