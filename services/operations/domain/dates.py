"""What is stuck by its date alone: a date of practice that has passed, one of law that has passed or is near."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from services.operations.domain.clocks import BETWEEN
from services.operations.domain.clocks import REVIEW_BY_LAW as REVIEW
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.standing import Standing
from services.operations.domain.whom import OUTSIDE, WHOSE_TURN, Whom
from sevensteps.case_words import LAW_DATES
from sevensteps.clock import day_in_words
from sevensteps.steps import DueKind
from sevensteps.temporal import PHRASES

NEAR = timedelta(days=7)
"""How long before the law's last day it is told."""
DAY = timedelta(days=1)
PEOPLE = frozenset({Whom.PERSON, Whom.PRACTITIONER, Whom.APPROVER})
NAMES = {Whom.FINANCE: "Finance", Whom.PROVIDER: "The provider"}
STEP = "step"
CLOCKS = {STEP: "this step", **LAW_DATES}
"""The dates of law in words."""


def begin_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), UTC)


def stuck_by_date(standing: Standing, today: date) -> Iterator[Finding]:
    """What is past a date, or near one of law. `today` is the day in the United Kingdom; the last day still counts."""
    yield from _past_due(standing, today)
    if standing.missing:
        yield _not_told(standing)
    for kind, first, last in (
        (StuckKind.CLOCK_BREACHED, date.min, today - DAY),
        (StuckKind.CLOCK_NEAR, today, today + NEAR),
    ):
        within = [(on, name) for on, name in _by_law(standing) if first <= on <= last]
        if within:
            yield _of_law(standing, kind, *min(within))


def _past_due(standing: Standing, today: date) -> Iterator[Finding]:
    """The step's own date, where practice sets it, and whoever has to do something is late."""
    due, (waiting_for, _) = standing.due_now, standing.waits
    whom = WHOSE_TURN.get(waiting_for)
    if due is None or whom is None or due.kind is DueKind.HARD or due.day >= today:
        return
    detail = {"waiting_for": PHRASES[waiting_for], "due_on": day_in_words(due.day)}
    if whom in PEOPLE:
        kind = StuckKind.PERSON_PAST_DUE
    elif whom in OUTSIDE:
        kind = StuckKind.OUTSIDE_PARTY_PAST_DUE
        what = "The case waits for {waiting_for}. That was due on {due_on}".format_map(detail)
        detail |= {"who": NAMES[whom], "what": what}
    else:
        return
    yield Finding.of_case(standing, kind, f"{kind}/{waiting_for}", whom, begin_of(due.day + DAY), detail=detail)


def _not_told(standing: Standing) -> Finding:
    """The first thing that the person was not told in writing: at once, whatever waits for a date."""
    missing, kind = standing.missing[0], StuckKind.DOCUMENT_MISSING
    wrong = f"the letter {missing.letter} is wrong on line {missing.line}"
    why = wrong if missing.line else f"no pack with the letter {missing.letter} could be used"
    detail = {"document_id": missing.document_id, "why": why}
    since = begin_of(date.fromisoformat(missing.on))
    return Finding.of_case(standing, kind, f"{kind}/{missing.letter}", Whom.SYSTEM, since, detail=detail)


def _by_law(standing: Standing) -> Iterator[tuple[date, str]]:
    """Every last day of the law that runs, and what it is of."""
    for name, on in standing.clocks.items():
        yield date.fromisoformat(on), name.partition(BETWEEN)[0]
    due = standing.due_now
    if due and due.kind is DueKind.HARD and REVIEW not in standing.clocks:
        yield due.day, STEP


def _of_law(standing: Standing, kind: StuckKind, on: date, clock: str) -> Finding:
    since = on + DAY if kind is StuckKind.CLOCK_BREACHED else on - NEAR
    detail = {"clock": CLOCKS[clock], "due_on": day_in_words(on)}
    return Finding.of_case(standing, kind, f"{kind}/{clock}", Whom.PRACTITIONER, begin_of(since), detail=detail)
