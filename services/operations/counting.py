"""Counting what is stuck, and how old what is known is, for whoever watches the suite."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.operations import store
from services.operations.domain.finding import NOT_STUCK, StuckKind
from services.operations.projecting import VERSION
from services.operations.store import View
from services.operations.tables import findings
from sevensteps import clock
from sevensteps.service.store import Store
from sevensteps.telemetry import series

_IS_PART = findings.c.case_id == sa.literal_column("''")  # PostgreSQL does not know two parameters to be the same
_PER_KIND = (
    sa.select(findings.c.kind, findings.c.council, _IS_PART, sa.func.count())
    .where(findings.c.kind.not_in(NOT_STUCK))
    .group_by(findings.c.kind, findings.c.council, _IS_PART)
)


class Counting:
    """Sets the gauges of operations."""

    def __init__(self, records: Store) -> None:
        """Where nothing was looked at or heard yet, that is so since now."""
        self._records = records
        self._began = clock.now().timestamp()

    async def count(self) -> None:
        """Count once. Raises a Fault as the store does."""
        per_kind, view = await self._records.read(_read)
        series.CASES_STUCK.clear()
        for each in StuckKind:
            series.PARTS_STUCK.labels(each.value).set(0)
        for kind, council, is_part, count in per_kind:
            gauge = series.PARTS_STUCK.labels(kind) if is_part else series.CASES_STUCK.labels(council, kind)
            gauge.set(count)
        series.LAST_LOOK.set(view.look.looked / 1000 or self._began)
        progress = view.progress
        heard = datetime.fromisoformat(progress.heard_at).timestamp() if progress.heard_at else self._began
        series.ROWS_HEARD.set(heard)
        series.ROWS_BEHIND.set(progress.head - progress.position)
        series.ROWS_REBUILDING.set(progress.until > 0)


def _read(connection: sa.Connection) -> tuple[Sequence[sa.Row[str, str, bool, int]], View]:
    return connection.execute(_PER_KIND).all(), store.view(connection, VERSION)
