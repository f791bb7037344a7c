"""Events leave a service by its outbox: written with the record, then sent to the feed until it has them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import TypeAlias
from uuid import uuid4

import grpc
import sqlalchemy as sa

from sevensteps import clock, log
from sevensteps.api.feed.v1 import feed_pb2, feed_pb2_grpc
from sevensteps.background import Background
from sevensteps.errors import Fault, Kind
from sevensteps.fields import moment
from sevensteps.retrying import Pauses
from sevensteps.rpc.faults import fault_of
from sevensteps.service import statements
from sevensteps.service.store import Store
from sevensteps.service.tables import outbox
from sevensteps.telemetry import series, spans
from sevensteps.telemetry.spans import CASE_ID, EVENTS, Side

AT_ONCE = 200
FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0
LOOK_SECONDS = 1.0
PAUSE_SECONDS = 0.02
"""Between sendings, so that what comes meanwhile goes together; and between attempts while another instance sends."""
CALL_SECONDS = 10.0
HELD_BACK_SECONDS = 300.0
"""How long a case waits after the feed refused its event, before that event is tried and logged again."""
REFUSED = frozenset({Kind.INVALID, Kind.EXHAUSTED})
"""How the feed refuses an event for good: it has a wrong form, or is too large."""

NEXT = (
    sa.select(outbox)
    .where(outbox.c.case_id.not_in(sa.bindparam("held_back", expanding=True)))
    .order_by(outbox.c.seq)
    .limit(AT_ONCE)
)
ADD = outbox.insert()
OLDEST = sa.select(outbox.c.occurred_at).order_by(outbox.c.seq).limit(1)
COUNT = sa.select(sa.func.count()).select_from(outbox)
DROP = outbox.delete().where(outbox.c.event_id == sa.bindparam("sent"))  # SQLite gives a row number again

Waiting: TypeAlias = "sa.Row[int, str, str, str, str, str, str, str, str | None]"
"""An event in the outbox."""


def add(
    connection: sa.Connection,
    *,
    type_: str,
    case_id: str,
    council: str,
    occurred_at: str,
    actor: str,
    payload: str,
    traceparent: str | None = None,
) -> None:
    """Put an event into the outbox, inside the transaction that stores what happened, and the trace is in."""
    row = {
        "event_id": str(uuid4()),
        "type": type_,
        "case_id": case_id,
        "council": council,
        "occurred_at": occurred_at,
        "actor": actor,
        "payload": payload,
        "traceparent": traceparent,
    }
    statements.change(connection, ADD, row)


class Publisher:
    """Sends the outbox to the feed, in order, until every event is there. The feed drops an event that it has already.

    An event that the feed refuses for good keeps the later events of its case waiting, and no other case's. Where a
    service has several instances, one of them sends at a time; whichever has something to send takes its turn.
    """

    def __init__(self, store: Store, source: str, channel: grpc.aio.Channel) -> None:
        """`source` is the service's name."""
        self._store = store
        self._source = source
        self._feed = feed_pb2_grpc.FeedServiceStub(channel)
        self._channel = channel
        self._wake = asyncio.Event()
        self._background = Background()
        self._task: asyncio.Task[None] | None = None
        self.trouble = ""
        """Why no event can be sent just now; empty where events go out."""
        self._held_back: dict[str, float] = {}
        """The cases with a refused event, and when it is tried again."""

    def start(self, background: Background) -> None:
        """Begin; whatever an earlier process left behind goes first."""
        self._wake.set()
        self._background = background
        self._task = background.start("publisher", self._run())

    def wake(self) -> None:
        """There may be something new: look at once, not only when it is time."""
        self._wake.set()

    async def oldest_has_waited(self) -> float:
        """How many seconds the oldest event has waited; 0 where none does. Raises a Fault as the store does."""
        oldest = await self._store.read(lambda connection: connection.execute(OLDEST).scalar())
        return max(0.0, (clock.now() - clock.from_text(oldest)).total_seconds()) if oldest else 0.0

    async def count(self) -> None:
        """Tell how many events wait. Raises as above."""
        waiting = await self._store.read(lambda connection: connection.execute(COUNT).scalar_one())
        series.OUTBOX_EVENTS.set(waiting)

    async def stop(self) -> None:
        """Stop. What is left goes out at the next start."""
        if self._task:
            await self._background.stop(self._task)
        await self._channel.close()

    async def _run(self) -> None:
        pauses = Pauses(FIRST_WAIT, LONGEST_WAIT)
        while True:
            # Nobody may be left to wake it: a caller that gave up leaves its event all the same. Not by `wait_for`: in
            # Python 3.11 it loses a cancellation that comes in the moment of waking, and `stop` waited for ever.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._send_all()
            except Exception as error:  # noqa: BLE001 - whatever it is, people work on and their events must go out
                series.OUTBOX_FAILED.inc()
                with suppress(Exception):  # nor may saying why end it
                    self.trouble = _log_once(error, self.trouble)
                self._wake.set()
                await pauses.pause()
            else:
                if self.trouble:
                    log.get().info("events go out of the outbox again")
                self.trouble = ""
                pauses.begin_anew()

    async def _send_all(self) -> None:
        """Send until nothing waits: the first event at once, and no pause while many wait. Instances take turns."""
        while rows := await self._next():
            async with self._store.in_turn() as is_our_turn:
                if is_our_turn:
                    await self._send_some(rows)
            if not is_our_turn or len(rows) < AT_ONCE:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _send_some(self, rows: Sequence[Waiting]) -> None:
        try:
            await self._send(rows)
        except grpc.aio.AioRpcError as error:
            if fault_of(error).kind not in REFUSED:
                raise
            await self._send_one_by_one(rows)

    async def _next(self) -> Sequence[Waiting]:
        """The oldest events of the cases that are not held back."""
        now = monotonic()
        self._held_back = {case_id: until for case_id, until in self._held_back.items() if until > now}
        held_back = list(self._held_back)
        return await self._store.read(lambda connection: connection.execute(NEXT, {"held_back": held_back}).all())

    async def _send_one_by_one(self, rows: Sequence[Waiting]) -> None:
        """Send what the feed takes, and hold back the cases of what it refuses: a case's events keep their order."""
        for row in rows:
            if row.case_id in self._held_back:
                continue
            try:
                await self._send([row])
            except grpc.aio.AioRpcError as error:
                fault = fault_of(error)
                if fault.kind not in REFUSED:
                    raise
                series.OUTBOX_FAILED.inc()
                self._held_back[row.case_id] = monotonic() + HELD_BACK_SECONDS
                log.get().error(
                    "the feed refuses an event; it and the later ones of its case wait in the outbox",
                    event_id=row.event_id,
                    type=row.type,
                    case_id=row.case_id,
                    reason=fault.reason,
                    detail=fault.detail,
                )

    async def _send(self, rows: Sequence[Waiting]) -> None:
        request = feed_pb2.AppendEventsRequest()
        for row in rows:
            request.events.add(
                event_id=row.event_id,
                type=row.type,
                case_id=row.case_id,
                council=row.council,
                source=self._source,
                occurred_at=moment(row.occurred_at),
                actor=row.actor,
                payload=row.payload,
                traceparent=row.traceparent or "",
            )
        with spans.span("outbox", Side.PRODUCER, *spans.behind_all(row.traceparent or "" for row in rows)) as step:
            if step is not None:
                step.note({EVENTS: len(rows), CASE_ID: rows[0].case_id})
            await self._feed.AppendEvents(request, timeout=CALL_SECONDS)
        series.OUTBOX_SENT.inc(len(rows))
        sent = [{"sent": row.event_id} for row in rows]
        await self._store.write(lambda connection: connection.execute(DROP, sent))


def _log_once(error: Exception, before: str) -> str:
    """Log why no event can be sent, unless it is the reason logged `before`. Answers the reason."""
    if not isinstance(error, grpc.aio.AioRpcError | Fault):
        trouble = type(error).__name__
        if trouble != before:
            log.get().error("publishing failed; events wait in the outbox", reason=trouble, exc_info=error)
        return trouble
    fault = error if isinstance(error, Fault) else fault_of(error)
    if fault.reason != before:
        log.get().warning(
            "events cannot be given to the feed; they wait in the outbox", reason=fault.reason, detail=fault.detail
        )
    return fault.reason
