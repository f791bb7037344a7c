"""The chain of a service's receipts: a link for each, made by one writer after its decision has committed.

A decision does not wait for its link: in its own transaction, each decision would wait for the one before. Links are
made of digests, in rows of their own: a receipt that is erased still has its place in the chain.
"""

import asyncio

import sqlalchemy as sa

from sevensteps.errors import waiting_out
from sevensteps.receipt_chain import START, digest_of, link_after
from sevensteps.service.receipt_pages import CHAINED, IN_ORDER, NUMBERING
from sevensteps.service.store import Store
from sevensteps.service.tables import chain, receipts
from sevensteps.telemetry import series

CHAIN_SECONDS = 0.5
"""How often the writer looks for new receipts: each is to have its link within a second."""
CHAINING = 77_000_009
"""With the schema, the advisory lock under which one instance of a service at a time makes links on PostgreSQL."""
LOCK = sa.text("SELECT pg_advisory_xact_lock(:key, hashtext(current_schema()))")
PORTION = 100
"""Most links that one transaction makes."""

LAST = sa.select(chain).order_by(chain.c.position.desc()).limit(1)
NEW = IN_ORDER.where(receipts.c.position > sa.bindparam("after")).limit(PORTION)
IS_BEHIND = sa.select(receipts.c.receipt_id).where(receipts.c.position > CHAINED).limit(1)
UNCHAINED = sa.select(sa.func.count()).where(sa.or_(receipts.c.position > CHAINED, receipts.c.position.is_(None)))
ADD = chain.insert()


async def keep_chained(store: Store) -> None:
    """Number and chain what is decided, until cancelled. Waits out trouble of the database."""
    while True:
        with waiting_out():
            await extend(store)
        await asyncio.sleep(CHAIN_SECONDS)


async def count(store: Store) -> None:
    """Tell how many receipts have no link yet. Raises a Fault as the store does."""
    series.RECEIPTS_UNCHAINED.set(await store.read(lambda connection: connection.execute(UNCHAINED).scalar_one()))


async def extend(store: Store) -> None:
    """Make the links of all that has been decided by now; several instances may do so at once."""
    await NUMBERING.extend(store)
    while await store.read(lambda connection: connection.execute(IS_BEHIND).first()):
        await store.write(_add_links)


def _add_links(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(LOCK, {"key": CHAINING})
    last = connection.execute(LAST).first()
    before, position = (last.link, last.position) if last else (START, 0)
    links = []
    for row in connection.execute(NEW, {"after": position}):
        digest = digest_of(row._asdict())
        before = link_after(before, row.position, row.receipt_id, digest)
        links.append({"position": row.position, "receipt_id": row.receipt_id, "digest": digest, "link": before})
    if links:
        connection.execute(ADD, links)
