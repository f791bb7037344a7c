"""What the person was told in writing, read from the services that told it."""

from collections.abc import AsyncIterator

from sevensteps.api.documents.v1 import documents_pb2 as pb
from sevensteps.config import DECIDING_SERVICES
from sevensteps.rpc.caller import Caller


async def read_documents(caller: Caller, case_id: str) -> AsyncIterator[pb.Document]:
    """The documents of a case, service by service, each in the order in which it wrote them."""
    for service in DECIDING_SERVICES:
        request = pb.ListDocumentsRequest(case_id=case_id)
        async for page in caller.pages(request, pb.ListDocumentsResponse, at=service):
            for document in page.documents:
                yield document
