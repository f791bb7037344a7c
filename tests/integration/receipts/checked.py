"""Everything of one running service verified, as `sevensteps verify --all` does with every service."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic

import sqlalchemy as sa

from integration.assessment.practice import Practice
from servers.services import Running
from sevensteps.cli.checking.decisions import DecisionsAgain
from sevensteps.cli.checking.everything import Check
from sevensteps.cli.checking.findings import Finding
from sevensteps.cli.checking.heads import Head
from sevensteps.policy import Library
from sevensteps.rpc.caller import operations
from sevensteps.service.tables import chain, receipts

Forge = Callable[[sa.Connection], object]
LONGEST_WAIT = 30.0
NOTHING_NOTED: Mapping[str, Head] = {}


async def verified(running: Running, noted: Mapping[str, Head] = NOTHING_NOTED) -> tuple[Check, list[Finding]]:
    """What verifying the assessment service counts, and what it finds."""
    settings = replace(running.settings, assessment=running.address)
    check = Check(settings, noted, lambda *_: None)
    async with operations(settings) as caller:
        again = DecisionsAgain(caller, Library(settings.policies))
        return check, [finding async for finding in check.findings_of("assessment", caller, again)]


async def decided(running: Running) -> str:
    """A case with five decisions: its date, its determination, the duty, what is owed in writing, its budget."""
    work = Practice(running)
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    return work.case.case_id


async def until_chained(running: Running) -> None:
    """Wait until every receipt has its link. Fails after half a minute."""
    missing = sa.select(receipts.c.receipt_id).outerjoin_from(receipts, chain, receipts.c.position == chain.c.position)
    missing = missing.where(chain.c.position.is_(None))
    limit = monotonic() + LONGEST_WAIT
    while await running.store.read(lambda connection: connection.execute(missing).first()):
        assert monotonic() < limit, "receipts were never chained"
        await asyncio.sleep(0.05)


def of_decision(name: str) -> sa.ColumnElement[bool]:
    """The receipts of a decision."""
    return receipts.c.decision == name
