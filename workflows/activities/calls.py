"""How activities call services: for how long, and what becomes of an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import grpc
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from sevensteps import log
from sevensteps.deadlines import Due
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.faults import fault_of
from sevensteps.steps import DueKind
from sevensteps.temporal import workflow_id

REFUSALS = frozenset({Kind.INVALID, Kind.PRECONDITION, Kind.NOT_FOUND, Kind.OUT_OF_RANGE, Kind.EXHAUSTED})
"""What a service answers however often it is asked; exhausted is a message that is too long."""
HEADROOM = 0.9
"""Share of an activity's time that its calls may take, so that the service's own answer arrives in time."""


def timeout() -> float:
    """How long a call may take, in seconds."""
    limit = activity.info().start_to_close_timeout
    if limit is None:
        raise ValueError("An activity of a journey needs a start-to-close timeout.")
    return limit.total_seconds() * HEADROOM


def due(on: str, kind: DueKind = DueKind.SOFT, law_on: str = "") -> Due:
    """When a step is due, as a service answers it. Raises ValueError for what is no date."""
    for day in (on, law_on or on):  # an invalid date must fail here and not in the journey
        date.fromisoformat(day)
    return Due(on, kind, law_on)


@contextmanager
def translating_errors(*, ignore_not_found: bool = False) -> Iterator[None]:
    """Raise a service's fault as an ApplicationError, not to be retried where asking again is of no use."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        if ignore_not_found and fault.kind is Kind.NOT_FOUND:
            return
        info = activity.info()
        case_id = (info.workflow_id or "").removeprefix(workflow_id(""))
        log.get().warning("request failed", operation=info.activity_type, case_id=case_id, reason=fault.reason)
        raise ApplicationError(
            _message_of(fault),
            type=fault.reason,
            non_retryable=fault.kind in REFUSALS,
            category=ApplicationErrorCategory.BENIGN,  # logged above; Temporal need not log it again
        ) from None


def _message_of(fault: Fault) -> str:
    fields = "; ".join(f"{violation.field}: {violation.detail}" for violation in fault.violations)
    return f"{fault.detail} ({fields})" if fields else fault.detail
