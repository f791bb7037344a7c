"""A case's timeline: steps, events, verdicts with their reasons and law, and what the case waits for."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision, Finding
from sevensteps.cli.case_view.history import CaseHistory, Refusal, verdict_of
from sevensteps.cli.case_view.sentences import event_in_words, waiting_in_words
from sevensteps.events import OPENS
from sevensteps.policy.model.verdict import Verdict
from sevensteps.steps import STEP_NAMES

REASONS_SHOWN = 5
POSITION_WIDTH = 6
STYLES = {
    Verdict.MET: "green",
    Verdict.NOT_MET: "red",
    Verdict.NOT_ENOUGH_INFORMATION: "yellow",
    Verdict.NEEDS_JUDGEMENT: "yellow",
}


def timeline(history: CaseHistory) -> RenderableType:
    """The history of a case, event by event."""
    heading = Text.assemble((history.title, "bold"), "  ", (history.case_id, "dim"))
    entries = (
        timeline_entry(
            event,
            history.decisions.get(event.position),
            [refusal for refusal in history.refusals if refusal.after == event.position],
        )
        for event in history.events
    )
    return Group(heading, *entries, Text())


def timeline_entry(event: Event, decision: Decision | None = None, refusals: Sequence[Refusal] = ()) -> RenderableType:
    """One event, with its decision and what was refused after it; under the step's heading where it opens a step."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", width=POSITION_WIDTH)
    grid.add_column()
    by = f"  {event.actor}, {event.occurred_at.ToDatetime():%-d %b %Y %H:%M}"
    grid.add_row(str(event.position), Text.assemble(event_in_words(event), (by, "dim")))
    for line in _details(event, decision, refusals):
        grid.add_row("", line)
    if event.type in OPENS:
        return Group(Text(STEP_NAMES[OPENS[event.type]], style="bold cyan"), grid)
    return grid


def _details(event: Event, decision: Decision | None, refusals: Sequence[Refusal]) -> Iterator[RenderableType]:
    if decision is not None:
        yield from _reasons(decision)
    if waiting := waiting_in_words(event):
        yield Text(waiting, style="italic magenta")
    for refusal in refusals:
        yield _refusal(refusal)


def _refusal(refusal: Refusal) -> Text:
    return Text(f"{refusal.who} {refusal.action}: refused, {refusal.reason}. {refusal.detail}", style="red")


def _reasons(decision: Decision) -> Iterator[RenderableType]:
    """The rules that gave the verdict: the first ones with their reasons, of the others the names."""
    verdict = verdict_of(decision.verdict)
    if verdict is None:
        return
    yield Text(f"{decision.decision}: {verdict.replace('_', ' ')}", style=STYLES[verdict])
    by_rule: dict[str, list[Finding]] = {}
    for finding in decision.findings:
        if finding.verdict == decision.verdict:
            by_rule.setdefault(finding.rule, []).append(finding)
    rules = list(by_rule)
    for rule in rules[:REASONS_SHOWN]:
        yield Padding(_reason(by_rule[rule], verdict), (0, 0, 0, 2))
    if more := rules[REASONS_SHOWN:]:
        yield Padding(Text(f"and {len(more)} more: {', '.join(more)}", style="dim"), (0, 0, 0, 2))


def _reason(findings: list[Finding], verdict: Verdict) -> Text:
    """Why a rule gave its verdict, and everything that its findings are about."""
    first = findings[0]
    about = ", ".join(finding.about for finding in findings)
    because = first.because.replace(first.about, about) if first.about else first.because
    return Text.assemble(
        (rule_label(first.rule, verdict), STYLES[verdict]), " ", because, (f" [{first.reference}]", "dim")
    )


def rule_label(rule: str, verdict: Verdict) -> str:
    """A rule's name before its sentence. The sentence says what the rule asks, so a verdict other than met is added."""
    return rule if verdict is Verdict.MET else f"{rule}, {verdict.replace('_', ' ')}:"
