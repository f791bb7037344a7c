"""Events leave a service by its outbox: written with the record, then given to the feed until it has them."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import grpc
import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps import log
from sevensteps.api.feed.v1 import feed_pb2, feed_pb2_grpc
from sevensteps.clock import from_text
from sevensteps.errors import Fault
from sevensteps.rpc import fault_of
from sevensteps.store import Store
from sevensteps.tables import outbox

AT_ONCE = 200
FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0
LOOK_SECONDS = 1.0
CALL_SECONDS = 10.0

NEXT = sa.select(outbox).order_by(outbox.c.seq).limit(AT_ONCE)
ADD = outbox.insert()
DROP = outbox.delete().where(outbox.c.seq == sa.bindparam("sent"))


def add(
    connection: sa.Connection, *, type_: str, case_id: str, council: str, occurred_at: str, actor: str, payload: str
) -> None:
    """Put an event into the outbox, inside the transaction that stores what happened."""
    row = {
        "event_id": str(uuid4()),
        "type": type_,
        "case_id": case_id,
        "council": council,
        "occurred_at": occurred_at,
        "actor": actor,
        "payload": payload,
    }
    connection.execute(ADD, row)


class Publisher:
    """Gives the outbox to the feed, in order, until every event is there. The feed knows an event it has had before."""

    def __init__(self, store: Store, source: str, channel: grpc.aio.Channel) -> None:
        """`source` is the service's name."""
        self._store = store
        self._source = source
        self._feed = feed_pb2_grpc.FeedServiceStub(channel)
        self._channel = channel
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; whatever an earlier process left behind goes first."""
        self._wake.set()
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """There may be something new: look at once, not only when it is time."""
        self._wake.set()

    async def stop(self) -> None:
        """Stop. What is left goes out at the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._channel.close()

    async def _run(self) -> None:
        wait = FIRST_WAIT
        reached = True
        while True:
            with suppress(
                TimeoutError
            ):  # nobody may be left to wake it: a caller that gave up leaves its event all the same
                await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
            self._wake.clear()
            try:
                while await self._send_some():
                    pass
            except (grpc.aio.AioRpcError, Fault) as error:
                if reached:
                    fault = error if isinstance(error, Fault) else fault_of(error)
                    log.get().warning(
                        "events cannot be given to the feed; they wait in the outbox",
                        reason=fault.reason,
                        detail=fault.detail,
                    )
                reached = False
                self._wake.set()
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                if not reached:
                    log.get().info("the feed is back; the outbox is empty")
                reached = True
                wait = FIRST_WAIT

    async def _send_some(self) -> bool:
        rows = await self._store.read(lambda connection: connection.execute(NEXT).all())
        if not rows:
            return False
        request = feed_pb2.AppendEventsRequest()
        for row in rows:
            moment = Timestamp()
            moment.FromDatetime(from_text(row.occurred_at))
            request.events.add(
                event_id=row.event_id,
                type=row.type,
                case_id=row.case_id,
                council=row.council,
                source=self._source,
                occurred_at=moment,
                actor=row.actor,
                payload=row.payload,
            )
        await self._feed.AppendEvents(request, timeout=CALL_SECONDS)
        sent = [{"sent": row.seq} for row in rows]
        await self._store.write(lambda connection: connection.execute(DROP, sent))
        return True
