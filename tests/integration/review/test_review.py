"""Step 7: a review opens, says how the plan worked, and leads to the next step."""

import json
from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa

from integration.review.home import (
    Home,
    completion,
    request,
    request_id,
    spending,
    trigger,
)
from servers.services import refusal_of
from services.review.tables import reviews
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import ReviewCompleted, ReviewOpened, ReviewOverdue, ReviewWarned


async def test_a_review_whose_date_came_is_planned(home_on: Home) -> None:
    """It opens with a date by which it should be done."""
    await home_on.live()
    answer = await home_on.journey.OpenReview(home_on.review_opening())
    life = await home_on.read()
    assert (life.state, life.reason) == (pb.LIFE_STATE_UNDER_REVIEW, pb.REVIEW_REASON_PLANNED)
    assert life.due_on == answer.due_on > "2026-07-13"
    assert (await home_on.events())[1:] == [ReviewOpened(round=1, reason="planned", due_on=answer.due_on)]


async def test_a_request_is_the_reason_before_a_trigger(home_on: Home) -> None:
    """A review that was triggered and asked for counts as asked for."""
    life = await home_on.live()
    life = (await home_on.rae.TriggerReview(trigger(life))).life
    await home_on.rae.RequestReview(request(life))
    assert (await home_on.review()).reason == pb.REVIEW_REASON_REQUESTED


async def test_a_trigger_is_the_reason_where_nobody_asked(home: Home) -> None:
    """What happened is why the review takes place."""
    await home.rae.TriggerReview(trigger(await home.live()))
    assert (await home.review()).reason == pb.REVIEW_REASON_TRIGGERED


async def test_what_was_asked_for_in_one_round_is_no_reason_in_the_next(home: Home) -> None:
    """The review of round 2 is planned, though one was asked for in round 1."""
    await home.rae.RequestReview(request(await home.live()))
    await home.rae.CompleteReview(completion(await home.review()))
    await home.journey.OpenLife(home.life_opening(2, continues=True))
    await home.journey.OpenReview(home.review_opening(2))
    assert (await home.read()).reason == pb.REVIEW_REASON_PLANNED


async def test_opening_again_opens_nothing_twice(home_on: Home) -> None:
    """Under way, done, and when the next round is on: the answer is as before, with one event."""
    await home_on.live()
    first = home_on.review_opening()
    answer = await home_on.journey.OpenReview(first)
    later = home_on.review_opening()
    later.opened_on = "2027-01-01"
    assert await home_on.journey.OpenReview(first) == await home_on.journey.OpenReview(later) == answer
    await home_on.rae.CompleteReview(completion(await home_on.read()))
    await home_on.journey.OpenLife(home_on.life_opening(2, continues=True))
    again = home_on.review_opening()
    assert await home_on.journey.OpenReview(again) == answer
    assert (await home_on.read()).state == pb.LIFE_STATE_LIVING
    assert [type(event) for event in await home_on.events()].count(ReviewOpened) == 1


async def test_a_review_of_a_round_that_has_not_come_is_refused(home: Home) -> None:
    """Step 6 must be entered before step 7."""
    assert (await refusal_of(home.journey.OpenReview(home.review_opening()))).kind is Kind.NOT_FOUND
    await home.live()
    fault = await refusal_of(home.journey.OpenReview(home.review_opening(2)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert fault.detail.startswith("OpenLife must come first")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (pb.REVIEW_OUTCOME_CONTINUE, "continue"),
        (pb.REVIEW_OUTCOME_CHANGE_PLAN, "change_plan"),
        (pb.REVIEW_OUTCOME_REASSESS, "reassess"),
        (pb.REVIEW_OUTCOME_END, "end"),
    ],
)
@pytest.mark.item(75)
async def test_a_review_leads_on(home: Home, outcome: pb.ReviewOutcome.ValueType, told: str) -> None:
    """Whatever the review leads to, the case is elsewhere until that step opens."""
    life = (await home.rae.CompleteReview(completion(await home.come_to(pb.LIFE_STATE_UNDER_REVIEW), outcome))).life
    assert life.state == pb.LIFE_STATE_ELSEWHERE
    assert (await home.events())[-1] == ReviewCompleted(round=1, outcome=told)


@pytest.mark.item(72)
async def test_what_a_review_found_is_kept(home_on: Home) -> None:
    """Outcome by outcome, in the reviewer's words, with their name; a question that was not asked stays unknown."""
    done = completion(await home_on.come_to(pb.LIFE_STATE_UNDER_REVIEW))
    done.ClearField("money_used_properly")
    await home_on.rae.CompleteReview(done)
    kept = await home_on.running.store.read(lambda connection: connection.execute(sa.select(reviews)).one())
    assert json.loads(kept.achieved) == {"nutrition": "yes", "community": "partly"}
    assert (kept.how_it_worked, kept.completed_by) == ("Cooking works; the club was closed.", "rae")
    assert kept.money_used_properly is None


async def test_a_review_is_completed_once_however_often_it_is_sent(home: Home) -> None:
    """The same request gets the first answer; another one comes too late."""
    done = completion(await home.come_to(pb.LIFE_STATE_UNDER_REVIEW))
    answer = await home.rae.CompleteReview(done)
    assert await home.rae.CompleteReview(done) == answer
    fault = await refusal_of(home.rae.CompleteReview(completion(answer.life)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


async def test_every_wrong_field_of_a_review_is_named(home: Home) -> None:
    """Outcomes and how far they were achieved are named one by one."""
    wrong = completion(await home.come_to(pb.LIFE_STATE_UNDER_REVIEW), pb.REVIEW_OUTCOME_UNSPECIFIED)
    wrong.achieved["nutrition"] = pb.ACHIEVED_UNSPECIFIED
    wrong.achieved["gardening"] = pb.ACHIEVED_YES
    wrong.how_it_worked = ""
    fault = await refusal_of(home.rae.CompleteReview(wrong))
    assert {each.field for each in fault.violations} == {
        "achieved[nutrition]",
        "achieved[gardening]",
        "how_it_worked",
        "outcome",
    }
    empty = completion(await home.read())
    empty.achieved.clear()
    assert (await refusal_of(home.rae.CompleteReview(empty))).violations[0].field == "achieved"


def spends(home: Home, life: pb.Life) -> Awaitable[object]:
    """Money spent."""
    return home.rae.RecordSpend(spending(life))


def asks(home: Home, life: pb.Life) -> Awaitable[object]:
    """A review asked for."""
    return home.rae.RequestReview(request(life))


def triggers(home: Home, life: pb.Life) -> Awaitable[object]:
    """A review triggered."""
    return home.rae.TriggerReview(trigger(life))


def completes(home: Home, life: pb.Life) -> Awaitable[object]:
    """A review completed."""
    return home.rae.CompleteReview(completion(life))


def opens_again(home: Home, _: pb.Life) -> Awaitable[object]:
    """The review of the round after the one under way."""
    return home.journey.OpenReview(home.review_opening(2))


@pytest.mark.parametrize(
    ("state", "calls"),
    [
        (pb.LIFE_STATE_LIVING, (completes,)),
        (pb.LIFE_STATE_UNDER_REVIEW, (opens_again,)),
        (pb.LIFE_STATE_ELSEWHERE, (completes,)),
    ],
)
async def test_every_wrong_order_says_what_must_come_first(
    home: Home, state: pb.LifeState.ValueType, calls: tuple[Callable[[Home, pb.Life], Awaitable[object]], ...]
) -> None:
    """In each state some calls come too early or too late."""
    life = await home.come_to(state)
    for call in calls:
        fault = await refusal_of(call(home, life))
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER"), call
        assert "must come first" in fault.detail


async def test_money_is_spent_while_a_review_is_under_way(home: Home) -> None:
    """Life goes on during a review."""
    life = await home.come_to(pb.LIFE_STATE_UNDER_REVIEW)
    assert (await home.rae.RecordSpend(spending(life))).life.spent == "12.50"


async def test_nothing_changes_after_the_end(home_on: Home) -> None:
    """A case that has ended stays as it was. Closing it again is harmless; what was opened is answered as before."""
    life = await home_on.come_to(pb.LIFE_STATE_CLOSED)
    await home_on.journey.CloseCase(home_on.closing())
    assert await home_on.read() == life
    for call in (
        spends(home_on, life),
        asks(home_on, life),
        triggers(home_on, life),
        completes(home_on, life),
        home_on.journey.OpenReview(home_on.review_opening()),
        home_on.journey.OpenLife(home_on.life_opening(2)),
    ):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")
    assert (await home_on.journey.OpenLife(home_on.life_opening())).review_due == life.review_due


async def test_closing_a_case_that_never_came_is_not_found(home: Home) -> None:
    """There is nothing to close."""
    fault = await refusal_of(home.journey.CloseCase(home.closing()))
    assert fault.kind is Kind.NOT_FOUND


async def test_the_laws_date_of_a_review_is_told_before_and_after(home: Home) -> None:
    """A warning while it is near, and that it has passed: once each, however often the journey asks."""
    life = await home.live()
    for ahead in (True, True, False, False):
        passed = pb.RecordOverdueRequest(
            request_id=request_id(),
            case_id=life.case_id,
            stage="life_lived",
            turn=1,
            due_on=life.review_due,
            by_law=True,
            ahead=ahead,
        )
        await home.journey.RecordOverdue(passed)
    assert (await home.events())[1:] == [
        ReviewWarned(1, life.review_due),
        ReviewOverdue(1, life.review_due, "hard"),
    ]
