"""Every way that a case can take through the seven steps, and every ending."""

from collections.abc import Callable
from itertools import cycle

import pytest

from fakes.trip import NEEDS, Trip, to_life, to_plan
from sevensteps.events import (
    AdviceGiven,
    CaseEnded,
    DeterminationConfirmed,
    IndicativeBudgetGiven,
    PlanApproved,
    PlanReturned,
    PlanSubmitted,
    ReviewCompleted,
    ReviewRequested,
    ReviewTriggered,
)
from sevensteps.steps import Ending, Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import EndCase, OpenApproval, OpenLife, OpenMoney, OpenPlan, OpenReview

CLOSED = ["ClosePlanning", "CloseApproval", "CloseReview"]
Days = Callable[[int], str]


@pytest.mark.item(1)
async def test_seven_steps(trip: Trip, days: Days) -> None:
    """A case goes through all seven steps. Each is opened once, with the results of the one before."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(30), direct_payment=True), ReviewRequested(1))
    await trip.reaches(WaitingFor.REVIEW)
    await trip.happens(ReviewCompleted(1, "end"))

    assert await trip.ends() == "support_ended"
    assert trip.services.asked[:-3] == [
        OpenPlan(1, NEEDS, "82.91", days(0)),
        OpenApproval(1, NEEDS, "82.91", ["ann"], days(0)),
        OpenMoney(1, "80.00", days(0)),
        trip.services.asked[3],
        OpenLife(1, 1, days(30), continues=False, direct_payment_since=days(30), review_on="", needs=NEEDS),
        OpenReview(1, days(0)),
        EndCase(Ending.SUPPORT_ENDED),
    ]
    assert trip.services.operations[3] == "OpenSupport"
    assert trip.services.operations[-3:] == CLOSED


async def test_who_gave_the_budget_assessed_too(trip: Trip, days: Days) -> None:
    """Approval is told everybody who took part in step 1, each once, so that none of them signs."""
    determination, _ = to_plan()
    await trip.happens(determination, IndicativeBudgetGiven(1, "82.91", given_by="bea"), PlanSubmitted(1, "80.00", ""))
    await trip.reaches(WaitingFor.DECISION)
    assert trip.services.asked[-1] == OpenApproval(1, NEEDS, "82.91", ["ann", "bea"], days(0))


async def test_what_a_carer_meets_goes_into_planning(trip: Trip, days: Days) -> None:
    """Planning is told which of the eligible needs a carer meets (s.18(7)), as the determination has them."""
    determination = DeterminationConfirmed(1, "d-1", eligible=True, needs=NEEDS, assessed_by=[], met_by_carer=NEEDS[:1])
    await trip.happens(determination, IndicativeBudgetGiven(1, "82.91"))
    await trip.reaches(WaitingFor.PLAN)
    assert trip.services.asked[-1] == OpenPlan(1, NEEDS, "82.91", days(0), met_by_carer=NEEDS[:1])


async def test_each_step_says_what_it_waits_for(trip: Trip, days: Days) -> None:
    """In every step the journey says which one it is, what it waits for and until when."""
    stands = await trip.reaches(WaitingFor.DETERMINATION)
    assert (stands.stage, stands.assessment_round, stands.due_on) == (Stage.MONEY_FOUND, 1, "2099-07-13")
    seen = []
    for payload in (*to_plan(), *to_life(starts_on=days(30)), ReviewTriggered(1, "hospital")):
        await trip.happens(payload)
        stands = await trip.has_heard()
        seen.append((stands.stage.value, stands.waiting_for.value, stands.due_on))
    assert seen == [
        ("money_found", "indicative_budget", "2099-07-13"),
        ("plan_made", "plan", days(14)),
        ("plan_agreed", "decision", days(14)),
        ("money_organised", "money", days(14)),
        ("support_organised", "support", days(14)),
        ("life_lived", "review_date", days(30 + 365)),
        ("seen_how_it_worked", "review", days(14)),
    ]


async def test_returned_plan(trip: Trip) -> None:
    """A plan that is returned is made again, as the next version."""
    await trip.happens(*to_plan(), PlanSubmitted(1, "90.00", ""), PlanReturned(1, ["LEGAL-1"]))
    stands = await trip.reaches(WaitingFor.PLAN)
    assert (stands.stage, stands.plan_version) == (Stage.PLAN_MADE, 2)
    await trip.happens(PlanSubmitted(2, "80.00", ""), PlanApproved(2, "80.00", "L0"))
    await trip.reaches(WaitingFor.MONEY)
    assert [ask.version for ask in trip.services.asked if isinstance(ask, OpenPlan)] == [1, 2]


async def test_review_finds_that_the_plan_works(trip: Trip, days: Days) -> None:
    """Life goes on from the day of the review, with the same plan."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(30)), ReviewRequested(1), ReviewCompleted(1, "continue"))
    stands = await trip.reaches(WaitingFor.REVIEW_DATE)
    assert (stands.stage, stands.life_round, stands.due_on) == (Stage.LIFE_LIVED, 2, days(365))
    assert trip.services.asked[-1] == OpenLife(
        2, 1, days(0), continues=True, direct_payment_since="", review_on="", needs=NEEDS
    )


async def test_review_changes_the_plan(trip: Trip, days: Days) -> None:
    """The plan goes through steps 2 to 5 again; a direct payment still counts from its first day."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(30), direct_payment=True))
    await trip.happens(ReviewRequested(1), ReviewCompleted(1, "change_plan"))
    stands = await trip.reaches(WaitingFor.PLAN)
    assert (stands.plan_version, stands.assessment_round) == (2, 1)

    await trip.happens(*to_life(2, starts_on=days(60), direct_payment=True))
    await trip.reaches(WaitingFor.REVIEW_DATE)
    life = OpenLife(2, 2, days(60), continues=False, direct_payment_since=days(30), review_on="", needs=NEEDS)
    assert trip.services.asked[-1] == life


async def test_direct_payment_stops(trip: Trip, days: Days) -> None:
    """Without a direct payment there are no legal dates of one; a later one counts from its own first day."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(30), direct_payment=True))
    await trip.happens(ReviewRequested(1), ReviewCompleted(1, "change_plan"), *to_life(2, starts_on=days(60)))
    await trip.happens(ReviewRequested(2), ReviewCompleted(2, "change_plan"))
    await trip.happens(*to_life(3, starts_on=days(90), direct_payment=True))
    since = [ask.direct_payment_since for ask in trip.services.asked if isinstance(ask, OpenLife)]
    assert since == [days(30), "", days(90)]


async def test_review_leads_to_a_new_assessment(trip: Trip, days: Days) -> None:
    """Needs that have changed are reassessed (s.27(4)), and the plan after that is the next version."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(30)), ReviewRequested(1), ReviewCompleted(1, "reassess"))
    stands = await trip.reaches(WaitingFor.DETERMINATION)
    assert (stands.stage, stands.assessment_round, stands.due_on) == (Stage.MONEY_FOUND, 2, days(14))
    await trip.happens(*to_plan(2))
    stands = await trip.reaches(WaitingFor.PLAN)
    assert stands.plan_version == 2
    assert "OpenAssessment" in trip.services.operations


@pytest.mark.parametrize("turn", [1, 2])
async def test_not_eligible(trip: Trip, days: Days, turn: int) -> None:
    """A person who is not eligible is given reasons and advice before the case ends, in every round."""
    if turn == 2:
        await trip.happens(*to_plan(), *to_life(starts_on=days(30)))
        await trip.happens(ReviewRequested(1), ReviewCompleted(1, "reassess"))
    await trip.happens(DeterminationConfirmed(turn, "determination", eligible=False, needs=[], assessed_by=["ann"]))
    await trip.reaches(WaitingFor.ADVICE)
    await trip.happens(AdviceGiven(turn))
    assert await trip.ends() == "not_eligible"
    assert trip.services.operations[-3:] == CLOSED


@pytest.mark.parametrize(("steps", "ending"), list(zip(range(8), cycle(Ending), strict=False)))
async def test_ends_anywhere(trip: Trip, days: Days, steps: int, ending: Ending) -> None:
    """A case can end at any moment and for any reason: nothing more is opened, and everything is closed."""
    story = [*to_plan(), *to_life(starts_on=days(30)), ReviewRequested(1)][:steps]
    await trip.happens(*story, CaseEnded(ending.value))
    assert await trip.handle.result() == ending.value
    opened = trip.services.operations[:-3]
    assert len(opened) == max(0, len(story) - 1)
    assert trip.services.operations[-3:] == CLOSED
    stands = await trip.has_heard()
    assert (stands.waiting_for, stands.ending, stands.due_on) == (WaitingFor.NOTHING, ending, None)
