"""What is stuck, as a pass over the cases would find it, put into the records of operations."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from services.operations.alerts import telling
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.whom import Whom
from services.operations.finding_pages import all_findings, replace_findings
from services.operations.rows import milliseconds
from sevensteps.service.store import Store

BEGAN = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)


def parked(case_id: str, reason: str = "PACK_REFUSED", operation: str = "OpenPlan") -> Finding:
    """A case whose journey is parked."""
    kind = StuckKind.PARKED
    detail = {"operation": operation, "reason": reason, "detail": "Not now."}
    cause = f"{kind}/{operation}/{reason}"
    return Finding(case_id, kind, cause, Whom.SYSTEM, BEGAN, case_id=case_id, council="example", detail=detail)


def missing(case_id: str) -> Finding:
    """A case whose journey is not there."""
    kind = StuckKind.JOURNEY_MISSING
    return Finding(case_id, kind, kind, Whom.SYSTEM, BEGAN, case_id=case_id, council="example")


def no_worker() -> Finding:
    """A part of the suite that holds up every case."""
    kind = StuckKind.WORKER_MISSING
    return Finding("worker", kind, kind, Whom.SYSTEM, BEGAN, detail={"since": "", "command": "`sevensteps worker`"})


async def find(records: Store, now: datetime, *found: Finding) -> None:
    """A pass over the cases that finds this: in one transaction all that it finds is stored, and told."""

    def unit(connection: sa.Connection) -> None:
        before = all_findings(connection)
        after = {(each.about, each.kind.value): each for each in found}
        gone = [each for key, each in before.items() if after.get(key) != each]
        new = [each for key, each in after.items() if before.get(key) != each]
        replace_findings(connection, gone, new, [], milliseconds(now))
        telling.tell(connection, now)

    await records.write(unit)


def cases(count: int) -> Sequence[str]:
    """The ids of so many cases."""
    return [f"case-{number:05}" for number in range(count)]
