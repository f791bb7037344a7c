"""Telling the readers of the feed what is newly stuck, once, and that it is mended."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from services.operations.alerts import told
from services.operations.domain.finding import Finding
from services.operations.rows import moment_of
from sevensteps import clock
from sevensteps.events import CaseStuck, CaseUnstuck, Payload
from sevensteps.service import outbox

SELF = "operations"
"""Who tells it: nobody has done anything to the case."""
AT_ONCE = 500
"""Most that one transaction tells as stuck, and as mended: the next one tells more."""
MENDED_FOR = timedelta(minutes=10)
"""How long something must be mended before the feed is told so: what comes back within is not told again."""


def tell(connection: sa.Connection, now: datetime) -> None:
    """Put into the outbox what is newly stuck of cases, and what is mended, as the findings stored now have it.

    At most AT_ONCE of each, the oldest first. What concerns no case has no event.
    """
    told.note_gone(connection, now)
    for finding, gone in told.take_mended(connection, now, MENDED_FOR, AT_ONCE):
        since, mended = clock.as_text(finding.since), clock.as_text(moment_of(gone))
        _put(connection, finding, CaseUnstuck(finding.kind.value, finding.cause, since, mended), now)
    for finding in told.take_stuck(connection, AT_ONCE):
        since = clock.as_text(finding.since)
        _put(connection, finding, CaseStuck(finding.kind.value, finding.cause, finding.whom.value, since), now)


def _put(connection: sa.Connection, finding: Finding, payload: Payload, now: datetime) -> None:
    outbox.add(
        connection,
        type_=payload.TYPE,
        case_id=finding.case_id,
        council=finding.council,
        occurred_at=clock.as_text(now),
        actor=SELF,
        payload=payload.as_json(),
    )
