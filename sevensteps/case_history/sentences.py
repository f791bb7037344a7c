"""Events in plain words: ids, enums, dates and amounts, and the reasons that people gave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sevensteps import events
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.event_sentences import SENTENCES
from sevensteps.case_history.history import payload_of
from sevensteps.case_history.numbers import numbers_in_words, once_in_words, pays_in_words
from sevensteps.events import Payload
from sevensteps.policy.model.values_in_words import plain, value_in_words
from sevensteps.policy.model.verdict import Json

if TYPE_CHECKING:
    from sevensteps.case_history.words import Words

LONGEST_LIST = 5
"""How many entries of a list are shown before it is folded."""

LONGEST_REASON = 200
"""How many letters of what somebody wrote are shown on a brief page before it is cut."""

STUCK: Mapping[str, str] = {
    "worker_missing": "no worker runs journeys",
    "activity_retrying": "a service does not do what the journey asks for",
    "workflow_task_failing": "the journey's own code fails",
    "person_past_due": "what it waits for is past its date",
    "outside_party_past_due": "somebody outside the team is late",
    "clock_breached": "the law's last day for something has passed",
    "effect_missing": "something should have followed by itself, and has not",
    "parked": "a service has refused what the journey asked for",
    "engines_disagree": "the two engines that check each rule do not agree",
    "pack_refused": "a policy pack is refused",
    "events_not_moving": "events do not move",
    "journey_missing": "it has no journey",
    "journey_stopped": "its journey was ended by hand",
    "part_not_answering": "a part of the suite does not answer",
    "document_missing": "the person was not told in writing, because a letter is wrong",
}
"""In which way a case is stuck, in words; a way that is newer than this is told by its name."""

WRITTEN_OVERDUE: Mapping[str, str] = {
    "written_record": "the written record of the determination (s.13(2)) was due on {due_on}, and is not given",
    "advice": "written advice (s.13(5)) was due on {due_on}, and is not given",
}
"""A date that has passed, of what is owed in writing after a determination, by its clock."""

NOT_SETTLED = "finances assessed (s.17): {verdict}; what the person pays is not settled"
"""A financial assessment by which nobody is charged."""

NOT_ACKNOWLEDGED = "{complaint_id} was to be acknowledged by {due_on}, and is not"
"""A date that has passed, where it is that of the acknowledgement of a complaint."""

TOLD_AGAIN = "case resumed: its journey is told again what it has not heard"
"""A resumption by which the journey is told every event of the case again."""

GIVEN_UP = "case resumed: its journey is to give up {skips}, if that is done or not owed"
"""A resumption by which the journey gives up what it asks."""

DECIDED: Mapping[type[Payload], tuple[str, Mapping[str, str]]] = {
    events.AdvocacyConsidered: ("advocacy", {"verdict": ""}),
    events.DeterminationProposed: ("eligibility", {"verdict": ""}),
    events.FinancesAssessed: ("contribution", {"verdict": ""}),
    events.PlanChecked: ("plan-check", {part: part for part in ("safe", "legal", "meets_needs", "sufficient")}),
    events.SpendRecorded: ("spending", {"verdict": ""}),
    events.SpendCorrected: ("spending", {"verdict": ""}),
}
"""The events that report verdicts: the decision whose words tell them, and the part of each field; "" is the whole."""

NOT_DECIDED = "not checked, because what the plan says was not recorded then"
"""In place of the verdict on spending from before the lines of the plan were recorded."""
CAME_BACK: Mapping[type[Payload], str] = {
    events.SpendRecorded: "{amount} came back to line {line_id}, on {spent_on}: {verdict}",
    events.SpendJudged: "judged: {amount} that came back to line {line_id} is {judgement}",
}
"""Spending that is negative, in words."""

MONEY = frozenset(
    {"once", "personal_budget_once", "weekly", "weekly_charge", "personal_budget_weekly", "amount", "was_amount"}
)
"""The fields of payloads that are amounts of money."""


def event_in_words(event: Event, words: "Words", *, verbose: bool = True) -> str:
    """An event as a sentence, with verdicts in the words of its council's pack; its type where it is newer than this.

    Unless it is `verbose`, long lists are folded, and what is owed in writing is not told.
    """
    sentence = SENTENCES.get(event.type)
    payload = payload_of(event)
    if sentence is None or payload is None:
        return event.type
    if isinstance(payload, events.StepOverdue) and payload.clock:
        sentence = WRITTEN_OVERDUE.get(payload.clock, sentence)
    if isinstance(payload, events.ComplaintOverdue) and payload.clock == "complaint_acknowledged":
        sentence = NOT_ACKNOWLEDGED
    if isinstance(payload, events.FinancesAssessed) and not payload.weekly_charge:
        sentence = NOT_SETTLED
    fields = {name: _field_in_words(name, value, verbose=verbose) for name, value in asdict(payload).items()}
    if isinstance(payload, events.CaseStuck | events.CaseUnstuck):
        fields["kind"] = STUCK.get(payload.kind, fields["kind"])
    if type(payload) in DECIDED:
        decision, parts = DECIDED[type(payload)]
        answers = words.of_council(event.council, decision)
        verdicts = {name: getattr(payload, name) for name in parts}
        fields |= {name: answers.answer(said, parts[name]) if said else NOT_DECIDED for name, said in verdicts.items()}
    if type(payload) in CAME_BACK and fields["amount"].startswith("-"):
        sentence, fields["amount"] = CAME_BACK[type(payload)], fields["amount"].removeprefix("-")
    if isinstance(payload, events.CaseResumed):
        sentence = GIVEN_UP if payload.skips else TOLD_AGAIN if payload.replay else sentence
    told = sentence.format(**fields).rstrip() + _departures_in_words(payload) + _law_in_words(payload)
    told += once_in_words(payload) + pays_in_words(payload)
    told += _another_in_words(payload) + numbers_in_words(payload) + reason_in_words(payload)
    return told + _owed_in_writing(payload) if verbose else told


def _another_in_words(payload: Payload) -> str:
    """Why a case was opened beside another one of the person, to follow the event; empty where it was not."""
    because = in_one_line(payload.another_because) if isinstance(payload, events.CaseOpened) else ""
    return f"; another one, because: {because}" if because else ""


def _law_in_words(payload: Payload) -> str:
    """Until when the law wants the review that an event is about, to follow the event; empty where it does not say."""
    if not isinstance(payload, events.ReviewTriggered | events.ReviewCompleted) or not payload.law_due:
        return ""
    which = "the next one" if isinstance(payload, events.ReviewCompleted) else "it"
    return f"; by law {which} is due by {value_in_words(payload.law_due)}"


def _departures_in_words(payload: Payload) -> str:
    """Where a practitioner departed from a proposal, to follow the event; empty where they did not."""
    if not isinstance(payload, events.DeterminationConfirmed) or not payload.proposed:
        return ""
    judged = {"unable": payload.unable, "able": payload.able, "unknown": payload.unknown}
    told = [f"{plain(outcome)} {judgement}" for judgement, outcomes in judged.items() for outcome in outcomes]
    needs = ", ".join(plain(need) for need in payload.proposed_needs) or "none"
    return f"; departs from the proposal (eligible needs: {needs}): {', '.join(told)}"


def _owed_in_writing(payload: Payload) -> str:
    """What the person is owed in writing after a determination, and by when; empty where no date was set."""
    if not isinstance(payload, events.DeterminationConfirmed):
        return ""
    due = {"in writing": payload.record_due, "advice": payload.advice_due}
    return "".join(f"; {what} by {value_in_words(due_on)}" for what, due_on in due.items() if due_on)


def reason_in_words(payload: Payload | None) -> str:
    """Why somebody did what an event tells, in their words, to follow the event; empty where they gave none.

    They are printed in one line, and without what would command the terminal.
    """
    because = in_one_line("; ".join(_words_of(payload))) if payload else ""
    return f"; because: {because}" if because else ""


def in_one_line(text: str, *, most: int | None = None) -> str:
    """What somebody wrote, in one line and without what would command the terminal; cut where it has more letters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(printable.split())
    return f"{line[: most - 1].rstrip()}…" if most and len(line) > most else line


def _words_of(payload: Payload) -> Iterator[str]:
    """What somebody wrote of what they did, or of each thing that they did."""
    if isinstance(payload, events.DeterminationConfirmed):
        yield from payload.departures_because
        yield from filter(None, [payload.duty_because])
    else:
        yield from filter(None, [str(getattr(payload, "because", ""))])


def _field_in_words(name: str, value: Json, *, verbose: bool) -> str:
    if isinstance(value, list) and value:
        return folded([value_in_words(entry) for entry in value], verbose=verbose)
    return value_in_words(value, money=name in MONEY)


def folded(entries: Sequence[str], *, verbose: bool, separator: str = ", ") -> str:
    """A list in one line. Unless it is `verbose`, one that is longer than LONGEST_LIST is cut, and says so."""
    more = 0 if verbose else max(len(entries) - LONGEST_LIST, 0)
    shown = separator.join(entries[: len(entries) - more])
    return f"{shown} {more_of(more)}" if more else shown


def more_of(number: int) -> str:
    """What ends a list that is cut."""
    return f"… and {number} more; -v shows all"


def because_of_all(because: str, about: Sequence[str], *, verbose: bool) -> str:
    """A rule's sentence, from its finding about the first of these things, about all of them."""
    if not about[0]:
        return because
    return because.replace(about[0], folded([plain(each) for each in about], verbose=verbose))
