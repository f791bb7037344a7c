"""A case's timeline as a person reads it: steps, events, verdicts with their reasons and law, what it waits for."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision, Finding
from sevensteps.cli.case_view.chronicle import Chronicle, Refusal, verdict_of
from sevensteps.cli.case_view.sentences import happened, waits
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


def timeline(chronicle: Chronicle) -> RenderableType:
    """The whole of a chronicle."""
    heading = Text.assemble((chronicle.title, "bold"), "  ", (chronicle.case_id, "dim"))
    moments = (
        moment(
            event,
            chronicle.decisions.get(event.position),
            [refusal for refusal in chronicle.refusals if refusal.after == event.position],
        )
        for event in chronicle.events
    )
    return Group(heading, *moments, Text())


def moment(event: Event, decision: Decision | None = None, refusals: Sequence[Refusal] = ()) -> RenderableType:
    """One event, under its step's heading where it opens one, with its decision and what was refused after it."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", width=POSITION_WIDTH)
    grid.add_column()
    by = f"  {event.actor}, {event.occurred_at.ToDatetime():%-d %b %Y %H:%M}"
    grid.add_row(str(event.position), Text.assemble(happened(event), (by, "dim")))
    for line in _beneath(event, decision, refusals):
        grid.add_row("", line)
    if event.type in OPENS:
        return Group(Text(STEP_NAMES[OPENS[event.type]], style="bold cyan"), grid)
    return grid


def _beneath(event: Event, decision: Decision | None, refusals: Sequence[Refusal]) -> Iterator[RenderableType]:
    if decision is not None:
        yield from _reasons(decision)
    if waiting := waits(event):
        yield Text(waiting, style="italic magenta")
    for refusal in refusals:
        yield _refusal(refusal)


def _refusal(refusal: Refusal) -> Text:
    return Text(f"{refusal.who} {refusal.tried}: refused, {refusal.reason}. {refusal.detail}", style="red")


def _reasons(decision: Decision) -> Iterator[RenderableType]:
    """The findings that carry the verdict, one line a rule; of a long list the first, and the names of the others."""
    verdict = verdict_of(decision.verdict)
    if verdict is None:
        return
    yield Text(f"{decision.decision}: {verdict.replace('_', ' ')}", style=STYLES[verdict])
    carrying: dict[str, list[Finding]] = {}
    for finding in decision.findings:
        if finding.verdict == decision.verdict:
            carrying.setdefault(finding.rule, []).append(finding)
    rules = list(carrying)
    for rule in rules[:REASONS_SHOWN]:
        yield Padding(_reason(carrying[rule], verdict), (0, 0, 0, 2))
    if more := rules[REASONS_SHOWN:]:
        yield Padding(Text(f"and {len(more)} more: {', '.join(more)}", style="dim"), (0, 0, 0, 2))


def _reason(findings: list[Finding], verdict: Verdict) -> Text:
    """What one rule found, with all that it found it about."""
    first = findings[0]
    about = ", ".join(finding.about for finding in findings)
    because = first.because.replace(first.about, about) if first.about else first.because
    return Text.assemble(
        (rule_found(first.rule, verdict), STYLES[verdict]), " ", because, (f" [{first.reference}]", "dim")
    )


def rule_found(rule: str, verdict: Verdict) -> str:
    """A rule before its sentence, which says what the rule asks: so where it is not met, that is said with it."""
    return rule if verdict is Verdict.MET else f"{rule}, {verdict.replace('_', ' ')}:"
