"""A case explained on a page: what was decided when, by which rule and law, on which facts, and who confirmed it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.receipts.v1.receipts_pb2 import Receipt
from sevensteps.case_history.decided import findings_with
from sevensteps.case_history.sentences import (
    LONGEST_LIST,
    LONGEST_REASON,
    because_of_all,
    event_in_words,
    folded,
    in_one_line,
    more_of,
)
from sevensteps.case_history.words import Words
from sevensteps.cli.case_view.receipts import ServiceReceipt
from sevensteps.cli.case_view.timeline import STYLES, rule_label
from sevensteps.events import (
    OPENS,
    CaseAssigned,
    CaseEnded,
    CaseEscalated,
    CaseResumed,
    DeterminationConfirmed,
    DeterminationProposed,
    HoldPlaced,
    HoldReleased,
    PlanApproved,
    PlanReturned,
)
from sevensteps.policy.model.values_in_words import plain, value_in_words
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.packs.answer_words import AnswerWords
from sevensteps.steps import STEP_NAMES, DueKind

MOST_LAWS = 2
"""By how many laws a brief page says that something was decided."""
ANSWERS_FOR = {
    DeterminationConfirmed.TYPE: "confirmed by",
    PlanApproved.TYPE: "signed by",
    PlanReturned.TYPE: "returned by",
}
"""What somebody does by name so that a proposal takes effect. In other events the actor asked for what was done."""
ACTS_BY = {
    HoldPlaced.TYPE: "put on hold by",
    HoldReleased.TYPE: "released by",
    CaseResumed.TYPE: "resumed by",
    CaseAssigned.TYPE: "given to a team by",
    CaseEscalated.TYPE: "escalated by",
    CaseEnded.TYPE: "ended by",
}
"""What somebody does by name to the case as a whole: not decided by rules, and explained by the reason they gave."""
BY_NAME = ANSWERS_FOR | ACTS_BY
FOLLOWING = ("duty", "carer-duty", "authority", "deadlines")
"""Decisions that follow from another one of the same moment, and so stand after it, in this order."""
DETAILS = frozenset({"days", "unit", "kind", "limit", "law_due", "sla_working_days"})
"""Values that a brief page leaves out."""
LONGEST_STEP = 90
"""How many letters of a step that led to an amount are shown on a brief page before it is cut."""
NOBODY = "nobody"
"""The role of the signer while a plan has none."""


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """What a page explains: what happened in a case, and why.

    `reasons` are those that people gave, by the position of their event; `workings` say step by step how a decision's
    amount came about, by the id of its receipt.
    """

    case_id: str
    events: Sequence[Event]
    receipts: Sequence[ServiceReceipt]
    reasons: Mapping[int, Sequence[str]]
    workings: Mapping[str, Sequence[str]]


def explanation(case: DecidedCase, words: Words, *, verbose: bool = True) -> RenderableType:
    """The page. A decision stands below the event of its service at the same moment, in which it took effect.

    A brief page leaves out events without a decision, the sentences and facts of rules that are met, and why something
    was proposed after which another proposal came.
    """
    decided: defaultdict[tuple[str, int], list[Receipt]] = defaultdict(list)
    for service, receipt in case.receipts:
        decided[service, receipt.decided_at.ToNanoseconds()].append(receipt)
    page: list[RenderableType] = [Text(f"How {case.case_id} was decided", style="bold")]
    explainer = _Explainer(words, case, verbose)
    followed = _followed(case.events)
    for event in case.events:
        made = decided.pop((event.source, event.occurred_at.ToNanoseconds()), [])
        page += explainer.event(event, has_decisions=bool(made))
        page += explainer.decisions(made, in_short=not verbose and event.position in followed)
    if decided:
        page.append(
            Text("Decisions that led to a refusal, or whose events are no longer in the feed", style="bold cyan")
        )
        page += explainer.decisions(list(chain.from_iterable(decided.values())))
    return Group(*page)


@dataclass(slots=True)
class _Explainer:
    words: Words
    case: DecidedCase
    verbose: bool
    told_law: str = ""
    """The law and pack that were told last: they are told again only where they differ."""

    def event(self, event: Event, *, has_decisions: bool) -> Iterator[Text]:
        if event.type in OPENS:
            yield Text(STEP_NAMES[OPENS[event.type]], style="bold cyan")
        reasons = self.case.reasons.get(event.position, ())
        if not (self.verbose or has_decisions or reasons or event.type in BY_NAME):
            return
        at = event.occurred_at.ToDatetime()
        by = f"  {BY_NAME.get(event.type, 'by')} {event.actor}, {clock.day_in_words(at.date())} {at:%H:%M}"
        told = event_in_words(event, self.words, verbose=self.verbose)
        yield Text.assemble(told, (by, "bold" if event.type in BY_NAME else "dim"))
        for reason in reasons:
            yield Text(f"    {in_one_line(reason, most=None if self.verbose else LONGEST_REASON)}")

    def decisions(self, receipts: Sequence[Receipt], *, in_short: bool = False) -> list[RenderableType]:
        ordered = sorted(receipts, key=lambda receipt: (_follows(receipt.decision), receipt.decision))
        if in_short:
            return [Text("    another proposal followed; -v shows why this one", style="dim")]
        lines = chain.from_iterable(self._receipt(receipt) for receipt in ordered)
        return [Padding(line, (0, 0, 0, 4)) for line in lines]

    def _receipt(self, receipt: Receipt) -> Iterator[RenderableType]:
        yield from self._decision(json.loads(receipt.receipt))
        for step in self.case.workings.get(receipt.receipt_id, ()):
            yield Text(f"  {in_one_line(step, most=None if self.verbose else LONGEST_STEP)}")

    def _decision(self, decision: Mapping[str, Json]) -> Iterator[RenderableType]:
        """One decision: its answer, the law in force, its values, the rules that gave it, and what is missing."""
        verdict = Verdict(str(decision["verdict"]))
        words = self.words.of_pack(str(decision["pack"]), str(decision["decision"]))
        law = self._law(decision)
        if level := _level_needed(decision):
            yield Text.assemble(f"authority: signing takes level {level}; nobody has asked to sign yet", (law, "dim"))
            return
        values = self._values(decision["values"], words)
        answer = f"{decision['decision']}: {words.answer(verdict)}"
        findings = findings_with(decision["findings"], verdict)
        by = ""
        if verdict is Verdict.MET and not self.verbose:
            by = f"  by {_rules(findings)}"
            findings = []
        yield Text.assemble((answer, STYLES[verdict]), f"; {values}" if values else "", (by + law, "dim"))
        yield from self._findings(findings, verdict, words)
        if isinstance(missing := decision["missing"], list) and missing:
            facts = folded([words.fact(str(path)) for path in missing], verbose=self.verbose, separator="; ")
            yield Text(f"  would be settled by: {facts}")

    def _law(self, decision: Mapping[str, Json]) -> str:
        """The law and pack of a decision, where it is not those of the decision before."""
        law = f"  law of {value_in_words(decision['on'])}, pack {decision['pack']} {str(decision['hash'])[:12]}"
        told, self.told_law = self.told_law, law
        return law if self.verbose or law != told else ""

    def _values(self, values: Json, words: AnswerWords) -> str:
        """The values that a decision gives; a brief page marks what the law sets, and leaves out details."""
        if not isinstance(values, Mapping):
            return ""
        told = [_value(name, value, words) for name, value in values.items() if self.verbose or name not in DETAILS]
        if not self.verbose and "due" in values and values.get("kind") == DueKind.HARD:
            told = [f"{each} (law)" if each.startswith("due ") else each for each in told]
        return folded(told, verbose=self.verbose, separator="; ")

    def _findings(
        self, findings: Sequence[Mapping[str, Json]], verdict: Verdict, words: AnswerWords
    ) -> Iterator[RenderableType]:
        """The findings that gave the verdict, with their facts; on a brief page the first rules with theirs."""
        if not self.verbose:
            yield from self._by_rule(findings, verdict, words)
            return
        for finding in findings:
            yield from self._rule([finding], verdict, words)

    def _by_rule(
        self, findings: Sequence[Mapping[str, Json]], verdict: Verdict, words: AnswerWords
    ) -> Iterator[RenderableType]:
        by_rule: defaultdict[str, list[Mapping[str, Json]]] = defaultdict(list)
        for finding in findings:
            by_rule[str(finding["rule"])].append(finding)
        for of_rule in list(by_rule.values())[:LONGEST_LIST]:
            yield from self._rule(of_rule, verdict, words)
        if (more := len(by_rule) - LONGEST_LIST) > 0:
            yield Text(f"  {more_of(more)}", style="dim")

    def _rule(
        self, findings: Sequence[Mapping[str, Json]], verdict: Verdict, words: AnswerWords
    ) -> Iterator[RenderableType]:
        """One rule with its sentence and law; the facts where it is about one thing."""
        first = findings[0]
        because = because_of_all(
            str(first["because"]), [str(finding["about"]) for finding in findings], verbose=self.verbose
        )
        label, law = rule_label(str(first["rule"]), verdict), (f" [{first['reference']}]", "dim")
        yield Text.assemble((f"  {label}", STYLES[verdict]), f" {because}", law)
        if len(findings) == 1:
            facts = _pairs(first["facts"], words, verbose=self.verbose)
            yield Text(f"    facts: {facts or 'none'}", style="dim")


def _followed(events: Sequence[Event]) -> frozenset[int]:
    """The positions of proposals after which another one came, before any was confirmed."""
    proposed: list[int] = []
    followed: set[int] = set()
    for event in events:
        if event.type == DeterminationProposed.TYPE:
            followed.update(proposed)
            proposed = [event.position]
        elif event.type == DeterminationConfirmed.TYPE:
            proposed = []
    return frozenset(followed)


def _level_needed(decision: Mapping[str, Json]) -> str:
    """The level of authority that a plan takes, where nobody has asked to sign it yet: the verdict is about nobody."""
    facts, values = decision["facts"], decision["values"]
    if decision["decision"] != "authority" or not isinstance(facts, Mapping) or not isinstance(values, Mapping):
        return ""
    return str(values.get("level") or "") if facts.get("role") == NOBODY else ""


def _follows(decision: str) -> int:
    return FOLLOWING.index(decision) + 1 if decision in FOLLOWING else 0


def _rules(findings: Sequence[Mapping[str, Json]]) -> str:
    """The rules of findings in one line, those of one law together before it; of the first few laws."""
    by_law: defaultdict[str, list[str]] = defaultdict(list)
    for rule, law in dict.fromkeys((str(finding["rule"]), str(finding["reference"])) for finding in findings):
        by_law[law].append(rule)
    laws = [f"{', '.join(rules)} [{law}]" for law, rules in by_law.items()]
    more = f" {more_of(len(laws) - MOST_LAWS)}" if len(laws) > MOST_LAWS else ""
    return ", ".join(laws[:MOST_LAWS]) + more


def _pairs(pairs: Json, words: AnswerWords, *, verbose: bool) -> str:
    """Facts in one line."""
    if not isinstance(pairs, Mapping):
        return ""
    told = [f"{words.fact(name)}: {words.value(name, value)}" for name, value in pairs.items()]
    return folded(told, verbose=verbose, separator="; ")


def _value(name: str, value: Json, words: AnswerWords) -> str:
    """A value of a decision; the answer of a part says by itself what it is about."""
    if name in words.answers:
        return words.answer(str(value), name)
    return f"{plain(name)} {words.value(name, value)}"
