"""What was recorded last of each kind: an example acts on that where its file does not say on which."""

from collections.abc import Mapping

from google.protobuf.message import Message

from sevensteps.api.assessment.v1 import (
    assessment_pb2,
    budget_pb2,
    choices_pb2,
    contacts_pb2,
    conversation_pb2,
    finances_pb2,
    people_pb2,
    questionnaires_pb2,
    representation_pb2,
)
from sevensteps.api.review.v1 import review_pb2
from sevensteps.cli.story.facts import Fact
from sevensteps.cli.story.verbs import Verb
from sevensteps.rpc.caller import Caller

LISTS: Mapping[str, tuple[type[Message], type[Message], str]] = {
    "contact_id": (contacts_pb2.ListContactsRequest, contacts_pb2.ListContactsResponse, "contacts"),
    "person_id": (people_pb2.ListPeopleRequest, people_pb2.ListPeopleResponse, "people"),
    "resource_id": (people_pb2.ListResourcesRequest, people_pb2.ListResourcesResponse, "resources"),
    "kept_service_id": (choices_pb2.ListKeptServicesRequest, choices_pb2.ListKeptServicesResponse, "services"),
    "need_id": (conversation_pb2.ListOwnNeedsRequest, conversation_pb2.ListOwnNeedsResponse, "needs"),
    "appointment_id": (
        representation_pb2.ListAppointmentsRequest,
        representation_pb2.ListAppointmentsResponse,
        "appointments",
    ),
    "capacity_id": (representation_pb2.ListCapacityRequest, representation_pb2.ListCapacityResponse, "capacity"),
    "authority_id": (
        representation_pb2.ListAuthoritiesRequest,
        representation_pb2.ListAuthoritiesResponse,
        "authorities",
    ),
    "financial_assessment_id": (
        finances_pb2.ListFinancialAssessmentsRequest,
        finances_pb2.ListFinancialAssessmentsResponse,
        "financial_assessments",
    ),
    "stream_id": (budget_pb2.ListStreamsRequest, budget_pb2.ListStreamsResponse, "streams"),
    "combination_id": (
        questionnaires_pb2.ListCombinedAssessmentsRequest,
        questionnaires_pb2.ListCombinedAssessmentsResponse,
        "combined",
    ),
    "spend_id": (review_pb2.ListSpendingRequest, review_pb2.ListSpendingResponse, "spending"),
}
"""By the field that names it: the call that lists all of its kind, and where they stand in the answer."""


async def newest_ids(caller: Caller, verb: Verb, case_id: str) -> dict[str, Fact]:
    """The ids that a verb sends; empty where nothing was recorded yet. Raises the Fault that the service sent."""
    found: dict[str, Fact] = {}
    for name in LISTS.keys() & verb.request.fields_by_name.keys():
        request, response, field = LISTS[name]
        listed = getattr(await caller.ask(request(case_id=case_id), response), field)
        found[name] = getattr(listed[-1], name) if listed else ""
    if "determination_id" in verb.request.fields_by_name:
        asked = assessment_pb2.GetDeterminationRequest(case_id=case_id)
        answer = await caller.ask(asked, assessment_pb2.GetDeterminationResponse)
        found["determination_id"] = answer.determination.determination_id
    return found
