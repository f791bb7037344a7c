"""Operations give up what a parked journey asks: only where the service confirms that it is done, or not owed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from fakes.services import be_silent, no_trouble, refuse
from fakes.trip import Trip, to_life, to_plan
from sevensteps.asks import AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.events import CaseEnded, CaseResumed, PlanApproved, PlanSubmitted
from sevensteps.steps import DueKind
from sevensteps.temporal import Parked, WaitingFor
from workflows.journey.requests import CloseApproval, GetAsk

DUE = Due("2199-09-30")
DONE = Confirmed(AskState.DONE, "That was opened, and the date on record is 30 September 2199.", DUE)
CLOSED = Confirmed(AskState.DONE, "The case is closed there.")
NEVER_THERE = Confirmed(AskState.NOT_OWED, "The case was never there, so there is nothing to close.")
OWED = Confirmed(AskState.OWED, "There is no record that it was opened.")
NOT_OPENED = Confirmed(AskState.NOT_OWED, "The case is closed there: nothing is opened any more.")
GIVES_UP = CaseResumed(skips="OpenApproval", turn=1)


async def park(trip: Trip) -> None:
    """The plan cannot come to be agreed."""
    trip.services.trouble = refuse("OpenApproval")
    await trip.happens(*to_plan(), PlanSubmitted(1, "80.00", ""))
    await trip.reaches(WaitingFor.MEND)


async def test_what_is_done_is_given_up_with_its_answer(trip: Trip) -> None:
    """The journey goes on with the date on record, as if it had been answered; it asks nothing once more."""
    await park(trip)
    trip.services.confirms = DONE
    asked = len(trip.services.attempts)
    await trip.happens(GIVES_UP)
    stands = await trip.reaches(WaitingFor.DECISION)
    assert (stands.due_on, stands.due_kind, stands.parked) == (DUE.on, DueKind.SOFT, None)
    assert trip.services.attempts[asked:] == [GetAsk("OpenApproval", 1)]
    await trip.happens(PlanApproved(1, "80.00", "L0"))
    await trip.reaches(WaitingFor.MONEY)


@pytest.mark.parametrize("confirmed", [OWED, NOT_OPENED])
async def test_what_is_owed_stays_parked(trip: Trip, confirmed: Confirmed) -> None:
    """It says why. An answer that it needs and nobody has is as good as owed. Resumed without more, it asks again."""
    await park(trip)
    trip.services.confirms = confirmed
    await trip.happens(GIVES_UP)
    stands = await trip.reaches(WaitingFor.MEND)
    assert stands.parked == Parked("OpenApproval", "ASK_OWED", confirmed.sentence)
    trip.services.trouble = no_trouble
    await trip.happens(CaseResumed())
    await trip.reaches(WaitingFor.DECISION)


async def test_given_up_again_when_it_is_done(trip: Trip) -> None:
    """Giving up is asked for as often as operations want it: the service says each time how it stands."""
    await park(trip)
    await trip.happens(GIVES_UP)
    assert (await trip.reaches(WaitingFor.MEND)).parked is not None
    trip.services.confirms = DONE
    await trip.happens(GIVES_UP)
    await trip.reaches(WaitingFor.DECISION)
    assert trip.services.attempts.count(GetAsk("OpenApproval", 1)) == 2


@pytest.mark.parametrize("other", [CaseResumed(skips="OpenPlan", turn=1), CaseResumed(skips="OpenApproval", turn=2)])
async def test_something_else_is_given_up(trip: Trip, other: CaseResumed) -> None:
    """What is not what the journey is parked on, in this version of the plan, is a resumption like any other."""
    await park(trip)
    trip.services.confirms = DONE
    await trip.happens(other)
    stands = await trip.reaches(WaitingFor.MEND)
    assert stands.parked == Parked("OpenApproval", "STAGE_ORDER", "A plan must come first.")
    assert not any(isinstance(request, GetAsk) for request in trip.services.attempts)


async def test_a_service_that_does_not_say(trip: Trip) -> None:
    """Where the service refuses to say, it is taken for owed."""
    await park(trip)

    def trouble(operation: str) -> None:
        refuse("OpenApproval")(operation)
        refuse("GetAsk")(operation)

    trip.services.trouble = trouble
    await trip.happens(GIVES_UP)
    assert (await trip.reaches(WaitingFor.MEND)).parked == Parked("OpenApproval", "ASK_OWED", "A plan must come first.")


@pytest.mark.parametrize("confirmed", [CLOSED, NEVER_THERE])
async def test_closing_is_given_up(trip: Trip, confirmed: Confirmed) -> None:
    """No answer is needed to what closes a case: what is done or not owed is given up, and the rest is closed."""
    trip.services.trouble = refuse("CloseApproval")
    trip.services.confirms = confirmed
    await trip.happens(CaseEnded("moved"))
    await trip.reaches(WaitingFor.MEND)
    await trip.happens(CaseResumed(skips="CloseApproval"))
    assert await trip.handle.result() == "moved"
    assert trip.services.attempts.count(CloseApproval()) == 1
    assert trip.services.operations == ["ClosePlanning", "CloseReview"]


async def test_closing_that_is_owed(trip: Trip) -> None:
    """It is not given up."""
    trip.services.trouble = refuse("CloseApproval")
    await trip.happens(CaseEnded("moved"))
    await trip.reaches(WaitingFor.MEND)
    await trip.happens(CaseResumed(skips="CloseApproval"))
    parked = (await trip.reaches(WaitingFor.MEND)).parked
    assert parked == Parked("CloseApproval", "ASK_OWED", OWED.sentence)


async def test_rebuilt_it_comes_to_the_same_place(trip: Trip) -> None:
    """A journey that starts again from its facts finds there what was given up."""
    await park(trip)
    trip.services.confirms = DONE
    await trip.happens(GIVES_UP, *to_life(starts_on="2199-01-01")[1:])
    stood = await trip.reaches(WaitingFor.REVIEW_DATE)
    await trip.lose()
    await trip.begin_again()
    again = await trip.reaches(WaitingFor.REVIEW_DATE)
    assert again == replace(stood, heard=again.heard)
    assert trip.services.attempts.count(GetAsk("OpenApproval", 1)) == 2


async def test_case_ends_while_the_service_is_asked(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """The end of a case ends this, too."""
    await park(trip)
    trip.services.trouble = be_silent
    await trip.happens(GIVES_UP)
    await trip.reaches(WaitingFor.SERVICE)
    await trip.happens(CaseEnded("moved"))
    trip.services.trouble = no_trouble
    await skipping.sleep(timedelta(minutes=2))
    assert await trip.handle.result() == "moved"
