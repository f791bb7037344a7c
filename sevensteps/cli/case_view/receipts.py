"""The receipts of a case's decisions, read from the services that made them."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.api.receipts.v1.receipts_pb2 import Receipt
from sevensteps.config import DECIDING_SERVICES
from sevensteps.rpc.caller import Caller


class ServiceReceipt(NamedTuple):
    """A receipt, and the service whose decision it is."""

    service: str
    receipt: Receipt


async def read_receipts(caller: Caller, case_id: str) -> list[ServiceReceipt]:
    """The receipts of a case, oldest first; those of one moment in the order of the steps."""
    receipts = [
        ServiceReceipt(service, receipt)
        for service in DECIDING_SERVICES
        async for receipt in _of_service(caller, service, case_id)
    ]
    return sorted(receipts, key=lambda each: each.receipt.decided_at.ToNanoseconds())


async def _of_service(caller: Caller, service: str, case_id: str) -> AsyncIterator[Receipt]:
    request = receipts_pb2.ListReceiptsRequest(case_id=case_id)
    async for page in caller.pages(request, receipts_pb2.ListReceiptsResponse, at=service):
        for receipt in page.receipts:
            yield receipt
