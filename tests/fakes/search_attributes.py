"""The search attributes of journeys, for a Temporal that does not know them yet."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client

from sevensteps.temporal import SEARCH_ATTRIBUTES


async def register(client: Client) -> None:
    """Register the search attributes with the server."""
    kinds = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}
    request = AddSearchAttributesRequest(namespace="default", search_attributes=kinds)
    await client.operator_service.add_search_attributes(request)
