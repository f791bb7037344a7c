"""With whom a person shares what, asked where their circle of support is on record: the assessment service."""

from datetime import date

import grpc

from sevensteps.api.assessment.v1 import people_pb2, people_pb2_grpc
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.faults import fault_of

CALL_SECONDS = 5.0


class CircleOfSupport:
    """Asks PeopleService.GetPermission, anew each time: what was shared until yesterday is not shared today."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries a token that may read every council's cases."""
        self._people = people_pb2_grpc.PeopleServiceStub(channel)

    async def may_read_documents(self, case_id: str, person_id: str, on: date) -> bool:
        """See documents_server.Sharing. Raises a Fault (UNAVAILABLE, CASES_UNAVAILABLE) where nobody can tell."""
        request = people_pb2.GetPermissionRequest(
            case_id=case_id, person_id=person_id, scope=people_pb2.SHARE_SCOPE_DOCUMENTS, on=on.isoformat()
        )
        try:
            return (await self._people.GetPermission(request, timeout=CALL_SECONDS)).may_share
        except grpc.aio.AioRpcError as error:
            if fault_of(error).kind in {Kind.NOT_FOUND, Kind.INVALID}:
                return False  # there is no such person, and so nobody with whom anything is shared
            raise Fault(
                Kind.UNAVAILABLE,
                "CASES_UNAVAILABLE",
                "With whom the person shares documents cannot be checked now. Send the same request again later.",
                metadata={"case_id": case_id},
            ) from None
