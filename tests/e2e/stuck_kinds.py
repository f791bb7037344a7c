"""Every kind of stuck, made to happen in a running suite, on either database. What is made is mended at the end.

What no running suite does by itself is done by a service that runs in the test's own process for a while, at the same
address and with the same records: one whose two evaluators differ, or whose calendar is wrong.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from time import monotonic
from unittest.mock import patch
from uuid import uuid4

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client

from bench.trip import agree_plan, find_money, make_plan, open_case, organise_money, organise_support
from e2e.stuck import Scene, is_given_up
from servers.services import Running, refusal_of, run_service
from servers.waiting import until
from services.feed import turns
from services.planning import handlers as of_planning
from services.review import handlers as of_review
from sevensteps import clock
from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.errors import Fault, Kind
from sevensteps.journeys import connect
from sevensteps.policy.evaluation.plain import PlainEvaluator
from sevensteps.service.opening import open_store
from sevensteps.service.work import Work
from sevensteps.temporal import JOURNEY, workflow_id
from workflows.delivery.turn import ASK_SECONDS

ENDED_BY = "It was ended for a test."
LONG_AGO = timedelta(days=90)
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Made:
    """What was made to be stuck: of a case, or of a part of the suite; what is said of it, and when it was made."""

    kind: pb.StuckKind.ValueType
    case_id: str
    says: str
    at: float


Making = Callable[[Scene], AbstractAsyncContextManager[Made]]


def made(kind: pb.StuckKind.ValueType, says: str, case_id: str = "") -> Made:
    """It is so from now on."""
    return Made(kind, case_id, says, monotonic())


@asynccontextmanager
async def here(scene: Scene, name: str) -> AsyncIterator[Running]:
    """A service of the suite runs in this process for a while."""
    at = scene.settings.address(name)
    stack = AsyncExitStack()
    stack.enter_context(capture_logs())  # to write a long trace for each refusal takes longer than the refusal
    async with stack, scene.suite.without(name), run_service(name, scene.settings, address=at) as running:
        await answers(scene, name)
        yield running
    await answers(scene, name)


async def answers(scene: Scene, name: str) -> None:
    """Wait until a service answers those who called it before."""
    services, nobody = scene.staff.services, "case-of-nobody"
    asking: Mapping[str, Callable[[], Awaitable[object]]] = {
        "assessment": lambda: services.assessment.GetCase(assessment_pb2.GetCaseRequest(case_id=nobody)),
        "planning": lambda: services.planning.GetPlanning(planning_pb2.GetPlanningRequest(case_id=nobody)),
        "approval": lambda: services.approval.GetApproval(approval_pb2.GetApprovalRequest(case_id=nobody)),
        "review": lambda: services.review.GetLife(review_pb2.GetLifeRequest(case_id=nobody)),
    }

    async def has_answered() -> bool:
        return (await refusal_of(asking[name]())).kind is Kind.NOT_FOUND

    await until(has_answered, f"{name} to answer")


async def change(scene: Scene, service: str, statement: str, **values: object) -> None:
    """Change the records of a service behind its back."""
    records = open_store(scene.settings.database, scene.settings.data, service)
    try:
        changed = await records.write(lambda connection: connection.execute(sa.text(statement), values).rowcount)
        assert changed, statement
    finally:
        await records.close()


async def client_of(scene: Scene, case_id: str) -> Client:
    """Temporal, once it has the journey of a case."""
    client = await connect(scene.settings)

    async def has_begun() -> bool:
        return not await is_given_up(client, case_id)

    await until(has_begun, f"the journey of {case_id}")
    return client


async def rebuilt(scene: Scene, case_id: str) -> None:
    """Its journey starts again from the feed."""
    client = await connect(scene.settings)
    if not await is_given_up(client, case_id):
        await client.get_workflow_handle(workflow_id(case_id)).terminate(reason=ENDED_BY)
    await scene.command("journeys", "rebuild", case_id)


@asynccontextmanager
async def journey_stopped(scene: Scene) -> AsyncIterator[Made]:
    """Somebody terminates a journey, of a case that was opened just before."""
    case_id = await open_case(scene.staff)
    client = await client_of(scene, case_id)
    await client.get_workflow_handle(workflow_id(case_id)).terminate(reason="By mistake")
    yield made(pb.STUCK_KIND_JOURNEY_STOPPED, "(By mistake)", case_id)
    await rebuilt(scene, case_id)


@asynccontextmanager
async def journey_missing(scene: Scene) -> AsyncIterator[Made]:
    """Temporal knows nothing of a journey any more."""
    case_id = await open_case(scene.staff)
    client = await client_of(scene, case_id)
    execution = WorkflowExecution(workflow_id=workflow_id(case_id))
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    )
    yield made(pb.STUCK_KIND_JOURNEY_MISSING, "Temporal has no journey of this case", case_id)
    await rebuilt(scene, case_id)


@asynccontextmanager
async def another_journey(scene: Scene, task_queue: str) -> AsyncIterator[str]:
    """A case in step 1 in place of whose journey there is one that cannot go on. Its step ends then."""
    case_id = await open_case(scene.staff)
    client = await client_of(scene, case_id)
    await client.get_workflow_handle(workflow_id(case_id)).terminate(reason=ENDED_BY)
    journey: str = JOURNEY
    await client.start_workflow(journey, "not a state", id=workflow_id(case_id), task_queue=task_queue)
    await find_money(scene.impatient, case_id)
    yield case_id
    await rebuilt(scene, case_id)


@asynccontextmanager
async def effect_missing(scene: Scene) -> AsyncIterator[Made]:
    """A journey runs where no worker takes it up, so the next step does not follow, and nobody says why."""
    async with another_journey(scene, f"nobody-{uuid4()}") as case_id:
        yield made(pb.STUCK_KIND_EFFECT_MISSING, "Step 2 (making your plan) should have followed", case_id)


@asynccontextmanager
async def workflow_task_failing(scene: Scene) -> AsyncIterator[Made]:
    """A journey has a state that its code cannot read."""
    async with another_journey(scene, scene.settings.task_queue) as case_id:
        yield made(pb.STUCK_KIND_WORKFLOW_TASK_FAILING, "The journey's own code has failed", case_id)


@asynccontextmanager
async def parked(scene: Scene) -> AsyncIterator[Made]:
    """By its records the plan is still being made: planning refuses for good what the journey asks."""
    case_id = await open_case(scene.staff)
    for step in (find_money, make_plan):
        await step(scene.staff, case_id)
    statement = "UPDATE plannings SET stage_open = :is_open WHERE case_id = :case_id"
    await change(scene, "planning", statement, is_open=True, case_id=case_id)
    await agree_plan(scene.impatient, case_id)
    yield made(pb.STUCK_KIND_PARKED, "OpenMoney was refused (STAGE_ORDER)", case_id)
    await change(scene, "planning", statement, is_open=False, case_id=case_id)
    await scene.command("case", "resume", case_id, "--because", "The plan is made.", "--by", "olu")


@asynccontextmanager
async def engines_disagree(scene: Scene) -> AsyncIterator[Made]:
    """One of the two evaluators of approval finds no rule to hold."""
    case_id = await open_case(scene.staff)
    await find_money(scene.staff, case_id)
    async with here(scene, "approval"):
        with patch.object(PlainEvaluator, "truths", lambda *_: {}):
            await make_plan(scene.impatient, case_id)
            yield made(pb.STUCK_KIND_ENGINES_DISAGREE, "The two engines that check each rule do not agree", case_id)


@asynccontextmanager
async def activity_retrying(scene: Scene) -> AsyncIterator[Made]:
    """Review answers, and cannot open anything: its records are said to be away."""
    case_id = await open_case(scene.staff)
    for step in (find_money, make_plan, agree_plan, organise_money):
        await step(scene.staff, case_id)

    def away(*_: object, **__: object) -> None:
        raise Fault(Kind.UNAVAILABLE, "STORE_UNAVAILABLE", "The records are away.")

    async with here(scene, "review"):
        with patch.object(of_review, "open_life", away):
            await organise_support(scene.impatient, case_id)
            yield made(pb.STUCK_KIND_ACTIVITY_RETRYING, "The review service has been asked", case_id)


@asynccontextmanager
async def person_past_due(scene: Scene) -> AsyncIterator[Made]:
    """Assessment opens a case by a calendar of long ago: the date of its first step has passed."""
    then = clock.today() - LONG_AGO
    async with here(scene, "assessment"):
        with patch.object(Work, "today", property(lambda _: then)):
            case_id = await open_case(scene.staff)
    yield made(pb.STUCK_KIND_PERSON_PAST_DUE, "The case waits for a practitioner to confirm", case_id)
    await find_money(scene.staff, case_id)


@asynccontextmanager
async def provider_past_due(scene: Scene) -> AsyncIterator[Made]:
    """Planning dates the support by a calendar of long ago: the provider is late."""
    case_id = await open_case(scene.staff)
    for step in (find_money, make_plan, agree_plan):
        await step(scene.staff, case_id)
    dated = of_planning._dated  # noqa: SLF001 - no public way to a wrong calendar

    def long_ago(work: Work, planning: object, opened_on: date) -> tuple[date, object]:
        return dated(work, planning, opened_on - LONG_AGO)  # type: ignore[arg-type]  # handed on as it comes

    async with here(scene, "planning"):
        with patch.object(of_planning, "_dated", long_ago):
            await organise_money(scene.staff, case_id)
    yield made(pb.STUCK_KIND_OUTSIDE_PARTY_PAST_DUE, "The provider is late", case_id)
    await organise_support(scene.staff, case_id)


@asynccontextmanager
async def reader_late(scene: Scene) -> AsyncIterator[Made]:
    """Another system has read the feed two days ago, and events wait for it."""
    feed = scene.staff.services.feed
    await feed.AcknowledgeEvents(feed_pb2.AcknowledgeEventsRequest(name="ledger", position=1))
    seen = clock.as_text(clock.now() - timedelta(days=2))
    statement = "UPDATE subscriptions SET last_seen = :seen WHERE name = 'ledger'"
    await change(scene, "feed", statement, seen=seen)
    yield made(pb.STUCK_KIND_OUTSIDE_PARTY_PAST_DUE, "(ledger)")
    await feed.AcknowledgeEvents(feed_pb2.AcknowledgeEventsRequest(name="ledger", position=2))


@asynccontextmanager
async def complaint(scene: Scene, received_on: date) -> AsyncIterator[str]:
    """Somebody complains: the law wants a first reply within days. In the end they withdraw it."""
    case_id = await open_case(scene.staff)
    assessment = scene.staff.services.assessment
    opened = await assessment.GetCase(assessment_pb2.GetCaseRequest(case_id=case_id))
    request = assessment_pb2.RecordComplaintRequest(
        request_id=str(uuid4()),
        case_id=case_id,
        etag=opened.case.etag,
        received_on=received_on.isoformat(),
        how=assessment_pb2.MADE_HOW_WRITTEN,
        made_by=assessment_pb2.MADE_BY_PERSON,
        about="It takes too long.",
        happened_on=received_on.isoformat(),
    )
    recorded = await assessment.RecordComplaint(request)
    yield case_id
    withdrawal = assessment_pb2.WithdrawComplaintRequest(
        request_id=str(uuid4()),
        case_id=case_id,
        etag=recorded.case.etag,
        complaint_id=recorded.complaint.complaint_id,
        because="It is settled.",
    )
    await assessment.WithdrawComplaint(withdrawal)


@asynccontextmanager
async def clock_breached(scene: Scene) -> AsyncIterator[Made]:
    """A complaint came a fortnight ago, and nobody has replied."""
    async with complaint(scene, clock.today() - timedelta(days=14)) as case_id:
        says = "The law's last day has passed: the first reply to a complaint"
        yield made(pb.STUCK_KIND_CLOCK_BREACHED, says, case_id)


@asynccontextmanager
async def clock_near(scene: Scene) -> AsyncIterator[Made]:
    """A complaint came today: a reply is due within days."""
    async with complaint(scene, clock.today()) as case_id:
        yield made(pb.STUCK_KIND_CLOCK_NEAR, "The law's last day is near: the first reply to a complaint", case_id)


@asynccontextmanager
async def pack_refused(scene: Scene) -> AsyncIterator[Made]:
    """Somebody has saved half a pack into the folder."""
    file = scene.settings.policies / "example-council" / "pack.yaml"
    whole = file.read_text(encoding="utf-8")
    file.write_text(f"{whole}\nhalf: [", encoding="utf-8")
    yield made(pb.STUCK_KIND_PACK_REFUSED, "The policy pack example-council is refused in the")
    file.write_text(whole, encoding="utf-8")


@asynccontextmanager
async def outbox_stuck(scene: Scene) -> AsyncIterator[Made]:
    """A service has recorded an event that the feed refuses for good."""
    put = (
        "INSERT INTO outbox (event_id, type, case_id, council, occurred_at, actor, payload)"
        " VALUES (:id, '', 'case-unsent', 'example-council', :at, 'amy', '{}')"
    )
    event_id = str(uuid4())
    await change(scene, "review", put, id=event_id, at=clock.as_text(clock.now()))
    yield made(pb.STUCK_KIND_EVENTS_NOT_MOVING, "The review service cannot send its events to the feed")
    await change(scene, "review", "DELETE FROM outbox WHERE event_id = :id", id=event_id)


@asynccontextmanager
async def relay_stuck(scene: Scene) -> AsyncIterator[Made]:
    """Another worker has the turn to bring events to the journeys, and hangs. A case is opened meanwhile."""
    records = open_store(scene.settings.database, scene.settings.data, "feed")

    async def hang() -> None:
        while True:
            await records.write(partial(turns.take, name="journeys", reader="hangs"))
            await asyncio.sleep(1)

    await change(scene, "feed", "UPDATE turns SET reader = 'hangs' WHERE name = 'journeys'")
    hanging = asyncio.create_task(hang())
    try:
        await asyncio.sleep(3 * ASK_SECONDS)  # until the other has heard that it is not its turn
        await open_case(scene.staff)
        yield made(pb.STUCK_KIND_EVENTS_NOT_MOVING, "No event has reached a journey for a while")
    finally:
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        await records.close()


@asynccontextmanager
async def worker_missing(scene: Scene) -> AsyncIterator[Made]:
    """No worker runs."""
    async with scene.suite.without("worker"):
        yield made(pb.STUCK_KIND_WORKER_MISSING, "No worker runs journeys")


@asynccontextmanager
async def part_not_answering(scene: Scene) -> AsyncIterator[Made]:
    """A service has stopped."""
    async with scene.suite.without("planning"):
        yield made(pb.STUCK_KIND_PART_NOT_ANSWERING, "The planning service does not answer")


AT_ONCE: Mapping[str, Making] = {
    making.__name__: making
    for making in (
        *(person_past_due, provider_past_due, parked, journey_missing, effect_missing, workflow_task_failing),
        *(clock_breached, clock_near, reader_late, journey_stopped, activity_retrying, engines_disagree),
        *(outbox_stuck, pack_refused),
    )
}
"""What can be so side by side: each holds up its own case, or none."""
ALONE: Mapping[str, Making] = {making.__name__: making for making in (relay_stuck, worker_missing, part_not_answering)}
"""What holds up every case, so that nothing else would be told of one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is stuck now, as operations say: of each case, and of parts of the suite."""

    of_cases: Mapping[tuple[str, pb.StuckKind.ValueType], str]
    of_parts: Mapping[str, pb.StuckKind.ValueType]

    def has(self, what: Made) -> bool:
        """Whether this is told, in these words."""
        if what.case_id:
            return what.says in self.of_cases.get((what.case_id, what.kind), "")
        return any(what.says in sentence and kind == what.kind for sentence, kind in self.of_parts.items())

    def beside(self, expected: Collection[Made]) -> Sequence[str]:
        """What is told of other cases and parts, in words: a false alarm.

        A date of law may be near of any case whose step 1 has ended, and what is wrong with a part may hold up a case.
        A service that runs `here` for a while is silent between.
        """
        cases = {what.case_id for what in expected if what.case_id}
        of_parts = [what.says for what in expected if not what.case_id]
        of_cases = [
            f"{case_id}: {sentence}"
            for (case_id, kind), sentence in self.of_cases.items()
            if case_id not in cases and kind != pb.STUCK_KIND_CLOCK_NEAR
        ]
        of_others = [
            sentence
            for sentence, kind in self.of_parts.items()
            if not (cases and kind == pb.STUCK_KIND_PART_NOT_ANSWERING and " service does not " in sentence)
        ]
        told = [*of_cases, *of_others]
        return [sentence for sentence in told if not any(says in sentence for says in of_parts)]


async def told(scene: Scene) -> Told:
    """Everything that operations say is stuck."""
    operations = scene.looking.operations
    of_cases: dict[tuple[str, pb.StuckKind.ValueType], str] = {}
    request = pb.ListStuckRequest(page_size=1000)
    while True:
        page = await operations.ListStuck(request)
        of_cases |= {(each.case_id, each.kind): each.what for each in page.stuck}
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    causes = (await operations.ListCauses(pb.ListCausesRequest())).causes
    return Told(of_cases, {cause.what: cause.kind for cause in causes if not cause.example})


async def seconds_until_found(
    scene: Scene, expected: Mapping[str, Made], patience: float
) -> tuple[Mapping[str, float], Collection[str]]:
    """After how many seconds each was found, by its name; and what else was told meanwhile, which is none of it.

    Fails where one is not found in time.
    """
    found: dict[str, float] = {}
    others: set[str] = set()

    async def are_found() -> bool:
        now = await told(scene)
        others.update(now.beside(expected.values()))
        new = [name for name, what in expected.items() if name not in found and now.has(what)]
        found.update({name: monotonic() - expected[name].at for name in new})
        await asyncio.sleep(LOOK_SECONDS)
        return len(found) == len(expected)

    try:
        await until(are_found, "all of it to be found", patience)
    except pytest.fail.Exception as error:
        missing = sorted(expected.keys() - found.keys())
        raise AssertionError(f"not found: {missing}. Told: {await told(scene)}") from error
    return found, others
