"""Operations whose rows and findings the test puts in: they follow no feed, and look at nothing else."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from servers.services import FREE_PORT, Running, councils_of
from services.operations import store
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.whom import Whom
from services.operations.finding_pages import replace_findings
from services.operations.projecting import VERSION, project
from services.operations.rows import milliseconds
from services.operations.service import NAME, OperationsService
from services.operations.store import Look, Progress
from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.events import Payload
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.encryption import Encryption
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.room import Limits
from sevensteps.rpc.server import Server
from sevensteps.service.opening import open_store

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub


class StillOperations(OperationsService):
    """Operations as they are, but for what they do by themselves."""

    def begin(self, background: Background) -> None:
        """Nothing runs beside the calls."""


def days_from_now(days: int) -> str:
    """A day as YYYY-MM-DD."""
    return (clock.today() + timedelta(days=days)).isoformat()


def found(
    case_id: str,
    kind: StuckKind,
    *,
    cause: str = "",
    council: str = "example",
    since: datetime | None = None,
    **detail: str,
) -> Finding:
    """Something that is stuck of a case, or of a part of the suite where the case is empty."""
    return Finding(
        case_id or cause,
        kind,
        cause or kind.value,
        Whom.SYSTEM,
        since or clock.now(),
        case_id=case_id,
        council=council if case_id else "",
        detail=detail,
    )


@dataclass
class CaseRows:
    """Operations that run, their rows, and somebody who looks after every council's cases."""

    running: Running
    position: int = 0
    _stuck: Sequence[Finding] = field(default_factory=list)

    @property
    def staff(self) -> "OperationsServiceAsyncStub":
        """Whoever looks after every council's cases."""
        return self.caller(Role.OPERATIONS, council=EVERY_COUNCIL)

    def caller(self, role: Role, council: str) -> "OperationsServiceAsyncStub":
        """Somebody of a council."""
        return self.running.stub(OperationsServiceStub, self.running.token("olu", role, council=council))

    async def happen(self, case_id: str, *payloads: Payload, days_ago: float = 0, council: str = "example") -> None:
        """Something happened in a case, so many days ago: at noon, which is that day in summer and in winter."""
        noon = datetime.combine(clock.today() - timedelta(days=days_ago), time(12), UTC)
        at = noon if days_ago >= 1 else clock.now() - timedelta(days=days_ago)
        await self.take_in([case_event(case_id, payload, at, council) for payload in payloads])

    async def take_in(self, events: Sequence[Event], heard_at: datetime | None = None) -> None:
        """Take in events, as the feed would give them, in this order."""
        for event in events:
            self.position += 1
            event.position = self.position
        heard = clock.as_text(heard_at or clock.now())
        reached = Progress(VERSION, position=self.position, head=self.position, heard_at=heard)
        await self.running.store.write(partial(_take_in, events=events, reached=reached))

    async def tell(self, **changed: object) -> None:
        """Change what is known of how far the rows are."""
        now = await self.running.store.read(store.progress)
        assert now is not None
        changes = replace(now, **changed)  # type: ignore[arg-type]
        await self.running.store.write(partial(store.note, before=now, now=changes))

    async def stuck(self, *findings: Finding, looked: datetime | None = None, silent: Sequence[str] = ()) -> None:
        """This is stuck, and nothing else, as was seen when it was last looked."""
        at = milliseconds(looked or clock.now())
        before, self._stuck = self._stuck, findings

        def look(connection: sa.Connection) -> None:
            replace_findings(connection, before, findings, [], at)
            store.note_look(connection, Look(at, at, tuple(silent)))

        await self.running.store.write(look)


def case_event(case_id: str, payload: Payload, at: datetime | None = None, council: str = "example") -> Event:
    """Something that happened in a case, now unless a moment is given."""
    event = Event(type=payload.TYPE, case_id=case_id, council=council, payload=payload.as_json())
    event.occurred_at.FromDatetime(at or clock.now())
    return event


def _take_in(connection: sa.Connection, events: Sequence[Event], reached: Progress) -> None:
    before = store.progress(connection)
    if before is None:
        before = Progress(VERSION)
        store.begin_anew(connection, before)
    assert project(connection, before, events, reached)


@asynccontextmanager
async def run_case_rows(settings: Settings) -> AsyncIterator[CaseRows]:
    """Operations on a free port, without a row."""
    identity = Identity.open(settings)
    councils = councils_of(settings)
    service = await StillOperations.open(settings, identity, councils)
    limits, encryption = Limits.of(settings), Encryption.of(settings, NAME)
    server = Server(service, identity, councils, FREE_PORT, limits, encryption=encryption, page="")
    await server.start()
    records = open_store(settings.database, settings.data, NAME)
    running = Running(settings, Keys.open(settings.data), f"127.0.0.1:{server.port}", records)
    try:
        yield CaseRows(running)
    finally:
        await running.hang_up()
        await server.stop()
        await records.close()
