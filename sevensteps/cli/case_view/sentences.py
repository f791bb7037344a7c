"""Events in plain words: ids, enums, dates and amounts only, because an event holds no personal data."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from sevensteps import events
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.history import payload_of
from sevensteps.events import Payload
from sevensteps.steps import DueKind
from sevensteps.temporal import PHRASES, WaitingFor

SENTENCES: Mapping[str, str] = {
    events.CaseOpened.TYPE: "case opened: {kind}",
    events.UrgentSupportRecorded.TYPE: "urgent support for {needs} (s.19(3)): £{weekly} a week from {starts_on}",
    events.SelfAssessmentRecorded.TYPE: "self-assessment recorded; help: {help}",
    events.AdvocacyConsidered.TYPE: "duty to arrange an advocate (s.67): {verdict}",
    events.AssessmentOpened.TYPE: "assessment opened, round {round}",
    events.DeterminationProposed.TYPE: "determination proposed: eligibility {verdict}",
    events.DeterminationConfirmed.TYPE: "determination confirmed (s.13); eligible needs: {needs}",
    events.IndicativeBudgetGiven.TYPE: "indicative budget given: £{weekly} a week",
    events.AdviceGiven.TYPE: "written reasons and advice given (s.13(5))",
    events.HoldPlaced.TYPE: "put on hold: {reason}",
    events.HoldReleased.TYPE: "hold released",
    events.CaseResumed.TYPE: "case resumed: operations have put right what stopped it",
    events.CaseEnded.TYPE: "case ended: {ending}",
    events.PlanOpened.TYPE: "plan version {version} to be made",
    events.PlanSaved.TYPE: "plan version {version} saved: £{weekly} a week",
    events.PlanSubmitted.TYPE: "plan version {version} submitted: £{weekly} a week",
    events.PlanChecked.TYPE: (
        "plan version {version} checked: safe {safe}, legal {legal}, meets needs {meets_needs}, "
        "sufficient {sufficient}; level of authority {level}"
    ),
    events.PlanApproved.TYPE: (
        "plan version {version} signed (s.25, s.26): personal budget £{personal_budget_weekly} a week; level {level}"
    ),
    events.PlanReturned.TYPE: "plan version {version} returned; checks not met: {rules}",
    events.MoneyOpened.TYPE: "money of plan version {version} to be organised",
    events.MoneyArranged.TYPE: "£{weekly} a week: {kind} {payee}",
    events.MoneyOrganised.TYPE: "every pound has a holder",
    events.SupportOpened.TYPE: "support of plan version {version} to be organised",
    events.SupportArranged.TYPE: "{kind} for {needs}, from {starts_on}",
    events.SupportOrganised.TYPE: "every funded need has an arrangement; support starts on {starts_on}",
    events.MoneyStarted.TYPE: "£{weekly} a week is paid from {starts_on}: {kind} {payee}",
    events.MoneyEnded.TYPE: "money {arrangement_id} is paid until {ends_on}: {reason}",
    events.SupportStarted.TYPE: "{kind} for {needs} runs from {starts_on}",
    events.SupportEnded.TYPE: "support {arrangement_id} runs until {ends_on}: {reason}",
    events.StepOverdue.TYPE: "was due on {due_on}, and is not done",
    events.ReviewWarned.TYPE: "the review must be done by {due_on}, by law",
    events.ReviewOverdue.TYPE: "the review was due on {due_on}, and is not done",
    events.LifeOpened.TYPE: "living with plan version {plan_version}; next review dated by rule {rule}",
    events.SpendRecorded.TYPE: "£{amount} spent on line {line_id}, on {spent_on}",
    events.ReviewRequested.TYPE: "review asked for (s.27(1)(b))",
    events.ReviewTriggered.TYPE: "review called for: {trigger}",
    events.ReviewOpened.TYPE: "review opened: {reason}",
    events.ReviewCompleted.TYPE: "review completed (s.27): {outcome}",
}
"""Each kind of event in words, with fields of its payload."""

WAITS: Mapping[type[Payload], WaitingFor] = {
    events.CaseOpened: WaitingFor.DETERMINATION,
    events.AssessmentOpened: WaitingFor.DETERMINATION,
    events.PlanOpened: WaitingFor.PLAN,
    events.PlanChecked: WaitingFor.DECISION,
    events.MoneyOpened: WaitingFor.MONEY,
    events.SupportOpened: WaitingFor.SUPPORT,
    events.LifeOpened: WaitingFor.REVIEW_DATE,
    events.ReviewOpened: WaitingFor.REVIEW,
    events.HoldPlaced: WaitingFor.RELEASE,
}
"""What a case waits for after an event."""


def event_in_words(event: Event) -> str:
    """An event as a sentence; its type where it is newer than this program."""
    sentence = SENTENCES.get(event.type)
    payload = payload_of(event)
    if sentence is None or payload is None:
        return event.type
    return sentence.format(**{name: in_words(value) for name, value in asdict(payload).items()}).rstrip()


def waiting_after(event: Event) -> WaitingFor | None:
    """What the case waits for after an event; None where the event does not change that."""
    payload = payload_of(event)
    if isinstance(payload, events.DeterminationConfirmed):
        return WaitingFor.INDICATIVE_BUDGET if payload.eligible else WaitingFor.ADVICE
    return WAITS.get(type(payload)) if payload else None


def waiting_in_words(event: Event) -> str:
    """What the case waits for after an event, and until when; empty where the event does not change that."""
    waiting_for = waiting_after(event)
    if waiting_for is None:
        return ""
    due_date = due_date_of(payload_of(event))
    return f"waits for {PHRASES[waiting_for]}" + (f", until {due_date}" if due_date else "")


def due_date_of(payload: Payload | None) -> str:
    """The due date that an event sets, in words; empty where it sets none."""
    if isinstance(payload, events.LifeOpened):
        return date_in_words(payload.review_due, DueKind(payload.due_kind))
    due_on = getattr(payload, "due_on", "")
    return date_in_words(due_on, DueKind.SOFT) if due_on else ""


def date_in_words(due_on: str, kind: DueKind) -> str:
    """A due date (YYYY-MM-DD) written out, marked where the law sets it."""
    return in_words(due_on) + (" (law)" if kind is DueKind.HARD else "")


def in_words(value: object) -> str:
    """A value of a payload: dates written out, lists joined, enums without underscores."""
    if isinstance(value, list):
        return ", ".join(in_words(item) for item in value) or "none"
    text = str(value)
    try:
        return f"{date.fromisoformat(text):%-d %B %Y}"
    except ValueError:
        return text.replace("_", " ")
