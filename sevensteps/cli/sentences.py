"""Events and verdicts in plain words. Ids, enums, dates and amounts only: an event holds no personal data."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from sevensteps import journey
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.chronicle import payload_of
from sevensteps.journey import DueKind, Payload
from sevensteps.temporal import PHRASES, WaitingFor

SENTENCES: Mapping[str, str] = {
    journey.CaseOpened.TYPE: "case opened: {kind}",
    journey.UrgentSupportRecorded.TYPE: "urgent support for {needs} (s.19(3)): £{weekly} a week from {starts_on}",
    journey.SelfAssessmentRecorded.TYPE: "self-assessment recorded; help: {help}",
    journey.AdvocacyConsidered.TYPE: "duty to arrange an advocate (s.67): {verdict}",
    journey.AssessmentOpened.TYPE: "assessment opened, round {round}",
    journey.DeterminationProposed.TYPE: "determination proposed: eligibility {verdict}",
    journey.DeterminationConfirmed.TYPE: "determination confirmed (s.13); eligible needs: {needs}",
    journey.IndicativeBudgetGiven.TYPE: "indicative budget given: £{weekly} a week",
    journey.AdviceGiven.TYPE: "written reasons and advice given (s.13(5))",
    journey.HoldPlaced.TYPE: "put on hold: {reason}",
    journey.HoldReleased.TYPE: "hold released",
    journey.CaseResumed.TYPE: "resumed after mending",
    journey.CaseEnded.TYPE: "case ended: {ending}",
    journey.PlanOpened.TYPE: "plan version {version} to be made",
    journey.PlanSaved.TYPE: "plan version {version} saved: £{weekly} a week",
    journey.PlanSubmitted.TYPE: "plan version {version} submitted: £{weekly} a week",
    journey.PlanChecked.TYPE: (
        "plan version {version} checked: safe {safe}, legal {legal}, meets needs {meets_needs}, "
        "sufficient {sufficient}; level of authority {level}"
    ),
    journey.PlanApproved.TYPE: (
        "plan version {version} signed (s.25, s.26): personal budget £{personal_budget_weekly} a week; level {level}"
    ),
    journey.PlanReturned.TYPE: "plan version {version} returned; not met: {rules}",
    journey.MoneyOpened.TYPE: "money of plan version {version} to be organised",
    journey.MoneyArranged.TYPE: "£{weekly} a week: {kind} {payee}",
    journey.MoneyOrganised.TYPE: "every pound has a holder",
    journey.SupportOpened.TYPE: "support of plan version {version} to be organised",
    journey.SupportArranged.TYPE: "{kind} for {needs}, from {starts_on}",
    journey.SupportOrganised.TYPE: "every funded need has an arrangement; support starts on {starts_on}",
    journey.LifeOpened.TYPE: "living with plan version {plan_version}; next review dated by rule {rule}",
    journey.SpendRecorded.TYPE: "£{amount} spent on line {line_id}, on {spent_on}",
    journey.ReviewRequested.TYPE: "review asked for (s.27(1)(b))",
    journey.ReviewTriggered.TYPE: "something calls for a review: {trigger}",
    journey.ReviewOpened.TYPE: "review opened: {reason}",
    journey.ReviewCompleted.TYPE: "review completed (s.27): {outcome}",
}
"""What each kind of event says, with the fields of its payload."""

WAITS: Mapping[type[Payload], WaitingFor] = {
    journey.CaseOpened: WaitingFor.DETERMINATION,
    journey.AssessmentOpened: WaitingFor.DETERMINATION,
    journey.PlanOpened: WaitingFor.PLAN,
    journey.PlanChecked: WaitingFor.DECISION,
    journey.MoneyOpened: WaitingFor.MONEY,
    journey.SupportOpened: WaitingFor.SUPPORT,
    journey.LifeOpened: WaitingFor.REVIEW_DATE,
    journey.ReviewOpened: WaitingFor.REVIEW,
    journey.HoldPlaced: WaitingFor.RELEASE,
}
"""What a case waits for after an event."""


def happened(event: Event) -> str:
    """What an event says, in a sentence; its type where it is newer than this program."""
    sentence = SENTENCES.get(event.type)
    payload = payload_of(event)
    if sentence is None or payload is None:
        return event.type
    return sentence.format(**{name: in_words(value) for name, value in asdict(payload).items()}).rstrip()


def waiting_after(event: Event) -> WaitingFor | None:
    """What the case waits for after an event; None where the event changes nothing of that."""
    payload = payload_of(event)
    if isinstance(payload, journey.DeterminationConfirmed):
        return WaitingFor.INDICATIVE_BUDGET if payload.eligible else WaitingFor.ADVICE
    return WAITS.get(type(payload)) if payload else None


def waits(event: Event) -> str:
    """The same in a sentence, with until when; empty where nothing changes."""
    waiting_for = waiting_after(event)
    if waiting_for is None:
        return ""
    due = due_of(payload_of(event))
    return f"waits for {PHRASES[waiting_for]}" + (f", until {due}" if due else "")


def due_of(payload: Payload | None) -> str:
    """Until when, in words, with whether law or practice says so; empty where an event names no date."""
    if isinstance(payload, journey.LifeOpened):
        return due_in_words(payload.review_due, DueKind(payload.due_kind))
    due_on = getattr(payload, "due_on", "")
    return due_in_words(due_on, DueKind.SOFT) if due_on else ""


def due_in_words(due_on: str, kind: DueKind) -> str:
    """A date (YYYY-MM-DD) until which something should be done, or by law has to be."""
    return in_words(due_on) + (" (law)" if kind is DueKind.HARD else "")


def in_words(value: object) -> str:
    """A value of a payload: dates written out, lists joined, names of enums without underscores."""
    if isinstance(value, list):
        return ", ".join(in_words(each) for each in value) or "none"
    text = str(value)
    try:
        return f"{date.fromisoformat(text):%-d %B %Y}"
    except ValueError:
        return text.replace("_", " ")
