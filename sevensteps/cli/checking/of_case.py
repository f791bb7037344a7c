"""The decisions of one case made again, and held to the chain and to the records that they led to."""

from collections import defaultdict
from dataclasses import dataclass

from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.checking.chain import changes
from sevensteps.cli.checking.decisions import DecisionsAgain
from sevensteps.cli.checking.records import contradictions
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.policy import Library
from sevensteps.rpc.caller import Caller, operations


@dataclass(frozen=True, slots=True)
class CheckedDecision:
    """A decision that was made again, with the differences in words; none if the result is the same."""

    receipt_id: str
    service: str
    decision: str
    decided_at: str
    erased: bool
    differences: tuple[str, ...]


async def check_case(settings: Settings, case_id: str) -> list[CheckedDecision]:
    """Check every decision of a case, oldest first. Raises a Fault where there is no such case."""
    async with operations(settings) as caller:
        await caller.ask(assessment_pb2.GetCaseRequest(case_id=case_id), assessment_pb2.GetCaseResponse)
        again = DecisionsAgain(caller, Library(settings.policies))
        checked = [
            decision
            for service in DECIDING_SERVICES
            for decision in await _check_service(caller, again, service, case_id)
        ]
    return sorted(checked, key=lambda decision: decision.decided_at)


async def _check_service(caller: Caller, again: DecisionsAgain, service: str, case_id: str) -> list[CheckedDecision]:
    contradicted: dict[str, list[str]] = defaultdict(list)
    records = pb.ReadDecidedRecordsRequest(case_id=case_id)
    async for part in caller.stream(records, pb.ReadDecidedRecordsResponse, at=service):
        for record in part.records:
            contradicted[record.receipt_id] += contradictions(record)
    checked = []
    async for page in caller.pages(pb.ListLinksRequest(case_id=case_id), pb.ListLinksResponse, at=service):
        for link in page.links:
            receipt, erased = link.receipt, bool(link.erased_at)
            differences = () if erased else await again.differences(service, receipt)
            said = (*changes(link), *differences, *contradicted.pop(receipt.receipt_id, ()))
            about = (receipt.receipt_id, service, receipt.decision, receipt.decided_at)
            checked.append(CheckedDecision(*about, erased=erased, differences=said))
    for receipt_id, why in contradicted.items():
        if why:
            checked.append(CheckedDecision(receipt_id, service, "", "", erased=False, differences=tuple(why)))
    return checked
