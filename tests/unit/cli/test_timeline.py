"""The timeline of a case, as it is printed."""

from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from sevensteps import events
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import VERDICT_MET, VERDICT_NOT_MET, Decision, Finding
from sevensteps.cli.case_view.history import CaseHistory, Refusal
from sevensteps.cli.case_view.timeline import timeline


def _printed(history: CaseHistory) -> str:
    console = Console(width=120, record=True, file=StringIO())
    console.print(timeline(history))
    return console.export_text()


def _opened() -> Event:
    payload = events.CaseOpened(kind="adult", due_on="2026-06-29")
    event = Event(position=7, type=payload.TYPE, case_id="case-1", actor="amy", payload=payload.as_json())
    event.occurred_at.FromDatetime(datetime(2026, 6, 1, 9, 30, tzinfo=UTC))
    return event


def _finding(rule: str, verdict: int, about: str = "") -> Finding:
    because = f"Every need has a line: {about}." if about else f"{rule} says so."
    return Finding(rule=rule, verdict=verdict, because=because, reference="s.25", about=about)  # type: ignore[arg-type]


def test_an_entry_has_the_step_the_event_who_did_it_and_the_due_date() -> None:
    """A reader sees at a glance which step the case is in, and what has to happen next."""
    printed = _printed(CaseHistory("A case", "case-1", [_opened()]))
    assert "Step 1: finding out how much money" in printed
    assert "7 case opened: adult  amy, 1 Jun 2026 09:30" in printed
    assert "waits for a practitioner to confirm the determination, until 29 June 2026" in printed


def test_an_adverse_verdict_shows_the_rules_that_were_not_met_with_their_law() -> None:
    """A rule's sentence says what it asks, so "not met" goes before it. Rules that were met are left out."""
    decision = Decision(
        decision="plan-check",
        verdict=VERDICT_NOT_MET,
        findings=[
            _finding("MEET-1", VERDICT_NOT_MET, "hygiene"),
            _finding("MEET-1", VERDICT_NOT_MET, "community"),
            _finding("SUFF-1", VERDICT_MET),
        ],
    )
    printed = _printed(CaseHistory("A case", "case-1", [_opened()], {7: decision}))
    assert "plan-check: not met" in printed
    assert "MEET-1, not met: Every need has a line: hygiene, community. [s.25]" in printed
    assert "SUFF-1" not in printed


def test_a_long_list_of_reasons_is_cut_but_names_every_rule() -> None:
    """A plan that passes fifteen checks takes a few lines, not a page."""
    decision = Decision(
        decision="plan-check", verdict=VERDICT_MET, findings=[_finding(f"R-{n}", VERDICT_MET) for n in range(1, 9)]
    )
    printed = _printed(CaseHistory("A case", "case-1", [_opened()], {7: decision}))
    assert "R-5 R-5 says so." in printed
    assert "and 3 more: R-6, R-7, R-8" in printed


def test_a_refusal_is_shown_after_the_event_before_it() -> None:
    """A refusal leaves no event, but is part of what happened."""
    refusal = Refusal(after=7, who="peter", action="saves the plan", reason="STAGE_ORDER", detail="Too early.")
    printed = _printed(CaseHistory("A case", "case-1", [_opened()], refusals=[refusal]))
    assert "peter saves the plan: refused, STAGE_ORDER. Too early." in printed
