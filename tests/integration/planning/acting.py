"""A planning case whose person has records at assessment of capacity, and of who may act for them."""

from google.protobuf.message import Message

from integration.assessment.speaking import PAYMENT, PLAN, Speaking, attorney, lacking
from integration.planning.case import PlanningCase
from sevensteps.api.assessment.v1 import representation_pb2 as pb


async def known_to_assessment(case: PlanningCase) -> Speaking:
    """Open the case at assessment, before it comes to planning."""
    speaking = Speaking(case.running.assessment)
    case.case_id = (await speaking.open()).case_id
    return speaking


async def without_capacity(case: PlanningCase, *records: Message) -> Speaking:
    """The person lacks the capacity to ask for a direct payment and to agree the plan; further records as given."""
    speaking = await known_to_assessment(case)
    for request in (lacking(PAYMENT), lacking(PLAN), *records):
        await speaking.do(request)
    return speaking


def deputy() -> pb.RecordAuthorityRequest:
    """A deputy for health and welfare."""
    request = attorney(PAYMENT, reference="P-88")
    request.kind = pb.AUTHORITY_KIND_DEPUTY_HEALTH
    return request
