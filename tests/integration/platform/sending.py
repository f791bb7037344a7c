"""An outbox that is filled by a test, and who sends it to a real feed."""

from collections.abc import Sequence

import sqlalchemy as sa

from servers.feed import Feed
from servers.services import Running
from servers.waiting import until
from sevensteps import clock
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys, machine_token
from sevensteps.rpc.client import channel
from sevensteps.service.outbox import Publisher, add
from sevensteps.service.store import Store
from sevensteps.service.tables import outbox


def publisher(running: Running, store: Store, feed: Feed, keys: Keys | None = None) -> Publisher:
    """A publisher as a service has one."""
    token = machine_token(keys or running.keys, "assessment", Role.SERVICE)
    return Publisher(store, "assessment", channel(feed.running.address, token))


async def put_payloads(running: Running, *payloads: tuple[str, str]) -> Sequence[str]:
    """Put an event into the outbox for each case and payload; answers the ids of all that wait, in order."""

    def unit(connection: sa.Connection) -> None:
        for case_id, payload in payloads:
            add(
                connection,
                type_="hold.released.v1",
                case_id=case_id,
                council="example",
                occurred_at=clock.as_text(clock.now()),
                actor="amy",
                payload=payload,
            )

    await running.store.write(unit)
    return await waiting(running)


async def put(running: Running, count: int) -> Sequence[str]:
    """Put so many events into the outbox, ten to a transaction; answers their ids in order."""

    def ten(connection: sa.Connection) -> None:
        for number in range(10):
            add(
                connection,
                type_="hold.released.v1",
                case_id=f"case-{number}",
                council="example",
                occurred_at=clock.as_text(clock.now()),
                actor="amy",
                payload="{}",
            )

    for _ in range(count // 10):
        await running.store.write(ten)
    return await waiting(running)


async def waiting(running: Running) -> Sequence[str]:
    """The ids of the events in the outbox, in order."""
    ids = sa.select(outbox.c.event_id).order_by(outbox.c.seq)
    return await running.store.read(lambda connection: list(connection.execute(ids).scalars()))


async def emptied(running: Running) -> None:
    """Wait until nothing is left in the outbox."""

    async def empty() -> bool:
        return not await waiting(running)

    await until(empty, "the outbox to empty")


async def arrived(feed: Feed) -> Sequence[str]:
    """The ids of the events in the feed, in order; their positions are dense."""
    events = await feed.everything()
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    return [event.event_id for event in events]
