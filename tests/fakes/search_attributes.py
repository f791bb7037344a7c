"""The search attributes of journeys, for a Temporal that does not know them yet."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client

KINDS = {
    "Council": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Stage": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "WaitingFor": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "DueAt": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def register(client: Client) -> None:
    """Make them known."""
    request = AddSearchAttributesRequest(namespace="default", search_attributes=KINDS)
    await client.operator_service.add_search_attributes(request)
