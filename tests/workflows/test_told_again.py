"""Events that a journey has not heard reach it when operations ask for that, and operations see before which these are.

The relay passed them over, as it would where Temporal has lost what it was told.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from fakes.council import Council, happened, new_case, story, token_of
from services.operations.domain.prediction import Prediction
from services.operations.repairs.unheard import Unheard
from services.operations.temporal_client import TemporalClient
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.events import CaseResumed, MoneyOrganised, PlanApproved
from sevensteps.identity.actor import Role
from sevensteps.rpc.client import channel
from sevensteps.temporal import WaitingFor
from workflows.delivery.lines import ROOM

UP_TO_DECISION = 5
"""How many events of the story lead to the decision about the plan."""
REBUILD = "`sevensteps repair plan rebuild` starts it again from the feed."


@pytest.fixture
async def unheard(council: Council) -> AsyncIterator[Unheard]:
    """Operations as they ask, with the token of somebody who repairs."""
    token = token_of(council.settings, Role.OPERATIONS)
    async with channel(council.feed.running.address, token) as feed:
        yield Unheard(feed, TemporalClient(council.settings))


async def foreseen(unheard: Unheard, case_id: str) -> Prediction:
    """What would happen to a case."""
    return await unheard.foresee(case_id, await unheard.brought_to())


@asynccontextmanager
async def losing(council: Council, monkeypatch: pytest.MonkeyPatch, case_id: str) -> AsyncIterator[None]:
    """A relay that brings everything, of which Temporal loses what is of one case."""
    deliver = council.delivery.deliver

    async def lost(*events: feed_pb2.Event) -> None:
        if events[0].case_id != case_id:
            await deliver(*events)

    with monkeypatch.context() as patched:
        patched.setattr(council.delivery, "deliver", lost)
        async with council.relay():
            yield


async def lose(council: Council, monkeypatch: pytest.MonkeyPatch, case_id: str, events: list[feed_pb2.Event]) -> None:
    """Let these be brought, and be lost."""
    async with losing(council, monkeypatch, case_id):
        await council.is_acknowledged(await council.feed.append(events))


async def test_what_was_lost_is_told_and_the_case_moves(
    council: Council, unheard: Unheard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many events and of which kinds is said before; asked for twice, nothing is heard or opened twice."""
    case_id = new_case()
    events = story(case_id)
    async with council.relay():
        await council.is_acknowledged(await council.feed.append(events[:UP_TO_DECISION]))
        await council.reaches(case_id, WaitingFor.DECISION)
    await lose(council, monkeypatch, case_id, events[UP_TO_DECISION : UP_TO_DECISION + 2])
    said = await foreseen(unheard, case_id)
    assert said == Prediction(
        does=True, sentence="Its journey is told 2 events (plan approved, money organised). It hears nothing twice."
    )

    async with council.relay():
        head = await council.feed.append(happened(case_id, CaseResumed(replay=True)))
        assert (await council.reaches(case_id, WaitingFor.SUPPORT)).heard == head
        await council.is_acknowledged(head)
        told_all = Prediction(does=False, sentence="Its journey has heard every event of the case.")
        assert await foreseen(unheard, case_id) == told_all
        asked = list(council.services.attempts)
        await council.is_acknowledged(await council.feed.append(happened(case_id, CaseResumed(replay=True))))
        stands = await council.reaches(case_id, WaitingFor.SUPPORT)
    assert stands.heard == head + 1
    assert council.services.attempts == asked
    assert await foreseen(unheard, case_id) == told_all


async def test_more_than_is_told_at_once(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many events a case has, its journey comes to hear all of them, in order."""
    case_id = new_case()
    events = story(case_id)
    many = happened(case_id, *[CaseResumed()] * (2 * ROOM))
    async with council.relay():
        await council.is_acknowledged(await council.feed.append([*events[:1], *many, *events[1:UP_TO_DECISION]]))
        await council.reaches(case_id, WaitingFor.DECISION)
    await lose(council, monkeypatch, case_id, [*many, *events[UP_TO_DECISION:]])
    async with council.relay():
        head = await council.feed.append(happened(case_id, CaseResumed(replay=True)))
        assert (await council.reaches(case_id, WaitingFor.REVIEW)).heard == head


async def test_what_is_still_to_come_needs_no_repair(council: Council, unheard: Unheard) -> None:
    """An event that the relay has not brought yet is not taken for a lost one."""
    case_id = new_case()
    events = story(case_id)
    async with council.relay():
        await council.is_acknowledged(await council.feed.append(events[:UP_TO_DECISION]))
        await council.reaches(case_id, WaitingFor.DECISION)
    await council.feed.append(events[UP_TO_DECISION : UP_TO_DECISION + 1])
    said = "1 event (plan approved) will reach its journey without this."
    assert await foreseen(unheard, case_id) == Prediction(does=False, sentence=said)


async def test_an_event_that_was_passed_over(
    council: Council, unheard: Unheard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journey that has heard what came after is to be rebuilt. Told everything all the same, it says so."""
    case_id = new_case()
    events = story(case_id)
    async with council.relay():
        await council.is_acknowledged(await council.feed.append(events[:UP_TO_DECISION]))
        await council.reaches(case_id, WaitingFor.DECISION)
    await lose(council, monkeypatch, case_id, happened(case_id, PlanApproved(1, "80.00", "L0")))
    async with council.relay():
        await council.is_acknowledged(await council.feed.append(happened(case_id, MoneyOrganised(1, False))))
        await council.reaches(case_id, WaitingFor.DECISION)
        said = f"Its journey has heard what came after 1 event (plan approved). {REBUILD}"
        assert await foreseen(unheard, case_id) == Prediction(does=False, sentence=said)
        await council.feed.append(happened(case_id, CaseResumed(replay=True)))
        parked = (await council.reaches(case_id, WaitingFor.MEND)).parked
    assert parked is not None
    assert parked.reason == "FEED_CHANGED"
    cannot = Prediction(does=False, sentence=f"Its journey cannot go on with what it has heard. {REBUILD}")
    assert await foreseen(unheard, case_id) == cannot


async def test_no_journey_to_be_told(council: Council, unheard: Unheard) -> None:
    """Where none runs, it is to be rebuilt. Told everything all the same, it starts."""
    lost = new_case()
    async with council.relay():
        await council.is_acknowledged(await council.feed.append(story(lost)[:UP_TO_DECISION]))
        await council.reaches(lost, WaitingFor.DECISION)
        await council.loses(lost)
        none = Prediction(does=False, sentence=f"No journey runs for it. {REBUILD}")
        assert await foreseen(unheard, lost) == none
        assert await foreseen(unheard, new_case()) == none
        await council.feed.append(happened(lost, CaseResumed(replay=True)))
        await council.reaches(lost, WaitingFor.DECISION)
