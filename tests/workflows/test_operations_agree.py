"""Operations and journeys read the same events, each in its own way. They must come to the same."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.common import TypedSearchAttributes

from replay.journey_run import JourneyRun, Program
from services.operations.domain.standing import Standing
from sevensteps import clock
from sevensteps.deadlines import Moment
from sevensteps.events import (
    AdviceGiven,
    AssessmentOpened,
    CaseAssigned,
    CaseEnded,
    CaseEscalated,
    CaseOpened,
    ComplaintRecorded,
    DeterminationConfirmed,
    Fact,
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
    ReviewRequested,
    ReviewTriggered,
    SupportOpened,
    SupportOrganised,
)
from sevensteps.steps import DueKind, Ending, ReviewOutcome
from sevensteps.temporal import WaitingFor
from workflows.journey import journey, patches
from workflows.journey.state import JourneyState

CASE, COUNCIL = "case-a", "example"
BEGINNING = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
PROGRAM = Program.of(journey, patches)
ASIDE = (
    HoldPlaced("away"),
    HoldReleased(),
    PlanSaved(1, "10.00"),
    ComplaintRecorded("c", "", "", "", "", ""),
    CaseAssigned("north"),
    CaseEscalated("panel"),
)
"""What may happen between two facts that the steps wait for."""


@dataclass
class Story:
    """A case as its services tell it, with the choices of `draw`."""

    draw: st.DrawFn
    facts: list[Fact] = field(default_factory=list)
    at: datetime = BEGINNING
    on_hold: bool = False

    @property
    def today(self) -> date:
        """The day of the last fact."""
        return self.at.date()

    def tell(self, payload: Payload) -> None:
        """Something has happened, some days after what was before."""
        self.facts.append(
            Fact(len(self.facts) + 1, payload.TYPE, CASE, clock.as_text(self.at), payload.as_json(), f"id-{self.at}")
        )
        self.at += timedelta(days=self.draw(st.integers(0, 20)), minutes=1)
        self._tell_aside()

    def _tell_aside(self) -> None:
        aside = self.draw(st.sampled_from((None, None, None, *ASIDE)))
        if isinstance(aside, HoldPlaced | HoldReleased):
            if isinstance(aside, HoldPlaced) is self.on_hold:
                return
            self.on_hold = not self.on_hold
        if aside:
            self.tell(aside)

    def opens(self, payload: Payload) -> None:
        """A step is opened; no hold keeps it back."""
        if self.on_hold and not isinstance(payload, LifeOpened | ReviewOpened):
            self.on_hold = False
            self.tell(HoldReleased())
            if self.on_hold:
                self.opens(payload)
                return
        self.tell(payload)

    def due(self) -> str:
        """A date of practice."""
        return (self.today + timedelta(days=self.draw(st.integers(5, 60)))).isoformat()

    def choose(self, *choices: str) -> str:
        """One of these."""
        return self.draw(st.sampled_from(choices))


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """The beginning of a case: as many of its facts as hypothesis wants."""
    story = Story(draw)
    for _ in zip(range(draw(st.integers(1, 30))), _told(story), strict=False):
        pass
    return story.facts


def _told(story: Story) -> Iterator[None]:
    """Everything that happens to a case, one fact that its steps wait for after another."""
    story.tell(CaseOpened("adult", story.due()))
    yield
    round_, version, life, outcome = 0, 0, 0, ReviewOutcome.REASSESS
    while outcome is not ReviewOutcome.END:
        if outcome is ReviewOutcome.REASSESS:
            round_ += 1
            if round_ > 1:
                story.opens(AssessmentOpened(round_, story.due()))
                yield
            if not (yield from _assessed(story, round_)):
                return
        if outcome is not ReviewOutcome.CONTINUE:
            version = yield from _planned(story, version)
        life += 1
        outcome = yield from _lived(story, version, life)


def _assessed(story: Story, round_: int) -> Generator[None, None, bool]:
    eligible = story.choose("yes", "yes", "no") == "yes"
    story.tell(
        DeterminationConfirmed(round_, "d", eligible, ["hygiene"], ["amy"], record_due=story.due(), advice_due="")
    )
    yield
    if not eligible:
        story.tell(AdviceGiven(round_))
        yield
        return False
    story.tell(IndicativeBudgetGiven(round_, "82.91", "amy"))
    yield
    return True


def _planned(story: Story, version: int) -> Generator[None, None, int]:
    agreed = False
    while not agreed:
        version += 1
        story.opens(PlanOpened(version, story.due()))
        yield
        story.tell(PlanSubmitted(version, "82.91", ""))
        yield
        story.opens(PlanChecked(version, "met", "met", "met", "met", "met", "L1", story.due()))
        yield
        agreed = story.choose("approved", "approved", "returned") == "approved"
        story.tell(PlanApproved(version, "82.91", "L1") if agreed else PlanReturned(version, []))
        yield
    story.opens(MoneyOpened(version, story.due()))
    yield
    story.tell(MoneyOrganised(version, direct_payment=True))
    yield
    story.opens(SupportOpened(version, story.due()))
    yield
    story.tell(SupportOrganised(version, story.today.isoformat()))
    yield
    return version


def _lived(story: Story, version: int, life: int) -> Generator[None, None, ReviewOutcome]:
    review_due = story.today + timedelta(days=500)
    kind = DueKind(story.choose("soft", "hard"))
    law = (review_due + timedelta(days=30)).isoformat() if kind is DueKind.SOFT and story.choose("", "law") else ""
    story.opens(LifeOpened(life, version, review_due.isoformat(), kind, "R4", law))
    yield
    why = story.choose("asked", "called", "dated")
    if why == "dated" and story.on_hold:  # a hold has stopped that date
        why = "asked"
    if why == "dated":
        story.at = datetime.combine(review_due + timedelta(days=40), story.at.timetz())
    else:
        story.tell(ReviewRequested(life) if why == "asked" else ReviewTriggered(life, "hospital"))
        yield
    story.opens(ReviewOpened(life, "planned", story.due(), law if why == "dated" else ""))
    yield
    outcome = ReviewOutcome(story.choose(*ReviewOutcome))
    story.tell(ReviewCompleted(life, outcome))
    yield
    return outcome


def standing_of(facts: list[Fact]) -> Standing:
    """Where operations say that the case stands."""
    first = facts[0]
    standing = Standing.begin(CASE, COUNCIL, Moment(1, first.at), CaseOpened.of(first.payload))
    for fact in facts[1:]:
        standing = standing.after(Moment(fact.position, fact.at), payload_of(fact))
    return standing


def payload_of(fact: Fact) -> Payload:
    """What a fact says."""
    kinds: dict[str, type[Payload]] = {kind.TYPE: kind for kind in Payload.__subclasses__()}
    return kinds[fact.type].of(fact.payload)


def journey_of(facts: list[Fact]) -> JourneyRun:
    """A journey that is rebuilt from the facts, at the moment of the last one."""
    state, shown = JourneyState.begin(CASE, COUNCIL, facts), TypedSearchAttributes([])
    run = JourneyRun(PROGRAM, state, shown, PROGRAM.patches, datetime.fromisoformat(facts[-1].at))
    run.start()
    return run


@given(stories())
@settings(max_examples=400, deadline=None)
def test_both_say_where_a_case_stands(facts: list[Fact]) -> None:
    """The step, what is waited for, the date and who sets it are the same, wherever the story stops.

    While a case is to be ended its journey still shows the date of the last step, which nobody has to keep any more.
    """
    run = journey_of(facts)
    says, shows = run.standing(), standing_of(facts)
    run.evict()
    due = shows.due_now
    waiting_for, _ = shows.waits
    assert (shows.step, waiting_for, shows.on_hold) == (says.stage, says.waiting_for, says.on_hold)
    if waiting_for is not WaitingFor.SERVICE:
        assert (due.on if due else None, due.kind if due else None) == (says.due_on, says.due_kind)


@given(stories(), st.sampled_from(Ending))
@settings(max_examples=50, deadline=None)
def test_nothing_moves_a_case_that_has_ended(facts: list[Fact], ending: Ending) -> None:
    """It waits for nothing, and what comes after its end changes only what the law still sets a day for."""
    standing = standing_of(facts)
    ended = standing.after(Moment(len(facts) + 1, facts[-1].at), CaseEnded(ending))
    again = ended.after(Moment(len(facts) + 2, facts[-1].at), HoldPlaced("away"))
    again = again.after(Moment(len(facts) + 3, facts[-1].at), PlanOpened(9, "2026-07-01"))
    assert (again.waits[0], again.due_now, again.ending) == (WaitingFor.NOTHING, None, ending)
    assert (again.step, again.on_hold, again.clocks) == (ended.step, ended.on_hold, ended.clocks)


@given(stories())
@settings(max_examples=50, deadline=None)
def test_an_event_that_comes_twice_counts_once(facts: list[Fact]) -> None:
    """The feed may be read again from an earlier place."""
    twice = [facts[0], *(fact for fact in facts[1:] for _ in range(2))]
    assert standing_of(twice) == standing_of(facts)
