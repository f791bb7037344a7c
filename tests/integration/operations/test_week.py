"""A week of normal life on a simulated clock: what is truly past due is told, when it is, and nothing else ever."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from servers.case_rows import case_event
from servers.services import NOBODY
from servers.week import Happened, Week, at, looks
from services.operations import finding_pages, store
from services.operations.domain.effects import Owed
from services.operations.domain.finding import StuckKind
from services.operations.looking import lost_journeys, parked_journeys
from services.operations.looking.journeys import Journeys, Worker
from services.operations.looking.listed_journeys import Run
from services.operations.looking.look import Looking
from services.operations.looking.parts import Parts, PartsSeen, Process
from services.operations.looking.waiting_journeys import Why
from services.operations.projecting import VERSION, project
from services.operations.service import NAME
from services.operations.store import Progress
from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import Subscription
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.events import CaseEnded, CaseOpened
from sevensteps.identity.actor import Role
from sevensteps.rpc.identity import Identity
from sevensteps.service.opening import open_to_serve
from sevensteps.service.store import Store
from sevensteps.temporal import RUNNING, workflow_id

ROUNDS = 3
"""How many cases of each story: with those that are opened at once, 48."""
BRINGS = timedelta(seconds=4)
"""How long the relay takes to bring an event to its journey."""
ENDS = timedelta(seconds=6)
"""How long after the end of a case Temporal lists its journey no more."""


@dataclass
class Suite:
    """The suite and Temporal at a moment: what the looks ask of them is answered from the week's events."""

    happened: Sequence[Happened]
    now: datetime = field(default_factory=lambda: at(0, 0))

    def __post_init__(self) -> None:
        """The relay brings one event after another: where many happen at once, the last ones wait."""
        self._brought: dict[int, datetime] = {}
        last = datetime.min.replace(tzinfo=UTC)
        for each in self.happened:
            last = self._brought[id(each)] = max(last, each.at) + BRINGS

    def brought_at(self, each: Happened) -> datetime:
        """When the relay has brought an event."""
        return self._brought[id(each)]

    def seconds(self) -> float:
        """The time by the clock that only goes on."""
        return self.now.timestamp()

    def is_restarting(self) -> bool:
        """Whether a service is just started again: at three in the night, for some seconds."""
        return (self.now.hour, self.now.minute, self.now.second) == (3, 0, 0)

    async def parts(self) -> PartsSeen:
        """Everything is well."""
        events = [each for each in self.happened if each.at <= self.now]
        waiting = [number for number, each in enumerate(events) if self.brought_at(each) > self.now]
        position = min(waiting, default=len(events))
        relay = Subscription(name="journeys", position=position, lag=len(events) - position, reader="worker")
        silent = frozenset({Process("planning")} if self.is_restarting() else ())
        return PartsSeen(silent, frozenset(), [relay], {})

    async def worker(self, _: Client, *, is_read: bool) -> Worker:
        """One runs."""
        return Worker(is_read, self.now, "")

    async def why(self, owed: Sequence[Owed]) -> Mapping[str, Why | None]:
        """Temporal knows no reason why a case waits."""
        return {each.case_id: None for each in owed}

    def running(self) -> set[str]:
        """The cases whose journey runs."""
        begun = {each.case_id for each in self.of(CaseOpened) if self.brought_at(each) <= self.now}
        return begun - {each.case_id for each in self.of(CaseEnded) if self.brought_at(each) + ENDS <= self.now}

    def of(self, kind: type[CaseOpened | CaseEnded]) -> Sequence[Happened]:
        """The events of a kind until now."""
        return [each for each in self.happened if each.at <= self.now and isinstance(each.payload, kind)]

    async def how_many(self, _: Client, query: str) -> int:
        """How many journeys run."""
        assert query == RUNNING
        return len(self.running())

    async def runs(self, _: Client, query: str) -> Sequence[Run]:
        """Those that run, or those of some cases; none is parked."""
        if query == parked_journeys.PARKED:
            return []
        asked = [each for each in self.running() if query == RUNNING or f"'{workflow_id(each)}'" in query]
        return [Run(case_id, "run") for case_id in asked]

    async def description(self, _: Client, case_id: str) -> DescribeWorkflowExecutionResponse:
        """How a journey is."""
        if not any(each.case_id == case_id and self.brought_at(each) <= self.now for each in self.of(CaseOpened)):
            raise RPCError("There is none.", RPCStatusCode.NOT_FOUND, b"")
        answer = DescribeWorkflowExecutionResponse()
        runs = case_id in self.running()
        status = WorkflowExecutionStatus.RUNNING if runs else WorkflowExecutionStatus.COMPLETED
        answer.workflow_execution_info.status = int(status)  # type: ignore[assignment]  # the same numbers
        return answer

    def in_its_place(self) -> ExitStack:
        """As long as this lasts, the looks ask this suite, at its time."""

        async def no_reason(_: object) -> str:
            return ""

        async def client(_: object) -> object:
            return SimpleNamespace(get_workflow_handle=lambda _: None)

        stack = ExitStack()
        for patching in (
            patch.object(clock, "now", lambda: self.now),
            patch.object(lost_journeys, "monotonic", self.seconds),
            patch.object(Parts, "look", self.parts),
            patch.object(Journeys, "_worker", self.worker),
            patch.object(Journeys, "why", self.why),
            patch("services.operations.temporal_client.TemporalClient.now", client),
            patch.object(lost_journeys, "how_many", self.how_many),
            patch.object(lost_journeys, "runs", self.runs),
            patch.object(parked_journeys, "runs", self.runs),
            patch.object(lost_journeys, "description", self.description),
            patch.object(lost_journeys, "reason_of_end", no_reason),
        ):
            stack.enter_context(patching)
        return stack


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Store]:
    """Those of operations, without a row."""
    records = await open_to_serve(NAME, Settings(data=tmp_path))
    await records.write(partial(store.begin_anew, new=Progress(VERSION)))
    yield records
    await records.close()


async def take_in(records: Store, happened: Sequence[Happened], position: int) -> None:
    """Take the rows further by what has happened, of which the first event has the position after this one."""
    before = await records.read(store.progress)
    assert before
    events = [case_event(each.case_id, each.payload, each.at) for each in happened]
    for number, event in enumerate(events, start=position + 1):
        event.position = number
    last = position + len(events)
    reached = Progress(VERSION, position=last, head=last, heard_at=clock.as_text(clock.now()))
    await records.write(partial(project, before=before, events=events, reached=reached))


async def told(records: Store) -> set[tuple[str, StuckKind]]:
    """What is told to be stuck."""
    return {(each.about, each.kind) for each in (await records.read(finding_pages.all_findings)).values()}


async def test_a_week_without_a_false_alarm(records: Store, tmp_path: Path) -> None:
    """At each look what is true at that moment is told: late since midnight in the United Kingdom, near, breached."""
    week = Week.of(ROUNDS)
    nobody = dict.fromkeys((*DECIDING_SERVICES, "feed", "temporal"), NOBODY)
    settings = Settings(data=tmp_path, **nobody)  # type: ignore[arg-type]  # each is an address
    looking = Looking(records, settings, Identity.open(settings).own_tokens(NAME, Role.SERVICE), lambda: None)
    suite, position, seen = Suite(week.happened), 0, set[tuple[str, StuckKind]]()
    with suite.in_its_place():
        for moment in looks(week):
            suite.now = moment
            new = [each for each in week.happened[position:] if each.at <= moment]
            if new:
                await take_in(records, new, position)
                position += len(new)
            await looking.look()
            true = {(each.case_id, each.kind) for each in week.truths if each.begins <= moment < each.ends}
            assert await told(records) == true, moment
            seen |= true
    await looking.close()
    assert seen == {(each.case_id, each.kind) for each in week.truths}
    assert position == len(week.happened)
