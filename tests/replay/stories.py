"""The journeys whose histories are recorded: what happens in each, and where it stops."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from fakes.services import no_trouble, refuse
from fakes.trip import Trip, to_life, to_plan
from sevensteps.asks import AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.events import (
    CaseResumed,
    HoldPlaced,
    HoldReleased,
    PlanReturned,
    PlanSubmitted,
    ReviewCompleted,
    ReviewRequested,
    ReviewTriggered,
)
from sevensteps.temporal import WaitingFor

Sleep = Callable[[timedelta], Awaitable[None]]
"""Lets time pass on the server."""


async def plain(trip: Trip, sleep: Sleep) -> None:
    """Through all seven steps to the end, within a day."""
    del sleep
    await trip.happens(*to_plan(), *to_life(starts_on="2199-01-01"), ReviewRequested(1), ReviewCompleted(1, "end"))
    await trip.ends()


async def changed_plan(trip: Trip, sleep: Sleep) -> None:
    """The plan is returned once; a review changes it again; a hold in between."""
    await trip.happens(*to_plan(), PlanSubmitted(1, "90.00", ""), PlanReturned(1, ["LEGAL-1"]))
    await trip.happens(HoldPlaced("hospital"))
    await sleep(timedelta(hours=2))
    await trip.happens(HoldReleased(), *to_life(2, starts_on="2199-01-01", direct_payment=True))
    await trip.happens(ReviewRequested(1), ReviewCompleted(1, "change_plan"), PlanSubmitted(3, "85.00", ""))
    await trip.reaches(WaitingFor.DECISION)


async def ten_years(trip: Trip, sleep: Sleep) -> None:
    """Ten yearly reviews find that the plan works: a run for each step."""
    opened = trip.services.records.now.date().isoformat()
    await trip.happens(*to_plan(), *to_life(starts_on=opened))
    for turn in range(1, 11):
        await trip.reaches(WaitingFor.REVIEW_DATE)
        await sleep(timedelta(days=366))
        await trip.reaches(WaitingFor.REVIEW)
        await trip.happens(ReviewCompleted(turn, "continue"))
    await trip.reaches(WaitingFor.REVIEW_DATE)


async def parked(trip: Trip, sleep: Sleep) -> None:
    """A service refuses to open a step; operations put it right; the step is opened."""
    del sleep
    trip.services.trouble = refuse("OpenApproval")
    await trip.happens(*to_plan(), PlanSubmitted(1, "80.00", ""))
    await trip.reaches(WaitingFor.MEND)
    trip.services.trouble = no_trouble
    await trip.happens(CaseResumed())
    await trip.reaches(WaitingFor.DECISION)


async def law_date(trip: Trip, sleep: Sleep) -> None:
    """The law's date of a direct payment's review passes while the plan is changed, brought forward by misuse."""
    opened = trip.services.records.now.date()
    by_law, sooner = ((opened + timedelta(days=days)).isoformat() for days in (365, 40))
    await trip.happens(*to_plan(), *to_life(starts_on=opened.isoformat(), direct_payment=True), ReviewRequested(1))
    await trip.happens(ReviewCompleted(1, "change_plan", by_law), ReviewTriggered(1, "misuse", sooner))
    await trip.reaches(WaitingFor.PLAN)
    await sleep(timedelta(days=45))
    await trip.happens(PlanSubmitted(2, "85.00", ""))
    await trip.reaches(WaitingFor.DECISION)


async def given_up(trip: Trip, sleep: Sleep) -> None:
    """A service refuses to open a step and says that it is owed, then that it is done; the case goes on, and ends."""
    del sleep
    trip.services.trouble = refuse("OpenApproval")
    await trip.happens(*to_plan(), PlanSubmitted(1, "80.00", ""), CaseResumed(skips="OpenApproval", turn=1))
    await trip.reaches(WaitingFor.MEND)
    trip.services.confirms = Confirmed(AskState.DONE, "That was opened.", Due("2199-01-01"))
    await trip.happens(CaseResumed(skips="OpenApproval", turn=1), *to_life(starts_on="2199-01-01")[1:])
    trip.services.trouble = refuse("CloseApproval")
    await trip.happens(ReviewRequested(1), ReviewCompleted(1, "end"))
    await trip.reaches(WaitingFor.ENDING)
    await trip.hears()
    await trip.reaches(WaitingFor.MEND)
    await trip.happens(CaseResumed(skips="CloseApproval"))
    await trip.handle.result()


STORIES: Mapping[str, Callable[[Trip, Sleep], Awaitable[None]]] = {
    "plain": plain,
    "changed_plan": changed_plan,
    "ten_years": ten_years,
    "parked": parked,
    "law_date": law_date,
    "given_up": given_up,
}
