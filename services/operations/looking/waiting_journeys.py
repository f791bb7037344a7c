"""Asking Temporal why a journey does not go on: what it asks for again and again, or how its code fails."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from services.operations.domain.effects import Owed
from services.operations.domain.journeys import Failing, Retrying
from sevensteps.journeys import description
from sevensteps.temporal import ASKED, workflow_id

MOST = 500
"""How many journeys are asked about in one look."""
AT_ONCE = 20
MORE_THAN = 2
"""An attempt may fail, and the next one too: a service may just have been started again."""
ANSWER = timedelta(seconds=5)
LAST_EVENTS = 10
DIFFERS = "its code does not fit what it has recorded"
Why = Retrying | Failing


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a case waits, after which event; None where Temporal knows no reason."""

    heard: int
    why: Why | None


class WaitingJourneys:
    """Remembers why cases wait: where there are many, each look asks of others."""

    def __init__(self) -> None:
        """Nobody has been asked."""
        self._answers: dict[str, Answer] = {}

    async def why(self, client: Client, waiting: Sequence[Owed]) -> Mapping[str, Why | None]:
        """Why each of these cases waits, by case; None where Temporal knows no reason.

        One that nobody could be asked of yet is left out. Raises RPCError where Temporal does not answer.
        """
        heard = {owed.case_id: owed.heard for owed in waiting}
        self._answers = {
            case_id: answer for case_id, answer in self._answers.items() if heard.get(case_id) == answer.heard
        }
        places = {case_id: place for place, case_id in enumerate(self._answers, start=1)}
        asked = sorted(waiting, key=lambda owed: places.get(owed.case_id, 0))[:MOST]
        room = asyncio.Semaphore(AT_ONCE)

        async def ask(owed: Owed) -> Why | None:
            async with room:
                return await _why(client, owed)

        for owed, why in zip(asked, await asyncio.gather(*map(ask, asked)), strict=True):
            self._answers.pop(owed.case_id, None)  # those asked last are asked again last
            self._answers[owed.case_id] = Answer(owed.heard, why)
        return {case_id: answer.why for case_id, answer in self._answers.items()}


async def _why(client: Client, owed: Owed) -> Why | None:
    try:
        journey = await description(client, owed.case_id)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    if journey.pending_workflow_task.attempt > MORE_THAN:
        reason = await _how_it_failed(client, owed.case_id)
        return Failing(journey.pending_workflow_task.attempt, reason)
    pending = max(journey.pending_activities, key=lambda each: each.attempt, default=None)
    return _retrying(pending, owed) if pending and pending.attempt > MORE_THAN else None


def _retrying(pending: PendingActivityInfo, owed: Owed) -> Retrying:
    operation = pending.activity_type.name
    failure = pending.last_failure
    reason = failure.application_failure_info.type or failure.WhichOneof("failure_info") or "NO_ANSWER"
    return Retrying(operation, ASKED.get(operation, owed.sender), pending.attempt, reason)


async def _how_it_failed(client: Client, case_id: str) -> str:
    """How the last task of a journey failed, in words, or as Temporal calls it."""
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=workflow_id(case_id)),
        maximum_page_size=LAST_EVENTS,
    )
    answer = await client.workflow_service.get_workflow_execution_history_reverse(request, retry=True, timeout=ANSWER)
    for event in answer.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            cause = event.workflow_task_failed_event_attributes.cause
            if cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR:
                return DIFFERS
            return WorkflowTaskFailedCause.Name(cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
    return "no answer in time"
