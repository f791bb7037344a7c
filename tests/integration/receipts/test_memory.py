"""However many receipts and records there are, chaining and verifying them takes no more memory."""

import tracemalloc

import sqlalchemy as sa

from integration.receipts.checked import decided, until_chained, verified
from servers.services import Running, SuiteOf
from services.assessment.tables import indicative_budgets
from sevensteps.receipt_chain import digest_of
from sevensteps.service.tables import chain, receipts

FEW, MANY = 300, 3_000
MORE_AT_MOST = 500_000
"""Bytes."""


async def test_memory_does_not_grow_with_the_number_of_receipts(suite_of: SuiteOf) -> None:
    """Neither of the service, its writer of the chain, nor of who verifies: all are in this process."""
    async with suite_of("assessment") as running:
        await decided(running)
        few, _ = await _most_memory(running, FEW)
        many, stored = await _most_memory(running, MANY)
    assert stored > 3 * MORE_AT_MOST, "the receipts themselves must take more than what is allowed"
    assert many - few < MORE_AT_MOST, f"{few:,} bytes with {FEW:,} receipts, {many:,} with {MANY:,}"


async def _most_memory(running: Running, number: int) -> tuple[int, int]:
    """The most that Python's objects took in chaining and verifying so many receipts, and what the receipts take."""
    await running.store.write(lambda connection: _fill(connection, number))
    await verified(running)  # what is loaded once, such as the law
    await running.store.write(lambda connection: connection.execute(chain.delete()))
    tracemalloc.start()
    try:
        await until_chained(running)
        check, found = await verified(running)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (check.receipts, check.not_chained, found) == (number, 0, [])
    assert check.records > number / 2
    size = sa.select(sa.func.sum(sa.func.length(receipts.c.receipt)))
    return most, await running.store.read(lambda connection: connection.execute(size).scalar_one())


def _fill(connection: sa.Connection, number: int) -> None:
    """Copy the decision on the budget and its record until there are so many receipts."""
    receipt = connection.execute(sa.select(receipts).where(receipts.c.position == 5)).one()._asdict()
    budget = connection.execute(sa.select(indicative_budgets).where(indicative_budgets.c.round == 1)).one()._asdict()
    there = connection.execute(sa.select(sa.func.max(receipts.c.position))).scalar_one()
    for position in range(there + 1, number + 1):
        copy = receipt | {"receipt_id": f"receipt-{position}", "position": position}
        named = {"round": position, "receipt_id": f"receipt-{position}", "receipt_digest": digest_of(copy)}
        connection.execute(receipts.insert().values(copy))
        connection.execute(indicative_budgets.insert().values(budget | named))
