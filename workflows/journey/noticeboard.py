"""Shows in Temporal's own tools where a journey stands: by search attributes, and in a sentence."""

from datetime import UTC, datetime

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from sevensteps.temporal import DUE_AT, STAGE, WAITING_FOR, Standing


def post(standing: Standing) -> None:
    """Show where the journey stands. Only what has changed goes into the history."""
    workflow.set_current_details(standing.sentence)
    due_at = datetime.fromisoformat(standing.due_on).replace(tzinfo=UTC) if standing.due_on else None
    shown = workflow.info().typed_search_attributes
    changed: list[SearchAttributeUpdate[str] | SearchAttributeUpdate[datetime]] = []
    if shown.get(STAGE) != standing.stage:
        changed.append(STAGE.value_set(standing.stage.value))
    if shown.get(WAITING_FOR) != standing.waiting_for:
        changed.append(WAITING_FOR.value_set(standing.waiting_for.value))
    if shown.get(DUE_AT) != due_at:
        changed.append(DUE_AT.value_set(due_at) if due_at else DUE_AT.value_unset())
    if changed:
        workflow.upsert_search_attributes(changed)
