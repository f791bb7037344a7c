"""What operators of other systems complain of. Each complaint is a test; those that stand elsewhere are named here."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from fakes.search_attributes import register
from fakes.stuck_journeys import RETRIES, stuck_worker
from servers.feed import Feed
from servers.operations import Operations, run_operations, told
from servers.services import NOBODY
from servers.waiting import until
from services.operations import projecting
from services.operations.domain.effects import Owed
from services.operations.domain.journeys import Retrying
from services.operations.looking import look as looking
from services.operations.looking.waiting_journeys import WaitingJourneys
from services.operations.tables import projection
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.events import CaseOpened
from sevensteps.temporal import JOURNEY, workflow_id

TESTS = Path(__file__).parents[2]
ELSEWHERE = {
    "A retry reports success although nothing was looked at again": (
        "integration/operations/test_repair.py::test_a_repair_that_does_not_help_says_so",
        "integration/console/test_repairs.py::test_what_did_not_help_is_never_called_a_success",
    ),
    "A bulk act takes only the visible rows, or rows that were not chosen": (
        "integration/operations/test_repair.py::test_cases_are_settled_when_it_is_planned",
        "integration/console/test_repairs.py::test_a_repair_of_a_list_takes_all_of_it_and_not_only_the_visible_rows",
        "integration/console/test_repairs.py::test_a_case_that_is_stuck_later_is_not_taken",
        "integration/console/test_cases.py::test_the_file_has_every_case_and_not_only_those_of_one_page",
    ),
    "The reason of a refusal is dropped": (
        "integration/operations/test_repair.py::test_the_reason_of_a_refusal_is_shown",
        "integration/console/test_repairs.py::test_the_reason_of_a_refusal_is_told_case_by_case",
        "e2e/test_stuck.py::test_a_journey_that_is_parked",
    ),
    "Cases wait for an activity that retries for ever, and no list has them": (
        "e2e/test_stuck.py::test_a_service_that_answers_and_cannot_do_its_work",
    ),
    "An alert fires for what is already mended": (
        "integration/operations/test_alerting.py::test_what_is_mended_meanwhile_is_not_told_as_stuck",
    ),
    "What the case waits for is not shown": (
        "integration/operations/test_following.py::test_a_row_tells_where_a_case_stands",
        "integration/console/test_pages.py::test_the_page_of_a_case_says_who_can_act",
    ),
    "A filter cannot be shared by its address, knows no OR and no date comparison": (
        "integration/console/test_cases.py::test_the_address_says_which_cases",
    ),
    "The child's trouble does not show on the case": (
        "integration/console/test_parts_down.py::test_what_is_stuck_is_told_by_its_cause_and_then_case_by_case",
    ),
    "SQL by hand to remove what the screen cannot": (
        "integration/operations/test_looking.py::test_dates_are_found_and_forgotten",
        "integration/operations/test_acts_of_repairs.py::test_cases_are_ended",
        "e2e/test_stuck_kinds.py::test_every_kind_at_once",
    ),
}


@pytest.mark.parametrize("complaint", ELSEWHERE)
def test_a_complaint_has_its_test(complaint: str) -> None:
    """It is there, by this name."""
    for place in ELSEWHERE[complaint]:
        file, _, name = place.partition("::")
        module = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        names = {node.name for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names, place


async def stuck(operations: Operations) -> Sequence[tuple[str, pb.StuckKind.ValueType, int]]:
    """Which cases are stuck, how, and when that was found."""
    answer = await operations.staff.ListStuck(pb.ListStuckRequest())
    return [(each.case_id, each.kind, each.found_at.ToMilliseconds()) for each in answer.stuck]


async def test_what_is_stuck_is_in_the_list_after_an_upgrade(
    settings: Settings, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that makes the rows anew forgets nothing: the case is listed, and was found when it was found."""
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.2)
    nobody = dict.fromkeys((*DECIDING_SERVICES, "temporal"), NOBODY)
    alone = replace(settings, feed=feed.running.address, **nobody)  # type: ignore[arg-type]  # each is an address
    late = CaseOpened("adult", (clock.today() - timedelta(days=1)).isoformat())

    def is_late(found: Sequence[tuple[str, pb.StuckKind.ValueType, int]]) -> Sequence[int]:
        return [at for case_id, kind, at in found if (case_id, kind) == ("case-1", pb.STUCK_KIND_PERSON_PAST_DUE)]

    async with run_operations(alone) as operations:
        head = await feed.append([told("case-1", late)])

        async def is_found() -> bool:
            return bool(is_late(await stuck(operations)))

        await until(is_found, "the late case to be found")
        before = is_late(await stuck(operations))
        older = projection.update().values(version=projecting.VERSION - 1)
        await operations.running.store.write(lambda connection: connection.execute(older))
    async with run_operations(alone) as operations:
        await operations.come_to(head)
        assert is_late(await stuck(operations)) == before
        first = (await operations.view()).looked_at.ToMilliseconds()

        async def has_looked() -> bool:
            return (await operations.view()).looked_at.ToMilliseconds() > first

        await until(has_looked, "another look")
        assert is_late(await stuck(operations)) == before


async def test_no_reason_from_before_a_redeploy_is_shown_after_it(temporal_server: str) -> None:
    """The service fails in another way since then: the next look tells that, though the case has not moved."""
    client, case_id = await Client.connect(temporal_server), f"case-{uuid4().hex[:12]}"
    await register(client)
    waiting = WaitingJourneys()
    asked = [Owed(case_id, "example", "plan_made", "Step 2", clock.now(), "assessment", 3)]

    async def reason() -> str:
        why = (await waiting.why(client, asked))[case_id]
        return why.reason if isinstance(why, Retrying) else ""

    async def comes_to(expected: str) -> None:
        async def has_come() -> bool:
            return await reason() == expected

        await until(has_come, f"the reason {expected}")

    journey: str = JOURNEY
    async with stuck_worker(client, "STORE_UNAVAILABLE") as task_queue:
        handle = await client.start_workflow(journey, RETRIES, id=workflow_id(case_id), task_queue=task_queue)
        await comes_to("STORE_UNAVAILABLE")
    async with stuck_worker(client, "PACK_REFUSED", task_queue):
        await comes_to("PACK_REFUSED")
        await handle.terminate()
