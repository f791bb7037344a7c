"""Which service a journey waits for: since when, how often it has been asked, and what it answered last."""

from datetime import UTC, datetime

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client
from temporalio.service import RPCError

from sevensteps import clock
from sevensteps.journeys import description
from sevensteps.temporal import ALSO_ASKED, ASKED, TELLS_A_DATE, workflow_id

WHO_IS_ASKED = {
    **ASKED,
    TELLS_A_DATE: "the service of the step",
    **{name: f"{ASKED[name]}, with the plan from {other}" for name, other in ALSO_ASKED.items()},
}
"""Who is asked for each of a journey's requests, in words."""


async def service_wait(client: Client, case_id: str) -> str:
    """The wait in words; empty where Temporal knows of none, or does not say."""
    handle = client.get_workflow_handle(workflow_id(case_id))
    try:
        for pending in (await description(client, case_id)).pending_activities:
            if pending.activity_type.name == TELLS_A_DATE:
                continue  # nothing waits for it
            async for event in handle.fetch_history_events():
                asked = event.activity_task_scheduled_event_attributes
                if asked.activity_id == pending.activity_id:
                    return _in_words(pending, event.event_time.ToDatetime(tzinfo=UTC))
    except RPCError:
        pass
    return ""


def _in_words(pending: PendingActivityInfo, since: datetime) -> str:
    operation = pending.activity_type.name
    tries = "once" if pending.attempt == 1 else f"{pending.attempt} times"
    failure = pending.last_failure
    last = ""
    if failure.message:
        reason = failure.application_failure_info.type
        last = f"; last answer: {failure.message.rstrip('.')}" + (f" ({reason})" if reason else "")
    asked = WHO_IS_ASKED.get(operation, "a service")
    return f"{asked}: {operation}, asked {tries} since {clock.moment_in_words(since)}{last}"
