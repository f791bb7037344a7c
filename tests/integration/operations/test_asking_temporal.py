"""What Temporal is asked of journeys that are stuck: a real server, and journeys that are stuck in every way."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client

from fakes.search_attributes import register
from fakes.stuck_journeys import BREAKS, IS_PARKED, RETRIES, WAITS, stuck_worker
from servers.waiting import until
from services.operations.domain.effects import Owed
from services.operations.domain.journeys import Case, Ended, Failing, Retrying
from services.operations.looking.lost_journeys import LostJourneys, NewCase
from services.operations.looking.parked_journeys import ParkedJourneys
from services.operations.looking.waiting_journeys import WaitingJourneys, Why
from sevensteps import clock
from sevensteps.temporal import JOURNEY, Parked, workflow_id


@dataclass
class Temporal:
    """A Temporal server, and a worker with stuck journeys."""

    client: Client
    task_queue: str
    begun: list[str] = field(default_factory=list)

    async def begin(self, how: str) -> str:
        """A journey that is stuck in some way; answers its case."""
        case_id = f"case-{uuid4().hex[:12]}"
        journey: str = JOURNEY
        await self.client.start_workflow(journey, how, id=workflow_id(case_id), task_queue=self.task_queue)
        self.begun.append(case_id)
        return case_id


@dataclass(frozen=True)
class Rows:
    """The open cases that Temporal is asked about."""

    old: set[str]
    new: Sequence[NewCase] = ()

    async def how_many_open(self) -> int:
        """All of them."""
        return len(self.old) + len(self.new)

    async def open_cases(self) -> set[str]:
        """Those that are compared with all journeys."""
        return self.old

    async def new_cases(self) -> Sequence[NewCase]:
        """Those that have only been opened."""
        return self.new


@pytest.fixture
async def temporal(temporal_server: str) -> AsyncIterator[Temporal]:
    """The server that tests share; the journeys of a test end with it."""
    client = await Client.connect(temporal_server)
    await register(client)
    async with stuck_worker(client) as task_queue:
        temporal = Temporal(client, task_queue)
        yield temporal
        for case_id in temporal.begun:
            handle = client.get_workflow_handle(workflow_id(case_id))
            if (await handle.describe()).close_time is None:
                await handle.terminate()


def owed_to(case_id: str) -> Owed:
    """A case that waits for its plan to be opened."""
    return Owed(case_id, "example", "plan_made", "Step 2", clock.now(), "assessment", 3)


async def test_why_a_journey_does_not_go_on(temporal: Temporal) -> None:
    """It asks again and again, or its own code fails; nothing is known of one that waits, nor of one that is not."""
    retries, breaks, waits = [await temporal.begin(how) for how in (RETRIES, BREAKS, WAITS)]
    asked = [owed_to(case_id) for case_id in (retries, breaks, waits, "case-unknown")]

    async def known() -> Mapping[str, Why | None]:
        return await WaitingJourneys().why(temporal.client, asked)

    async def both_known() -> bool:
        return {case_id for case_id, why in (await known()).items() if why} == {retries, breaks}

    await until(both_known, "both to be known")
    why = await known()
    retrying, failing = why[retries], why[breaks]
    assert isinstance(retrying, Retrying)
    assert (retrying.operation, retrying.service, retrying.reason) == ("OpenPlan", "planning", "STORE_UNAVAILABLE")
    assert retrying.attempts > 2
    assert isinstance(failing, Failing)
    assert (failing.attempts > 2, failing.reason) == (True, "WORKFLOW_WORKER_UNHANDLED_FAILURE")


async def test_a_parked_journey_is_asked_once_why(temporal: Temporal) -> None:
    """Until something has happened to its case: then it is asked anew. Where no worker runs nobody is asked."""
    case_id = await temporal.begin(IS_PARKED)
    parked = ParkedJourneys()

    async def is_listed() -> bool:
        return case_id in await parked.listed(temporal.client)

    await until(is_listed, "it to be listed")

    async def why(heard: int, *, answers: bool = True) -> Parked | None:
        listed = await parked.listed(temporal.client)
        cases = {case_id: Case(case_id, "example", clock.now(), heard)}
        return (await parked.why(temporal.client, listed, cases, answers=answers))[case_id]

    assert await why(1, answers=False) is None
    first = Parked("OpenMoney", "CASE_NOT_FOUND", "It is not there.")
    assert await why(1) == first
    await temporal.client.get_workflow_handle(workflow_id(case_id)).signal("refuse_by", "ENGINES_DISAGREE")
    assert await why(1) == first
    assert await why(2, answers=False) == first
    again = await why(2)
    assert again
    assert again.reason == "ENGINES_DISAGREE"
    await temporal.client.get_workflow_handle(workflow_id(case_id)).signal("refuse_by", "")
    with pytest.raises(KeyError):
        await why(3)  # it says that it is not parked any more


async def test_open_cases_without_a_running_journey(temporal: Temporal) -> None:
    """How each has ended; which has none; and neither any more, once it runs again."""
    stopped, lost, runs = await temporal.begin(WAITS), "case-never-begun", await temporal.begin(WAITS)
    handle = temporal.client.get_workflow_handle(workflow_id(stopped))
    await handle.terminate(reason="By mistake")

    cases = Rows({stopped, lost, runs})

    async def is_found() -> bool:
        return (await LostJourneys().look(temporal.client, cases, 0)).keys() == {stopped, lost}

    await until(is_found, "those without a journey to be found")
    journeys = LostJourneys()
    found = await journeys.look(temporal.client, cases, 0)
    ended = found[stopped]
    assert isinstance(ended, Ended)
    assert (ended.how, ended.reason) == ("terminated", "By mistake")
    assert clock.now() - ended.at < timedelta(minutes=5)
    assert found[lost] is None
    journey: str = JOURNEY
    await temporal.client.start_workflow(journey, WAITS, id=workflow_id(stopped), task_queue=temporal.task_queue)

    async def is_forgotten() -> bool:
        return (await journeys.look(temporal.client, cases, 0)).keys() == {lost}

    await until(is_forgotten, "the one that runs again to be forgotten")


async def test_a_journey_that_was_stopped_just_after_its_case_was_opened(temporal: Temporal) -> None:
    """It is found at the next look. That of a case which has only been opened may not have begun yet: nobody misses it.

    Not before the relay has brought the case to Temporal, and then for half a minute.
    """
    runs, stopped = await temporal.begin(WAITS), await temporal.begin(WAITS)
    await temporal.client.get_workflow_handle(workflow_id(stopped)).terminate(reason="By mistake")
    old = clock.now() - timedelta(seconds=31)
    new = [
        NewCase("case-not-brought", 9, old),
        NewCase("case-just-brought", 8, clock.now()),
        NewCase("case-missed", 7, old),
        NewCase(stopped, 6, clock.now()),
        NewCase(runs, 5, old),
    ]
    cases, journeys = Rows(set(), new), LostJourneys()

    async def is_found() -> bool:
        return (await journeys.look(temporal.client, cases, 8)).keys() == {stopped, "case-missed"}

    await until(is_found, "the stopped journey to be found, and no other")
    found = await journeys.look(temporal.client, cases, 8)
    assert found.keys() == {stopped, "case-missed"}
    assert found["case-missed"] is None
    ended = found[stopped]
    assert ended
    assert ended.reason == "By mistake"
