"""Taking a case further: look at where its journey stands, and do what is due there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

from sevensteps.api.assessment.v1 import assessment_pb2 as assessment
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.errors import Fault
from sevensteps.journeys import standing
from sevensteps.temporal import WaitingFor
from stored.case import Case
from stored.town import PATIENCE, PAUSE, Place, StuckError

MOST_ACTS = 30
"""So many acts take every case to its end, whatever has become due since it was stored."""
MOST_REFUSALS = 5
"""A refusal may mean that the journey moved on in that moment; so many in a row do not."""
RESUMED = 1.0
"""Seconds in which a journey that was resumed asks again."""
PASSING = {WaitingFor.SERVICE, WaitingFor.ENDING}
"""What a journey waits for while the suite itself is at work."""


async def play_to_end(case: Case) -> None:
    """Take a case through every step that is left, until a review ends support or advice ends the case.

    Raises StuckError, which says which case it is, where it stood and what was refused or did not come.
    """
    await play_until(case, WaitingFor.NOTHING)


async def play_until(case: Case, wanted: WaitingFor) -> None:
    """Do what is due until the journey waits for this. Raises StuckError as `play_to_end` does."""
    refusals: list[str] = []
    for _ in range(MOST_ACTS):
        place = await _at_rest(case)
        if place.waiting_for is wanted:
            return
        try:
            await _act(case, place)
        except Fault as fault:
            refusals.append(f"{fault.reason}: {fault.detail}")
            if len(refusals) >= MOST_REFUSALS:
                raise StuckError(f"{await _where(case)} What was due is refused: {refusals[-1]}") from fault
            await asyncio.sleep(PAUSE)
        else:
            refusals.clear()
            await _leaves(case, place)
    raise StuckError(f"{await _where(case)} {MOST_ACTS} acts did not bring it to wait for {wanted}.")


async def comes_to(case: Case, wanted: WaitingFor) -> None:
    """Wait until the journey waits for this by itself. Raises StuckError as `play_to_end` does."""
    await _until(case, lambda place: place.waiting_for is wanted, f"It did not come to wait for {wanted}")


async def _act(case: Case, place: Place) -> None:
    act = DUE.get(place.waiting_for)
    if act is None:
        raise StuckError(f"{await _where(case)} Nothing that people do takes it further from there.")
    await act(case)


async def _at_rest(case: Case) -> Place:
    """Where the journey is when it waits for people, for a date, or for nothing any more."""
    return await _until(case, lambda place: place.waiting_for not in PASSING, "It did not come to rest")


async def _leaves(case: Case, before: Place) -> None:
    """Wait until the journey has heard of what was done. One that is parked may be refused again."""
    if before.waiting_for is WaitingFor.MEND:
        await asyncio.sleep(RESUMED)
        return
    await _until(case, lambda place: place != before, "It did not hear of what was done")


async def _until(case: Case, come: Callable[[Place], bool], what: str) -> Place:
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        place = case.town.place(case.case_id)
        if place and come(place):
            return place
        await asyncio.sleep(PAUSE)
    raise StuckError(f"{await _where(case)} {what} in {PATIENCE:.0f} seconds.")


async def _where(case: Case) -> str:
    """The case, and where it stands as its journey says."""
    try:
        told = (await standing(case.town.client, case.case_id)).sentence
    except Fault as fault:
        place = case.town.place(case.case_id)
        told = (
            f"{fault.detail} It was seen in {place.stage}, waiting for {place.waiting_for}." if place else fault.detail
        )
    return f"{case.name} ({case.case_id} of {case.council}): {told}"


async def _determine(case: Case) -> None:
    """Confirm what was proposed in this round where it settles the question; else propose first."""
    try:
        proposed = await case.determination()
    except Fault:
        proposed = assessment.Determination()
    settled = proposed.decision.verdict in {policy.VERDICT_MET, policy.VERDICT_NOT_MET}
    if proposed.round != (await case.record()).round or not settled:
        await case.propose()
    await case.confirm()


async def _plan(case: Case) -> None:
    await case.save_plan()
    await case.submit_plan()


async def _decide(case: Case) -> None:
    """Sign the plan, or return it where a check is not met or lacks a fact."""
    verdict = (await case.approval()).checks.verdict
    if verdict in {policy.VERDICT_NOT_MET, policy.VERDICT_NOT_ENOUGH_INFORMATION}:
        await case.return_plan()
    else:
        await case.approve()


async def _give_budget(case: Case) -> None:
    await case.give_budget()


async def _arrange_money(case: Case) -> None:
    await case.arrange_money()


async def _arrange_support(case: Case) -> None:
    await case.arrange_support()


async def _end_at_review(case: Case) -> None:
    await case.complete_review("end")


DUE: Mapping[WaitingFor, Callable[[Case], Awaitable[None]]] = {
    WaitingFor.DETERMINATION: _determine,
    WaitingFor.ADVICE: Case.give_advice,
    WaitingFor.INDICATIVE_BUDGET: _give_budget,
    WaitingFor.PLAN: _plan,
    WaitingFor.DECISION: _decide,
    WaitingFor.MONEY: _arrange_money,
    WaitingFor.SUPPORT: _arrange_support,
    WaitingFor.REVIEW_DATE: Case.request_review,
    WaitingFor.REVIEW: _end_at_review,
    WaitingFor.RELEASE: Case.release_hold,
    WaitingFor.MEND: Case.resume,
}
"""What is due, by what a journey waits for."""
