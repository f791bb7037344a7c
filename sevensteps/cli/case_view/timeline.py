"""A case's timeline: steps, events, verdicts with their reasons and law, and what the case waits for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision, Finding
from sevensteps.case_history.history import CaseHistory, Refusal, payload_of, verdict_of
from sevensteps.case_history.sentences import LONGEST_LIST, because_of_all, event_in_words, in_one_line, more_of
from sevensteps.case_history.waiting import due_date_of, waiting_in_words
from sevensteps.case_history.words import Words
from sevensteps.events import (
    OPENS,
    LifeOpened,
    MoneyOpened,
    MoneyOrganised,
    PlanOpened,
    PlanSaved,
    ReviewOpened,
    SupportOpened,
    SupportOrganised,
    SupportStarted,
    WrittenRecordGiven,
)
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Verdict
from sevensteps.steps import STEP_NAMES

SHORT_REASON = 60
"""How many letters a reason may have to stand in a brief timeline."""
POSITION_WIDTH = 6
DAY_WIDTH = len("26 September 2026")
ACTOR_WIDTH = 10
STYLES = {
    Verdict.MET: "green",
    Verdict.NOT_MET: "red",
    Verdict.NOT_ENOUGH_INFORMATION: "yellow",
    Verdict.NEEDS_JUDGEMENT: "yellow",
}
TOLD_BY_THE_HEADING = frozenset(
    event.TYPE for event in (PlanOpened, MoneyOpened, SupportOpened, LifeOpened, ReviewOpened)
)
"""Events that say no more than the heading of their step does."""
LEFT_OUT = TOLD_BY_THE_HEADING | {
    event.TYPE for event in (PlanSaved, MoneyOrganised, SupportOrganised, SupportStarted, WrittenRecordGiven)
}
"""What a brief timeline leaves out; the last event of a case is never left out unless its heading tells it."""


def timeline(history: CaseHistory, words: Words, *, verbose: bool = True) -> RenderableType:
    """The history of a case, event by event; a brief one has its main events, and reasons only for what is not met."""
    heading = Text.assemble((history.title, "bold"), "  ", (history.case_id, "dim"))
    if not verbose:
        return Group(heading, *_brief(history, words))
    return Group(heading, *(_entry(history, event, words) for event in history.events))


def _entry(history: CaseHistory, event: Event, words: Words) -> RenderableType:
    decision, reasons = history.decisions.get(event.position), history.reasons.get(event.position, ())
    return timeline_entry(event, words, decision, _refused_after(history, event), reasons)


def timeline_entry(
    event: Event,
    words: Words,
    decision: Decision | None = None,
    refusals: Sequence[Refusal] = (),
    reasons: Sequence[str] = (),
) -> RenderableType:
    """One event, with its decision, the reasons given and what was refused after it; under the heading of its step."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", width=POSITION_WIDTH)
    grid.add_column()
    at = event.occurred_at.ToDatetime()
    by = f"  {event.actor}, {clock.day_in_words(at.date())} {at:%H:%M}"
    grid.add_row(str(event.position), Text.assemble(event_in_words(event, words), (by, "dim")))
    for reason in reasons:
        grid.add_row("", Text(in_one_line(reason)))
    for line in _details(event, words, decision, refusals):
        grid.add_row("", line)
    if event.type in OPENS:
        return Group(Text(STEP_NAMES[OPENS[event.type]], style="bold cyan"), grid)
    return grid


def _brief(history: CaseHistory, words: Words) -> Iterator[RenderableType]:
    """The steps, each with its due date and its main events: on which day, who, and what."""
    shown: date | None = None
    for event in history.events:
        if event.type in OPENS:
            yield _brief_heading(event)
        refusals = _refused_after(history, event)
        last = event is history.events[-1] and event.type not in TOLD_BY_THE_HEADING
        if event.type in LEFT_OUT and not (refusals or last):
            continue
        day = clock.uk_day(event.occurred_at.ToDatetime(tzinfo=UTC))
        grid = Table.grid(padding=(0, 2))
        for width in (DAY_WIDTH, ACTOR_WIDTH):
            grid.add_column(width=width, style="dim", no_wrap=True, overflow="ellipsis")
        grid.add_column()
        told = Text(
            event_in_words(event, words, verbose=False) + _short_reason(history.reasons.get(event.position, ()))
        )
        grid.add_row("" if day == shown else clock.day_in_words(day), event.actor, told)
        for line in _brief_details(history.decisions.get(event.position), words, refusals):
            grid.add_row("", "", line)
        shown = day
        yield grid


def _short_reason(reasons: Sequence[str]) -> str:
    """The first of the reasons given, to follow the event, where it is short: `case explain` and -v have all."""
    first = in_one_line(reasons[0]) if reasons else ""
    return f"; {first}" if 0 < len(first) <= SHORT_REASON else ""


def _brief_heading(event: Event) -> Text:
    due = due_date_of(payload_of(event))
    name = "next review due" if event.type == LifeOpened.TYPE else "due"
    return Text.assemble((STEP_NAMES[OPENS[event.type]], "bold cyan"), f", {name} {due}" if due else "")


def _brief_details(decision: Decision | None, words: Words, refusals: Sequence[Refusal]) -> Iterator[RenderableType]:
    if decision is not None and verdict_of(decision.verdict) is not Verdict.MET:
        yield from _reasons(decision, words, verbose=False)
    for refusal in refusals:
        yield _refusal(refusal)


def _refused_after(history: CaseHistory, event: Event) -> Sequence[Refusal]:
    return [refusal for refusal in history.refusals if refusal.after == event.position]


def _details(
    event: Event, words: Words, decision: Decision | None, refusals: Sequence[Refusal]
) -> Iterator[RenderableType]:
    if decision is not None:
        yield from _reasons(decision, words, verbose=True)
    if waiting := waiting_in_words(event):
        yield Text(waiting, style="italic magenta")
    for refusal in refusals:
        yield _refusal(refusal)


def _refusal(refusal: Refusal) -> Text:
    return Text(f"{refusal.who} {refusal.action}: refused, {refusal.reason}. {refusal.detail}", style="red")


def _reasons(decision: Decision, words: Words, *, verbose: bool) -> Iterator[RenderableType]:
    """The rules that gave the verdict, with their sentences; a brief list names the others after the first ones."""
    verdict = verdict_of(decision.verdict)
    if verdict is None:
        return
    answer = words.of_pack(decision.pack, decision.decision).answer(verdict)
    yield Text(f"{decision.decision}: {answer}", style=STYLES[verdict])
    by_rule: dict[str, list[Finding]] = {}
    for finding in decision.findings:
        if finding.verdict == decision.verdict:
            by_rule.setdefault(finding.rule, []).append(finding)
    rules = list(by_rule)
    shown = rules if verbose else rules[:LONGEST_LIST]
    for rule in shown:
        yield Padding(_reason(by_rule[rule], verdict, verbose=verbose), (0, 0, 0, 2))
    if more := len(rules) - len(shown):
        yield Padding(Text(more_of(more), style="dim"), (0, 0, 0, 2))


def _reason(findings: list[Finding], verdict: Verdict, *, verbose: bool) -> Text:
    """Why a rule gave its verdict, and everything that its findings are about."""
    first = findings[0]
    because = because_of_all(first.because, [finding.about for finding in findings], verbose=verbose)
    return Text.assemble(
        (rule_label(first.rule, verdict), STYLES[verdict]), " ", because, (f" [{first.reference}]", "dim")
    )


def rule_label(rule: str, verdict: Verdict) -> str:
    """A rule's name before its sentence. The sentence says what the rule asks, so a verdict other than met is added."""
    return rule if verdict is Verdict.MET else f"{rule}, {plain(verdict)}:"
