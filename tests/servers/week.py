"""A week of normal life of some dozens of cases on a simulated clock, and what is truly past due in it.

Real: the fold of events to rows, the looking at rows and at journeys with all that it remembers from look to look, and
what it stores. Simulated: the clock, the events, as the services tell them, and what the parts and Temporal answer: a
journey begins when the relay has brought the case, which takes some seconds, and ends some seconds after the case. The
week is one in which clocks in the United Kingdom change.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from services.operations.domain.finding import StuckKind
from sevensteps.events import (
    AccessRequestAnswered,
    AccessRequestRecorded,
    AssessmentOpened,
    CaseEnded,
    CaseOpened,
    ComplaintAcknowledged,
    ComplaintRecorded,
    DeterminationConfirmed,
    HoldPlaced,
    HoldReleased,
    IndicativeBudgetGiven,
    LifeOpened,
    MoneyOpened,
    MoneyOrganised,
    Payload,
    PlanApproved,
    PlanChecked,
    PlanOpened,
    PlanReturned,
    PlanSaved,
    PlanSubmitted,
    ReviewCompleted,
    ReviewOpened,
    SpendRecorded,
    StepOverdue,
    SupportOpened,
    SupportOrganised,
    WrittenRecordGiven,
)
from sevensteps.steps import DueKind, Ending, HoldReason, ReviewOutcome, Stage

MONDAY = date(2026, 10, 19)
CLOCKS_CHANGE = date(2026, 10, 25)
DAYS = 7
SEED = 20
FAR = 60
"""Days after the week has begun on which nothing is near."""


def day(days: int) -> str:
    """A day of the week, from 0 for its Monday, or one before or after it."""
    return (MONDAY + timedelta(days=days)).isoformat()


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week, in UTC."""
    return datetime.combine(MONDAY + timedelta(days=days), time(hour, minute), UTC)


def begin_in_uk(days: int) -> datetime:
    """The first moment of a day in the United Kingdom: summer time ends in the night of the Sunday."""
    begins = at(days, 0)
    return begins - timedelta(hours=1) if begins.date() <= CLOCKS_CHANGE else begins


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that has happened to a case."""

    at: datetime
    case_id: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Truth:
    """What is truly so of a case for a while, and has to be told then and at no other time."""

    case_id: str
    kind: StuckKind
    begins: datetime
    ends: datetime


@dataclass
class Week:
    """What happens in it, and what is true of it."""

    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - the same week each time
    happened: list[Happened] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)

    @classmethod
    def of(cls, rounds: int) -> "Week":
        """So many cases of each story."""
        week = cls()
        for number in range(rounds):
            for story in STORIES:
                story(week, f"case-{story.__name__.replace('_', '-')}-{number}")
        week.happened.sort(key=lambda each: each.at)
        return week

    def tell(self, case_id: str, moment: datetime, *payloads: Payload) -> None:
        """Several things happened, one after another, as fast as services record them."""
        for number, payload in enumerate(payloads):
            self.happened.append(Happened(moment + timedelta(seconds=number), case_id, payload))

    def follows(self, moment: datetime) -> datetime:
        """When the suite has done by itself what follows: mostly within seconds, at times when it is busy later."""
        seconds = self.chance.choice((2, 3, 5, 8, 12, 19, 40))
        return moment + timedelta(seconds=seconds)

    def some_time(self, days: int) -> datetime:
        """A moment of a working day."""
        return at(days, self.chance.randrange(8, 16), self.chance.randrange(60)) + timedelta(
            seconds=self.chance.randrange(60)
        )

    def up_to(self, case_id: str, events: int, **due: int) -> None:
        """What had happened to a case weeks before."""
        story: Sequence[Payload] = (
            CaseOpened("adult", day(due.get("money_found", FAR))),
            AssessmentOpened(1, day(due.get("money_found", FAR))),
            DeterminationConfirmed(1, "d", True, ["hygiene"], ["amy"], record_due=day(due.get("record", FAR))),
            IndicativeBudgetGiven(1, "82.91", "amy"),
            PlanOpened(1, day(due.get("plan_made", FAR))),
            PlanSubmitted(1, "82.50", ""),
            PlanChecked(1, "met", "met", "met", "met", "met", "L1", day(FAR)),
            PlanApproved(1, "82.50", "L1"),
            MoneyOpened(1, day(FAR)),
            MoneyOrganised(1, direct_payment=True),
            SupportOpened(1, day(due.get("support", FAR))),
            SupportOrganised(1, day(0)),
            LifeOpened(1, 1, day(due.get("review", FAR)), DueKind.SOFT, "R4", day(2 * FAR)),
        )
        self.tell(case_id, at(-14, 9, self.chance.randrange(60)), *story[:events])

    def is_true(self, case_id: str, kind: StuckKind, begins: datetime, ends: datetime) -> None:
        """It has to be told from one moment to the other."""
        self.truths.append(Truth(case_id, kind, begins, ends))


def opened(week: Week, case_id: str) -> None:
    """A case is opened, assessed on the next day, gets its budget, and its plan is made."""
    on = week.chance.randrange(0, 3)
    week.tell(case_id, week.some_time(on), CaseOpened("adult", day(FAR)), AssessmentOpened(1, day(FAR)))
    week.tell(
        case_id,
        week.some_time(on + 1),
        DeterminationConfirmed(1, "d", True, ["hygiene"], ["amy"], record_due=day(FAR)),
    )
    given = week.some_time(on + 2)
    week.tell(case_id, given, IndicativeBudgetGiven(1, "82.91", "amy"))
    week.tell(case_id, week.follows(given), PlanOpened(1, day(FAR)))
    week.tell(case_id, week.some_time(on + 3), PlanSaved(1, "80.00"))


def opened_with_many(week: Week, case_id: str) -> None:
    """Many cases are brought in within a minute, and one ends on the same day."""
    moment = at(1, 10) + timedelta(seconds=week.chance.randrange(60))
    for number in range(5):
        week.tell(f"{case_id}-{number}", moment, CaseOpened("carer", day(FAR)))
    week.tell(f"{case_id}-0", moment + timedelta(seconds=week.chance.randrange(2, 90)), CaseEnded(Ending.MOVED))


def plan_returned(week: Week, case_id: str) -> None:
    """A plan is submitted, returned, made again and agreed; its money and support are organised."""
    week.up_to(case_id, 5)
    submitted, returned = week.some_time(0), week.some_time(1)
    week.tell(case_id, submitted, PlanSubmitted(1, "82.50", ""))
    week.tell(case_id, week.follows(submitted), PlanChecked(1, "met", "met", "met", "met", "met", "L1", day(FAR)))
    week.tell(case_id, returned, PlanReturned(1, ["SAFE-1"]))
    week.tell(case_id, week.follows(returned), PlanOpened(2, day(FAR)))
    again, agreed, money, support = (week.some_time(days) for days in (2, 3, 4, 5))
    week.tell(case_id, again, PlanSubmitted(2, "82.50", ""))
    week.tell(case_id, week.follows(again), PlanChecked(2, "met", "met", "met", "met", "met", "L1", day(FAR)))
    week.tell(case_id, agreed, PlanApproved(2, "82.50", "L1"))
    week.tell(case_id, week.follows(agreed), MoneyOpened(2, day(FAR)))
    week.tell(case_id, money, MoneyOrganised(2, direct_payment=False))
    week.tell(case_id, week.follows(money), SupportOpened(2, day(FAR)))
    week.tell(case_id, support, SupportOrganised(2, day(6)))
    week.tell(case_id, week.follows(support), LifeOpened(1, 2, day(400), DueKind.HARD, "R4"))


def practitioner_late(week: Week, case_id: str) -> None:
    """Step 1 was due on Wednesday, and is done on Friday: late from Thursday until then."""
    week.up_to(case_id, 2, money_found=2)
    done = week.some_time(4)
    week.tell(case_id, at(3, 0) + timedelta(seconds=5), StepOverdue(Stage.MONEY_FOUND, 1, day(2), DueKind.SOFT))
    week.tell(case_id, done, DeterminationConfirmed(1, "d", True, ["hygiene"], ["amy"], record_due=day(FAR)))
    given = done + timedelta(minutes=3)
    week.tell(case_id, given, IndicativeBudgetGiven(1, "82.91", "amy"))
    week.tell(case_id, week.follows(given), PlanOpened(1, day(FAR)))
    week.is_true(case_id, StuckKind.PERSON_PAST_DUE, begin_in_uk(3), given)


def provider_late(week: Week, case_id: str) -> None:
    """The support was due on Saturday, and is organised on Sunday, after clocks have changed."""
    week.up_to(case_id, 11, support=5)
    done = week.some_time(6)
    week.tell(case_id, at(6, 0) + timedelta(seconds=4), StepOverdue(Stage.SUPPORT_ORGANISED, 1, day(5), DueKind.SOFT))
    week.tell(case_id, done, SupportOrganised(1, day(7)))
    week.tell(case_id, week.follows(done), LifeOpened(1, 1, day(400), DueKind.HARD, "R4"))
    week.is_true(case_id, StuckKind.OUTSIDE_PARTY_PAST_DUE, begin_in_uk(6), done)


def on_hold_over_its_date(week: Week, case_id: str) -> None:
    """A hold stops a date of practice that would have passed on Thursday: nobody is late."""
    week.up_to(case_id, 5, plan_made=3)
    week.tell(case_id, week.some_time(1), HoldPlaced(HoldReason.AWAY))
    week.tell(case_id, week.some_time(5), HoldReleased())


def next_step_kept_back(week: Week, case_id: str) -> None:
    """A plan is agreed while the case is on hold: the next step opens on its release, and is not owed before."""
    week.up_to(case_id, 7)
    week.tell(case_id, at(0, 9), HoldPlaced(HoldReason.AWAY))
    week.tell(case_id, week.some_time(1), PlanApproved(1, "82.50", "L1"))
    released = week.some_time(4)
    week.tell(case_id, released, HoldReleased())
    week.tell(case_id, week.follows(released), MoneyOpened(1, day(FAR)))


def record_near(week: Week, case_id: str) -> None:
    """The written record is due on the Tuesday after the week: near from this Tuesday, until it is given on Friday."""
    week.up_to(case_id, 5, record=8)
    given = week.some_time(4)
    week.tell(case_id, given, WrittenRecordGiven(1, day(4), "letter"))
    week.is_true(case_id, StuckKind.CLOCK_NEAR, begin_in_uk(1), given)


def complaint_answered_late(week: Week, case_id: str) -> None:
    """A complaint comes on Monday. The first reply is due on Thursday, and given on Saturday."""
    week.up_to(case_id, 13)
    came, replied = week.some_time(0), week.some_time(5)
    week.tell(case_id, came, ComplaintRecorded(f"{case_id}-1", day(0), "letter", "person", day(3), day(2 * FAR)))
    week.tell(case_id, replied, ComplaintAcknowledged(f"{case_id}-1", day(5)))
    week.is_true(case_id, StuckKind.CLOCK_NEAR, came, begin_in_uk(4))
    week.is_true(case_id, StuckKind.CLOCK_BREACHED, begin_in_uk(4), replied)


def own_data_asked_for(week: Week, case_id: str) -> None:
    """Somebody asks for their own data, and has them within days."""
    week.up_to(case_id, 13)
    asked, answered = week.some_time(1), week.some_time(3)
    week.tell(case_id, asked, AccessRequestRecorded(f"{case_id}-1", day(1), "letter", "person", day(4)))
    week.tell(case_id, answered, AccessRequestAnswered(f"{case_id}-1", day(3), "given"))
    week.is_true(case_id, StuckKind.CLOCK_NEAR, asked, answered)


def reviewed(week: Week, case_id: str) -> None:
    """Money is spent, the review opens by itself in the first seconds of its day, and life goes on after it or ends."""
    week.up_to(case_id, 13, review=2)
    for days in (0, 1):
        week.tell(case_id, week.some_time(days), SpendRecorded(1, "l1", "20.00", day(days), "met", f"s{days}"))
    week.tell(case_id, week.follows(at(2, 0)), ReviewOpened(1, "planned", day(FAR), day(2 * FAR)))
    done = week.some_time(4)
    ends = week.chance.random() < 0.5
    outcome = ReviewOutcome.END if ends else ReviewOutcome.CONTINUE
    week.tell(case_id, done, ReviewCompleted(1, outcome))
    goes_on = LifeOpened(2, 1, day(400), DueKind.HARD, "R4")
    week.tell(case_id, week.follows(done), CaseEnded(Ending.SUPPORT_ENDED) if ends else goes_on)


def died(week: Week, case_id: str) -> None:
    """A case ends in any step, whatever was due."""
    week.up_to(case_id, week.chance.choice((2, 5, 7, 9, 11, 13)), money_found=4, plan_made=4, support=4)
    week.tell(case_id, week.some_time(2), CaseEnded(Ending.DIED))


STORIES: Sequence[Callable[[Week, str], None]] = (
    *(opened, opened_with_many, plan_returned, practitioner_late, provider_late, on_hold_over_its_date),
    *(next_step_kept_back, record_near, complaint_answered_late, own_data_asked_for, reviewed, died),
)


def looks(week: Week) -> Iterator[datetime]:
    """When it is looked: every five minutes; and every 15 seconds near midnights, and after something happened."""
    grid, ends = timedelta(seconds=15), at(DAYS, 0, 30)
    moments = {at(0, 0) + number * timedelta(minutes=5) for number in range(DAYS * 288 + 7)}
    dense = [(begin_in_uk(days) - grid, begin_in_uk(days) + 4 * grid) for days in range(DAYS + 1)]
    dense += [(at(days, 0) - grid, at(days, 0) + 6 * grid) for days in range(DAYS + 1)]
    dense += [(each.at, each.at + 5 * grid) for each in week.happened if each.at >= at(0, 0)]
    for first, last in dense:
        begins = at(0, 0) + ((first - at(0, 0)) // grid + 1) * grid
        moments |= {begins + number * grid for number in range((last - begins) // grid + 1)}
    yield from sorted(moment for moment in moments if at(0, 0) <= moment <= ends)
