"""Shows in Temporal's own tools where a journey stands: by search attributes, and in a sentence."""

from datetime import UTC, datetime

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from sevensteps.temporal import DUE_AT, DUE_KIND, STAGE, WAITING_FOR, Standing


def post(standing: Standing, *, with_due_kind: bool) -> None:
    """Show where the journey stands. Only what has changed goes into the history.

    `with_due_kind` shows also whether practice or the law sets the due date. Runs of before that do not.
    """
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
    if with_due_kind and shown.get(DUE_KIND) != standing.due_kind:
        changed.append(DUE_KIND.value_set(standing.due_kind.value) if standing.due_kind else DUE_KIND.value_unset())
    if changed:
        workflow.upsert_search_attributes(changed)
