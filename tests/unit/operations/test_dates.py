"""What is stuck by its date: the last day still counts, and law goes before practice."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.operations.domain.clocks import ANSWERED, REVIEW_BY_LAW, WRITTEN_RECORD
from services.operations.domain.dates import stuck_by_date
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.whom import Whom
from services.operations.domain.words import what_is_wrong
from services.operations.rows import standing_of, text_of
from sevensteps.deadlines import Due, Moment
from sevensteps.events import DocumentAdded, DocumentUnwritten
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import WaitingFor
from unit.operations.standings import TODAY, standing

DAYS = st.integers(-400, 400)


def after(days: int) -> str:
    """The day so many days after today."""
    return (TODAY + timedelta(days=days)).isoformat()


def found(*findings: Finding) -> dict[StuckKind, Finding]:
    """Findings by kind: there is at most one of each."""
    by_kind = {finding.kind: finding for finding in findings}
    assert len(by_kind) == len(findings)
    return by_kind


@given(days=DAYS)
def test_the_day_itself_still_counts(days: int) -> None:
    """A date of practice is past when its day is over, and not before."""
    stuck = found(*stuck_by_date(standing(due=Due(after(days))), TODAY))
    assert set(stuck) == ({StuckKind.PERSON_PAST_DUE} if days < 0 else set())


def test_what_the_person_was_not_told_in_writing_is_stuck_at_once() -> None:
    """With the letter and the line that are wrong, until a document corrects the missing one; ended cases, too."""
    missing = DocumentUnwritten("document-1", "next_steps", "urgent_support", "england/letters/next_steps.md", 12)
    wrong = standing(ending="died").after(Moment(10, f"{after(0)}T09:00:00.000Z"), missing)
    assert standing_of(text_of(wrong)) == wrong, "as the row keeps it"
    assert wrong.first_due == Due(after(0)), "so that a look finds it"
    (stuck,) = stuck_by_date(wrong, TODAY)
    assert (stuck.kind, stuck.cause) == (
        StuckKind.DOCUMENT_MISSING,
        "document_missing/england/letters/next_steps.md",
    )
    assert what_is_wrong(stuck) == (
        "The person was not told in writing (document-1), because the letter england/letters/next_steps.md is wrong "
        "on line 12."
    )
    other = DocumentAdded("document-2", "next_steps", "money_found", "en", "", "2026-06-01")
    still = wrong.after(Moment(11, f"{after(0)}T10:00:00.000Z"), other)
    assert still.missing == wrong.missing
    told = still.after(Moment(12, f"{after(0)}T11:00:00.000Z"), replace(other, corrects="document-1"))
    assert told.missing == ()
    assert text_of(told) == text_of(replace(standing(ending="died"), heard=12)), "as a version before this keeps it"


@given(days=DAYS)
def test_a_last_day_of_the_law_is_near_for_a_week_and_breached_after_it(days: int) -> None:
    """Each is told by its own kind, with when it came near, and when it had passed."""
    stuck = found(*stuck_by_date(standing(clocks={WRITTEN_RECORD: after(days)}), TODAY))
    expected = {StuckKind.CLOCK_BREACHED} if days < 0 else {StuckKind.CLOCK_NEAR} if days <= 7 else set()
    assert set(stuck) == expected
    assert all(finding.since.date() <= TODAY for finding in stuck.values())


@pytest.mark.parametrize(
    ("waiting_for", "kind", "whom"),
    [
        (WaitingFor.PLAN, StuckKind.PERSON_PAST_DUE, Whom.PERSON),
        (WaitingFor.DECISION, StuckKind.PERSON_PAST_DUE, Whom.APPROVER),
        (WaitingFor.REVIEW, StuckKind.PERSON_PAST_DUE, Whom.PRACTITIONER),
        (WaitingFor.MONEY, StuckKind.OUTSIDE_PARTY_PAST_DUE, Whom.FINANCE),
        (WaitingFor.SUPPORT, StuckKind.OUTSIDE_PARTY_PAST_DUE, Whom.PROVIDER),
    ],
)
def test_whose_turn_it_is_says_who_is_late(waiting_for: WaitingFor, kind: StuckKind, whom: Whom) -> None:
    """Those who work with the person, or others outside; all that wait for the same have one cause."""
    [finding] = stuck_by_date(standing(waiting_for, due=Due(after(-1))), TODAY)
    assert (finding.kind, finding.whom, finding.cause) == (kind, whom, f"{kind}/{waiting_for}")
    assert "19 June 2026" in what_is_wrong(finding)
    assert "something" not in what_is_wrong(finding)


@pytest.mark.parametrize("waiting_for", [WaitingFor.SERVICE, WaitingFor.REVIEW_DATE, WaitingFor.RELEASE])
def test_nobody_is_late_where_it_is_nobodys_turn(waiting_for: WaitingFor) -> None:
    """While the suite is to go on by itself, or a date is waited for, that date is nobody's fault."""
    stuck = found(*stuck_by_date(standing(waiting_for, due=Due(after(-1))), TODAY))
    assert StuckKind.OUTSIDE_PARTY_PAST_DUE not in stuck
    assert waiting_for is WaitingFor.RELEASE or StuckKind.PERSON_PAST_DUE not in stuck


def test_a_step_that_the_law_dates_is_breached_and_not_late() -> None:
    """It is told once, as the law's."""
    stuck = found(*stuck_by_date(standing(due=Due(after(-1), DueKind.HARD)), TODAY))
    assert set(stuck) == {StuckKind.CLOCK_BREACHED}


def test_the_first_of_several_is_told() -> None:
    """One finding of each kind: that of the earliest day."""
    clocks = {REVIEW_BY_LAW: after(-2), WRITTEN_RECORD: after(-9), f"{ANSWERED}/complaint-1": after(3)}
    stuck = found(*stuck_by_date(standing(clocks=clocks), TODAY))
    assert set(stuck) == {StuckKind.CLOCK_BREACHED, StuckKind.CLOCK_NEAR}
    assert stuck[StuckKind.CLOCK_BREACHED].cause == f"clock_breached/{WRITTEN_RECORD}"
    assert stuck[StuckKind.CLOCK_NEAR].cause == f"clock_near/{ANSWERED}"


def test_an_answer_is_owed_after_the_end() -> None:
    """A complaint is answered although the case has ended; nothing else is due then."""
    ended = standing(
        WaitingFor.NOTHING,
        stage=Stage.LIFE_LIVED,
        due=None,
        ending="person_died",
        clocks={f"{ANSWERED}/complaint-1": date(2026, 6, 1).isoformat()},
    )
    assert set(found(*stuck_by_date(ended, TODAY))) == {StuckKind.CLOCK_BREACHED}
