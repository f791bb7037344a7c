"""What is stuck in a running suite is mended by `sevensteps repair`, and proved to be."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from bench.trip import agree_plan, find_money, make_plan, open_case
from e2e.stuck import Scene, rename_in_planning, scene_in
from servers.command_line import run_command
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.planning.v1.planning_pb2_grpc import PlanningServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import PlanApproved
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.journeys import connect, standing
from sevensteps.rpc.client import channel
from sevensteps.temporal import WaitingFor, workflow_id
from workflows.delivery.feed import SUBSCRIPTION

BECAUSE = ("--because", "It is put right.", "--by", "olu")
STOPPED = 4
"""How many journeys are ended by hand."""


async def run(scene: Scene, *arguments: str, code: int = 0) -> str:
    """What a command prints."""
    done = await asyncio.to_thread(run_command, scene.settings.as_environment(), *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


async def answer(scene: Scene, *arguments: str, code: int = 0) -> Mapping[str, object]:
    """The same, as a program reads it."""
    told: Mapping[str, object] = json.loads(await run(scene, *arguments, "--json", code=code))
    return told


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A suite in which nothing is stuck."""
    async with scene_in(tmp_path_factory.mktemp("suite")) as scene:
        yield scene


async def has_journey(client: Client, case_id: str) -> bool:
    """Whether the journey of a case runs: the relay starts it soon after the case is opened."""
    try:
        return (await standing(client, case_id)).waiting_for is WaitingFor.DETERMINATION
    except Fault:
        return False


async def test_journeys_that_were_ended_by_hand(scene: Scene, tmp_path: Path) -> None:
    """One cause with all its cases: said before, one first, then the rest, each seen to stand where it stood."""
    cases = [await open_case(scene.staff) for _ in range(STOPPED)]
    client = await connect(scene.settings)
    for case_id in cases:
        await until(partial(has_journey, client, case_id), f"the journey of {case_id}")
        await client.get_workflow_handle(workflow_id(case_id)).terminate(reason="By mistake")
    causes = {(await scene.looking.found(case_id, pb.STUCK_KIND_JOURNEY_STOPPED)).cause_id for case_id in cases}
    (cause,) = causes
    planned = await answer(scene, "repair", "plan", "rebuild", "--cause", cause, *BECAUSE)
    assert (planned["state"], planned["left"]) == ("planned", STOPPED)
    its_cases = planned["cases"]
    assert isinstance(its_cases, list)
    assert {case["case_id"] for case in its_cases} == {*cases}
    assert all(
        "step 1: finding out how much money. It waits for a practitioner" in case["prediction"] for case in its_cases
    )
    repair = str(planned["repair_id"])
    first = await answer(scene, "repair", "continue", repair, "--cases", "1", "--by", "olu")
    assert (first["state"], first["outcomes"]) == ("waiting", {"moved": 1})
    done = await answer(scene, "repair", "continue", repair, "--by", "olu")
    assert (done["state"], done["outcomes"]) == ("done", {"moved": STOPPED})
    await scene.looking.nothing_left()
    shown = await run(scene, "repair", "show", repair)
    assert shown.count("moved: Step 1: finding out how much money.") == STOPPED
    exported = tmp_path / "audit.jsonl"
    exported.write_text(await run(scene, "audit", "list", "--json"), encoding="utf-8")
    assert "none was changed" in await run(scene, "audit", "verify", str(exported))
    exported.write_text(exported.read_text(encoding="utf-8").replace("olu", "eve", 1), encoding="utf-8")
    assert "The audit was changed" in await run(scene, "audit", "verify", str(exported), code=1)


async def test_a_refusal_that_is_put_right(scene: Scene) -> None:
    """Resumed too early, the case comes back with the same refusal, and nobody calls that a success; then it moves."""
    case_id = await open_case(scene.staff)
    for step in (find_money, make_plan):
        await step(scene.staff, case_id)
    rename_in_planning(scene.settings, case_id, f"{case_id}-lost")
    await agree_plan(scene.impatient, case_id)
    await scene.looking.found(case_id, pb.STUCK_KIND_PARKED)
    early = await answer(scene, "repair", "plan", "resume", "--case", case_id, *BECAUSE)
    came_back = await answer(scene, "repair", "continue", str(early["repair_id"]), "--by", "olu", code=1)
    assert came_back["outcomes"] == {"came-back": 1}
    shown = await run(scene, "repair", "show", str(early["repair_id"]))
    assert "was refused (" in shown
    rename_in_planning(scene.settings, f"{case_id}-lost", case_id)
    again = await answer(scene, "repair", "plan", "resume", "--case", case_id, *BECAUSE)
    moved = await answer(scene, "repair", "continue", str(again["repair_id"]), "--by", "olu")
    assert moved["outcomes"] == {"moved": 1}
    await scene.looking.nothing_left()


async def test_a_case_on_hold_and_off_again(scene: Scene) -> None:
    """What a hold would stop is said before; a hold that is there already leaves the case out."""
    case_id = await open_case(scene.staff)
    held = await answer(scene, "repair", "plan", "hold", "--case", case_id, "--reason", "away", *BECAUSE)
    done = await answer(scene, "repair", "continue", str(held["repair_id"]), "--by", "olu")
    assert done["outcomes"] == {"moved": 1}
    again = await answer(scene, "repair", "plan", "hold", "--case", case_id, "--reason", "away", *BECAUSE)
    assert (again["state"], again["outcomes"]) == ("done", {"left-out": 1})
    off = await answer(scene, "repair", "plan", "release", "--case", case_id, *BECAUSE)
    assert (await answer(scene, "repair", "continue", str(off["repair_id"]), "--by", "olu"))["outcomes"] == {"moved": 1}
    assert await run(scene, "repair", "list")


async def test_whose_case_it_is(scene: Scene) -> None:
    """By hand or by a repair: the list has it until the case goes on, and the case says who did it."""
    case_id = await open_case(scene.staff)
    because = ("--case", case_id, *BECAUSE)
    given = await answer(scene, "repair", "plan", "assign", "--team", "north", *because)
    assert "from no team to the team north" in str(given["cases"])
    done = await answer(scene, "repair", "continue", str(given["repair_id"]), "--by", "olu")
    assert done["outcomes"] == {"moved": 1}
    assert "team south looks after" in await run(scene, "case", "assign", case_id, "--team", "south", *BECAUSE)
    up = await run(scene, "case", "escalate", case_id, "--to", "service_manager", *BECAUSE)
    assert "before the service manager" in up

    async def is_listed() -> bool:
        return case_id in await run(scene, "case", "list", "--team", "south", "--escalated")

    await until(is_listed, "the case to be listed as escalated")
    (line,) = [line for line in (await run(scene, "case", "list")).splitlines() if case_id in line]
    assert line.endswith("before the service manager, team south")
    shown = await run(scene, "case", "show", case_id)
    assert "given to the team south; because: It is put right." in " ".join(shown.split())
    await find_money(scene.staff, case_id)

    async def is_over() -> bool:
        return case_id not in await run(scene, "case", "list", "--escalated")

    await until(is_over, "the escalation to be over")
    assert case_id in await run(scene, "case", "list", "--team", "south")


async def test_two_people_end_a_case(scene: Scene) -> None:
    """One alone cannot; the second one sees what would happen, and the journey is proved to have ended."""
    case_id = await open_case(scene.staff)
    planned = await answer(scene, "repair", "plan", "end", "--ending", "moved", "--case", case_id, *BECAUSE)
    repair = str(planned["repair_id"])
    assert (planned["needs_second_person"], planned["given"]) == (True, "as the person has moved")
    await run(scene, "repair", "continue", repair, "--by", "olu", code=1)
    await run(scene, "repair", "agree", repair, *BECAUSE, code=1)
    assert "waits for a second person to agree, who is not olu" in await run(scene, "repair", "show", repair)
    agreed = ("--because", "I have rung the other council.", "--by", "pat")
    assert "You have agreed" in await run(scene, "repair", "agree", repair, *agreed)
    done = await answer(scene, "repair", "continue", repair, "--by", "olu")
    assert (done["agreed_by"], done["outcomes"]) == ("pat", {"moved": 1})
    told = await standing(await connect(scene.settings), case_id)
    assert told.ending == "moved"
    await scene.looking.nothing_left()


async def test_an_event_that_was_lost(scene: Scene) -> None:
    """The journey is told what it has not heard, and the case goes on; there is nothing to tell it then."""
    case_id = await open_case(scene.staff)
    for step in (find_money, make_plan):
        await step(scene.staff, case_id)
    async with scene.suite.without("worker"):
        await agree_plan(scene.impatient, case_id)
        await scene.staff.wait_for(case_id, PlanApproved.TYPE)
        await pass_over(scene.settings)
    because = ("--case", case_id, *BECAUSE)
    await until(partial(waits_for, scene, case_id, WaitingFor.DECISION), "the journey to answer")
    planned = await answer(scene, "repair", "plan", "replay", *because)
    assert "told 1 event (plan approved)" in str(planned["cases"])
    done = await answer(scene, "repair", "continue", str(planned["repair_id"]), "--by", "olu")
    assert done["outcomes"] == {"moved": 1}
    await until(partial(waits_for, scene, case_id, WaitingFor.MONEY), "the case to go on")
    again = await answer(scene, "repair", "plan", "replay", *because)
    assert (again["state"], again["outcomes"]) == ("done", {"left-out": 1})
    assert "told again what it has not heard" in await run(scene, "case", "show", case_id)
    await scene.looking.nothing_left()


async def test_what_is_done_already_is_given_up(scene: Scene) -> None:
    """What is owed is left out; what was opened already, otherwise than the journey asks, is given up by two people."""
    case_id = await open_case(scene.staff)
    for step in (find_money, make_plan):
        await step(scene.staff, case_id)
    async with scene.suite.without("worker"):
        await agree_plan(scene.impatient, case_id)
        await scene.staff.wait_for(case_id, PlanApproved.TYPE)
        rename_in_planning(scene.settings, case_id, f"{case_id}-lost")
    await scene.looking.found(case_id, pb.STUCK_KIND_PARKED)
    planned = await answer(scene, "repair", "plan", "skip", "--case", case_id, *BECAUSE)
    assert (planned["state"], planned["outcomes"]) == ("done", {"left-out": 1})
    assert "OpenMoney is still owed. The planning service says: There is no record" in str(planned["cases"])

    rename_in_planning(scene.settings, f"{case_id}-lost", case_id)
    await open_money(scene.settings, case_id, "1.00")
    planned = await answer(scene, "repair", "plan", "skip", "--case", case_id, *BECAUSE)
    assert "gives up OpenMoney and goes on. The planning service says: That was opened" in str(planned["cases"])
    repair = str(planned["repair_id"])
    await run(scene, "repair", "agree", repair, "--because", "It was opened by the journey before.", "--by", "pat")
    done = await answer(scene, "repair", "continue", repair, "--by", "olu")
    assert done["outcomes"] == {"moved": 1}
    await until(partial(waits_for, scene, case_id, WaitingFor.MONEY), "the case to go on")
    assert "its journey is to give up OpenMoney" in await run(scene, "case", "show", case_id)
    await run(scene, "journeys", "rebuild", case_id)
    await until(partial(waits_for, scene, case_id, WaitingFor.MONEY), "the rebuilt journey to stand there, too")
    await scene.looking.nothing_left()


async def open_money(settings: Settings, case_id: str, weekly: str) -> None:
    """Another journey of the case has opened the step of its money, otherwise than this one asks."""
    token = Keys.open(settings.data).issue("journey", [Role.JOURNEY], EVERY_COUNCIL, seconds=600)
    async with channel(settings.planning, lambda: token) as calls:
        opening = planning_pb2.OpenMoneyRequest(
            request_id=str(uuid4()),
            case_id=case_id,
            version=1,
            personal_budget_weekly=weekly,
            opened_on=clock.today().isoformat(),
        )
        await PlanningServiceStub(calls).OpenMoney(opening)


async def pass_over(settings: Settings) -> None:
    """The feed is told that every event has reached its journey: as it was before Temporal lost some."""
    token = Keys.open(settings.data).issue("journey", [Role.JOURNEY], EVERY_COUNCIL, seconds=600)
    async with channel(settings.feed, lambda: token) as calls:
        feed = FeedServiceStub(calls)
        subscription = await feed.GetSubscription(feed_pb2.GetSubscriptionRequest(name=SUBSCRIPTION))
        head = feed_pb2.AcknowledgeEventsRequest(name=SUBSCRIPTION, position=subscription.head)
        await feed.AcknowledgeEvents(head)


async def waits_for(scene: Scene, case_id: str, waiting_for: WaitingFor) -> bool:
    """Whether the journey of a case waits for this."""
    try:
        return (await standing(await connect(scene.settings), case_id)).waiting_for is waiting_for
    except Fault:
        return False
