"""All receipts and records of all services checked. Memory does not grow with their number."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.checking.chain import ChainCheck
from sevensteps.cli.checking.decisions import DecisionsAgain
from sevensteps.cli.checking.findings import COMPARE, DECIDE_AGAIN, ErasedReceipt, Finding
from sevensteps.cli.checking.heads import Head
from sevensteps.cli.checking.records import contradictions
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.policy import Library
from sevensteps.rpc.caller import Caller, operations

Advance = Callable[[str, int, int], None]
"""Told of each service how far its chain is walked, and where it ends."""


@dataclass
class Check:
    """A check of everything, and what it has counted so far."""

    settings: Settings
    noted: Mapping[str, Head]
    """Heads that were noted before, by service."""
    advance: Advance
    receipts: int = 0
    records: int = 0
    not_chained: int = 0
    erased: list[ErasedReceipt] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)

    async def findings(self) -> AsyncIterator[Finding]:
        """Everything that is wrong. Raises Faults where a service does not answer."""
        async with operations(self.settings) as caller:
            again = DecisionsAgain(caller, Library(self.settings.policies))
            for service in DECIDING_SERVICES:
                async for finding in self.findings_of(service, caller, again):
                    yield finding

    async def findings_of(self, service: str, caller: Caller, again: DecisionsAgain) -> AsyncIterator[Finding]:
        """The same of one service."""
        async for finding in self._chain(caller, again, service):
            yield finding
        async for finding in self._records(caller, service):
            yield finding

    async def _chain(self, caller: Caller, again: DecisionsAgain, service: str) -> AsyncIterator[Finding]:
        """What is wrong with receipts, to the last one that there was when this began."""
        chain = ChainCheck(service, self.noted.get(service))
        end = None
        async for page in caller.pages(pb.ListLinksRequest(), pb.ListLinksResponse, at=service):
            end = page.last if end is None else end
            for link in page.links:
                if link.position > end:
                    break
                for finding in chain.take(link, page.chained):
                    yield finding
                if not link.HasField("receipt") or link.erased_at:
                    continue
                receipt = link.receipt
                for wrong in await again.differences(service, receipt):
                    to_do = DECIDE_AGAIN
                    yield Finding(service, receipt.receipt_id, receipt.case_id, receipt.decision, wrong, to_do)
            self.advance(service, min(page.links[-1].position, end) if page.links else end, end)
            if page.links and page.links[-1].position >= end:
                break
        for finding in chain.end():
            yield finding
        self.receipts += chain.receipts
        self.not_chained += chain.not_chained
        self.erased += chain.erased
        self.heads.append(chain.head)

    async def _records(self, caller: Caller, service: str) -> AsyncIterator[Finding]:
        async for part in caller.stream(pb.ReadDecidedRecordsRequest(), pb.ReadDecidedRecordsResponse, at=service):
            for record in part.records:
                self.records += 1
                for wrong in contradictions(record):
                    yield Finding(service, record.receipt_id, record.case_id, record.kind, wrong, COMPARE)
