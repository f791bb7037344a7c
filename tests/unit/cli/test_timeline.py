"""The timeline of a case, as it is printed."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from sevensteps import events
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import VERDICT_MET, VERDICT_NOT_MET, Decision, Finding
from sevensteps.case_history.history import CaseHistory, Refusal
from sevensteps.case_history.words import words_of
from sevensteps.cli.case_view.explanation import DecidedCase, explanation
from sevensteps.cli.case_view.timeline import timeline
from sevensteps.config import Settings


def _printed(history: CaseHistory, *, verbose: bool = True) -> str:
    console = Console(width=120, record=True, file=StringIO())
    console.print(timeline(history, words_of(Settings()), verbose=verbose))
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
    assert "7 case opened: adult  amy, 1 June 2026 09:30" in printed
    assert "waits for a practitioner to confirm the determination, until 29 June 2026" in printed


def test_an_adverse_verdict_shows_the_rules_that_were_not_met_with_their_law() -> None:
    """A rule's sentence says what it asks, so "not met" goes before it. Rules that were met are left out."""
    decision = Decision(
        decision="plan-check",
        pack="example-council",
        verdict=VERDICT_NOT_MET,
        findings=[
            _finding("MEET-1", VERDICT_NOT_MET, "hygiene"),
            _finding("MEET-1", VERDICT_NOT_MET, "community"),
            _finding("SUFF-1", VERDICT_MET),
        ],
    )
    printed = _printed(CaseHistory("A case", "case-1", [_opened()], {7: decision}))
    assert "plan-check: does not pass every check" in printed
    assert "MEET-1, not met: Every need has a line: hygiene, community. [s.25]" in printed
    assert "SUFF-1" not in printed


def test_a_brief_timeline_has_the_reasons_of_what_is_not_met_alone() -> None:
    """A plan that passes its checks takes a line; of one that does not, the first five rules say why."""
    findings = [_finding(f"R-{number}", VERDICT_NOT_MET) for number in range(1, 9)]
    decision = Decision(decision="plan-check", verdict=VERDICT_NOT_MET, findings=findings)
    printed = _printed(CaseHistory("A case", "case-1", [_opened()], {7: decision}), verbose=False)
    assert "R-5, not met: R-5 says so." in printed
    assert "R-6" not in printed
    assert "… and 3 more; -v shows all" in printed
    assert "R-8 says so." in _printed(CaseHistory("A case", "case-1", [_opened()], {7: decision}))
    met = Decision(decision="plan-check", verdict=VERDICT_MET, findings=[_finding("R-1", VERDICT_MET)])
    assert "R-1" not in _printed(CaseHistory("A case", "case-1", [_opened()], {7: met}), verbose=False)


def test_a_brief_timeline_has_a_line_for_each_main_event_and_each_day_once() -> None:
    """The heading of a step has its due date; a draft that was only saved is left out."""
    saved = _opened()
    saved.type, saved.position = events.PlanSaved.TYPE, 8
    saved.payload = events.PlanSaved(version=1, weekly="82.50").as_json()
    submitted = _opened()
    submitted.type, submitted.position = events.PlanSubmitted.TYPE, 9
    submitted.payload = events.PlanSubmitted(version=1, weekly="82.50", review_on="").as_json()
    lines = _printed(CaseHistory("A case", "case-1", [_opened(), saved, submitted]), verbose=False).splitlines()
    assert [" ".join(line.split()) for line in lines[1:]] == [
        "Step 1: finding out how much money, due 29 June 2026",
        "1 June 2026 amy case opened: adult",
        "amy plan version 1 submitted: £82.50 a week",
    ]


def test_a_refusal_is_shown_after_the_event_before_it() -> None:
    """A refusal leaves no event, but is part of what happened."""
    refusal = Refusal(after=7, who="peter", action="saves the plan", reason="STAGE_ORDER", detail="Too early.")
    printed = _printed(CaseHistory("A case", "case-1", [_opened()], refusals=[refusal]))
    assert "peter saves the plan: refused, STAGE_ORDER. Too early." in printed


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (events.HoldPlaced("hospital", "Waits [for] a bed."), "put on hold: hospital; because: Waits [for] a bed."),
        (events.HoldReleased("Home."), "hold released; because: Home."),
        (events.CaseResumed("Mended."), "case resumed: operations have put right what stopped it; because: Mended."),
        (
            events.CaseResumed("Lost.", replay=True),
            "case resumed: its journey is told again what it has not heard; because: Lost.",
        ),
        (
            events.CaseResumed("Opened.", skips="OpenMoney", turn=1),
            "case resumed: its journey is to give up OpenMoney, if that is done or not owed; because: Opened.",
        ),
        (events.CaseEnded("moved", "2026-06-30", "To Kent."), "case ended: moved; because: To Kent."),
        (events.CaseEnded("moved", "2026-06-30"), "case ended: moved"),
    ],
    ids=lambda value: getattr(value, "TYPE", ""),
)
def test_who_did_something_to_the_case_and_why_is_told(payload: events.Payload, told: str) -> None:
    """In the whole timeline, the brief one and the explanation, where nothing else without a decision is shown."""
    act = _opened()
    act.type, act.payload = payload.TYPE, payload.as_json()
    history = CaseHistory("A case", "case-1", [act])
    assert f"{told} amy, 1 June 2026 09:30" in " ".join(_printed(history).split())
    assert f"1 June 2026 amy {told}" in " ".join(_printed(history, verbose=False).split())
    console = Console(width=120, record=True, file=StringIO())
    console.print(explanation(DecidedCase("case-1", [act], [], {}, {}), words_of(Settings()), verbose=False))
    explained = " ".join(console.export_text().split())
    assert told in explained
    assert explained.endswith("by amy, 1 June 2026 09:30")


def test_a_reason_cannot_command_the_terminal() -> None:
    """Whatever somebody wrote is printed in one line, as text."""
    act = _opened()
    payload = events.CaseResumed("\x1b[2J[red]Mended,\r\n\u202eall of it[/red]")
    act.type, act.payload = payload.TYPE, payload.as_json()
    for verbose in (True, False):
        printed = " ".join(_printed(CaseHistory("A case", "case-1", [act]), verbose=verbose).split())
        assert "because: [2J[red]Mended, all of it[/red]" in printed
        assert "\x1b" not in printed
