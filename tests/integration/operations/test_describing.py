"""One case told in one answer: with the rights of whoever asks, and whatever does not answer told in its place."""

from collections.abc import AsyncIterator
from time import monotonic

import pytest
from temporalio.client import Client

from fakes.search_attributes import register
from fakes.stuck_journeys import IS_PARKED, stuck_worker
from integration.operations.repairs import park
from integration.operations.told_case import Town, town
from servers.feed import Feed
from servers.operations import Operations, told
from servers.services import NOBODY, refusal_of
from services.operations.describing import describing
from services.operations.describing.who_can_act import DONE_BY, who_can_act
from sevensteps import events
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.temporal import JOURNEY, WaitingFor, workflow_id

pytestmark = pytest.mark.usefixtures("no_looks")


@pytest.fixture
async def lived(settings: Settings, feed: Feed) -> AsyncIterator[Town]:
    """A case that has come to step 6 and was reviewed; no Temporal."""
    async with town(settings, feed, temporal=NOBODY) as there:
        await there.come_to_life()
        await there.has_heard()
        yield there


def parts_of(told: pb.DescribeCaseResponse) -> dict[str, str]:
    """What could not be told, by its name."""
    return {part.name: part.sentence for part in told.parts}


async def test_a_case_is_told_whole(lived: Town) -> None:
    """Where it stands, its events, its decisions with why, its money and its reviews, in one answer."""
    told = await lived.told()
    assert parts_of(told).keys() == {"journey"}
    assert "Temporal does not answer" in parts_of(told)["journey"]
    assert told.row.case_id == lived.case_id
    assert told.view.position >= told.events[-1].position
    assert [event.told for event in told.events[:1]] == ["Case opened: adult"]
    assert told.earlier_events == 0
    opened = next(event for event in told.events if event.type == events.PlanOpened.TYPE)
    assert (opened.actor, opened.step) == ("journey", pb.STEP_PLAN_MADE)
    assert opened.waiting.startswith("waits for the plan to be submitted, until ")
    money = told.money
    assert (money.indicative_weekly, money.personal_budget_weekly) == ("82.91", "60.00")
    assert (money.spent, money.not_agreed, money.spends_to_judge) == ("612.50", "0.00", 1)
    assert [(each.what, each.weekly) for each in money.arrangements] == [
        ("council managed", "60.00"),
        ("provider for nutrition, community", ""),
    ]
    assert not told.reviews.under_way
    [review] = told.reviews.done
    assert (review.round, review.completed_by, review.outcome) == (1, "rae", "continue")


async def test_a_decision_says_why_and_why_not(lived: Town) -> None:
    """Each in the words of its pack: the rules that gave it with their law, and those that said otherwise."""
    made = (await lived.told()).decisions
    assert {each.service for each in made} == set(DECIDING_SERVICES)
    decisions = {each.decision: each for each in made}
    eligible = decisions["eligibility"]
    assert "eligible" in eligible.answer
    assert eligible.actor == "amy"
    assert eligible.why
    assert all(said.sentence and said.law and said.answer == "met" for said in eligible.why)
    checked = decisions["spending"]
    assert (checked.service, checked.why[0].answer) == ("review", "needs judgement")
    assert {said.answer for said in checked.why_not} == {"met"}


async def test_decisions_stand_in_the_order_in_which_they_were_made(lived: Town) -> None:
    """Whichever service made them."""
    decided_at = [each.decided_at.ToNanoseconds() for each in (await lived.told()).decisions]
    assert decided_at == sorted(decided_at)
    assert len(decided_at) > len(DECIDING_SERVICES)


async def test_only_so_many_decisions_and_events_are_told(lived: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last ones, and how many came before."""
    whole = await lived.told()
    monkeypatch.setattr(describing, "MOST_DECISIONS", 3)
    told = await lived.told(events=2)
    assert list(told.events) == list(whole.events[-2:])
    assert told.earlier_events == len(whole.events) - 2
    assert list(told.decisions) == list(whole.decisions[-3:])
    assert told.earlier_decisions == len(whole.decisions) - 3


async def test_what_somebody_may_not_read_is_told_in_its_place(lived: Town) -> None:
    """Rights hold: each part is asked with the caller's own token, and the rest is there."""
    planner = await lived.told(Role.PLANNER)
    refused = parts_of(planner)
    assert refused["history"].startswith("ListEvents may be called by: ")
    assert refused["decisions"].startswith("ListReceipts may be called by: ")
    assert not planner.events
    assert not planner.decisions
    assert planner.money.personal_budget_weekly == "60.00"
    assert planner.reviews.done
    program = await lived.told(Role.INTEGRATOR)
    refused = parts_of(program)
    assert refused["stuck"] == refused["journey"]
    assert refused["stuck"].startswith("ListStuck may be called by: ")
    assert refused["reviews"].startswith("ListReviews may be called by: ")
    assert program.events
    assert program.reviews.due_on
    assert not program.reviews.done


@pytest.mark.parametrize("service", ["assessment", "planning", "approval", "review"])
async def test_a_service_that_is_down_takes_its_part_alone(lived: Town, service: str) -> None:
    """Everything else is told."""
    whole = await lived.told()
    await lived.services.stop(service)
    told = await lived.told()
    sentences = {part.sentence for part in told.parts if part.name != "journey"}
    assert sentences == {f"The {service} service does not answer."}
    assert list(told.events) == list(whole.events)
    assert list(told.decisions) == [each for each in whole.decisions if each.service != service]
    assert told.HasField("reviews") == (service != "review")
    assert bool(told.money.personal_budget_weekly) == (service != "planning")


async def test_without_the_feed_the_rest_is_told(lived: Town) -> None:
    """What has happened is not known; where it stands is, and how old that is."""
    await lived.feed.stop()
    told = await lived.told()
    assert parts_of(told)["history"] == "The feed does not answer."
    assert told.row.case_id == lived.case_id
    assert told.decisions
    assert told.view.HasField("feed_heard_at")


async def test_a_service_that_hangs_holds_nobody_up(lived: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has so long to answer, and no longer; the others are told meanwhile."""
    monkeypatch.setattr(describing, "PART_SECONDS", 3.0)
    lived.to_planning.fall_silent()
    began = monotonic()
    told = await lived.told()
    assert monotonic() - began < 10
    assert parts_of(told)["money"] == "The planning service has not answered within 3 seconds."
    assert told.events
    assert told.reviews.done


async def test_a_case_that_has_not_come_far_lacks_nothing(settings: Settings, feed: Feed) -> None:
    """It has no money and no reviews yet, and that is no trouble of any part."""
    async with town(settings, feed, temporal=NOBODY) as there:
        told = await there.told()
        assert parts_of(told).keys() == {"journey"}
        assert not told.HasField("money")
        assert not told.HasField("reviews")
        assert list(told.who_can_act) == ["practitioner"]


async def test_an_ended_case_is_told_without_its_journey(lived: Town) -> None:
    """It waits for nobody, and nothing of it is missing."""
    ended = told(lived.case_id, events.CaseEnded(ending="moved"), after_seconds=10**9)
    await lived.operations.come_to(await lived.feed.append([ended]))
    whole = await lived.told()
    assert whole.row.ending == "moved"
    assert not parts_of(whole)
    assert not whole.who_can_act
    assert whole.events[-1].told.startswith("Case ended: moved")
    assert whole.reviews.done


async def test_another_councils_case_is_not_there(lived: Town) -> None:
    """Whoever asks cannot tell it from one that there is not."""
    fault = await refusal_of(lived.told(council="another"))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")
    nobodys = pb.DescribeCaseRequest(case_id="case-of-nobody")
    other = await refusal_of(lived.by(Role.OPERATIONS).DescribeCase(nobodys))
    assert other.detail == fault.detail.replace(lived.case_id, "case-of-nobody")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.DescribeCaseRequest(), "case_id"),
        (pb.DescribeCaseRequest(case_id="case-a", events=501), "events"),
        (pb.DescribeCaseRequest(case_id="case-a", events=-1), "events"),
    ],
)
async def test_wrong_fields_are_named(operations: Operations, request_: pb.DescribeCaseRequest, field: str) -> None:
    """As everywhere."""
    fault = await refusal_of(operations.staff.DescribeCase(request_))
    assert [each.field for each in fault.violations] == [field]


async def test_while_rows_are_made_anew_nobody_is_told_that_a_case_is_not_there(
    operations: Operations, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be among those that are still to be read."""
    await operations.come_to(await feed.append([told("case-a", events.CaseOpened("adult", "2026-06-20"))]))
    monkeypatch.setattr("services.operations.handlers.VERSION", 10_000)
    fault = await refusal_of(operations.staff.DescribeCase(pb.DescribeCaseRequest(case_id="case-b")))
    assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "ROWS_INCOMPLETE")
    known = await operations.staff.DescribeCase(pb.DescribeCaseRequest(case_id="case-a"))
    assert known.view.rebuilding


async def test_a_parked_journey_says_why(settings: Settings, feed: Feed, temporal_server: str) -> None:
    """In its own words, with how far it has heard, beside what was found stuck."""
    client = await Client.connect(temporal_server)
    await register(client)
    async with stuck_worker(client) as task_queue, town(settings, feed, temporal=temporal_server) as there:
        of_case = workflow_id(there.case_id)
        handle = await client.start_workflow(JOURNEY, IS_PARKED, id=of_case, task_queue=task_queue)
        await park(there.operations, [there.case_id])
        told = await there.told()
        await handle.terminate()
    assert not told.parts
    assert told.journey.sentence.startswith("Step 4: organising your money. Waits for ")
    assert "It is not there." in told.journey.sentence
    assert told.journey.heard == 1
    assert told.journey.HasField("asked_at")
    assert [(each.kind, each.remedy) for each in told.stuck] == [
        (pb.STUCK_KIND_PARKED, "Put right what was refused. Then resume the case.")
    ]
    assert list(told.row.stuck) == [pb.STUCK_KIND_PARKED]


async def test_long_reasons_do_not_make_an_answer_too_large(operations: Operations, feed: Feed) -> None:
    """An answer has its limit: of what people wrote, the beginning is told."""
    payload = events.HoldPlaced(reason="hospital", because="x" * 10_000)
    story = [told("case-a", events.CaseOpened("adult", "2026-06-20"))]
    story += [told("case-a", payload, after_seconds=number) for number in range(1, 501)]
    for first in range(0, len(story), 20):
        head = await feed.append(story[first : first + 20])
    await operations.come_to(head)
    answer = await operations.staff.DescribeCase(pb.DescribeCaseRequest(case_id="case-a", events=500))
    assert (len(answer.events), answer.earlier_events) == (500, 1)
    assert answer.events[-1].told.endswith("…")
    assert answer.ByteSize() < 2_000_000


@pytest.mark.parametrize("waiting_for", list(WaitingFor))
def test_who_can_act_is_known_of_all_that_waits_for_somebody(waiting_for: WaitingFor) -> None:
    """Only what the suite itself does, and nothing, waits for nobody."""
    if waiting_for in {WaitingFor.SERVICE, WaitingFor.ENDING, WaitingFor.NOTHING}:
        assert not who_can_act(waiting_for)
    else:
        assert waiting_for in DONE_BY
        assert who_can_act(waiting_for)
