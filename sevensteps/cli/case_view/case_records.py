"""What the services have on record of a case, as far as operations may read it: not the person's own words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2, budget_pb2, contacts_pb2, representation_pb2, rounds_pb2
from sevensteps.api.documents.v1 import documents_pb2
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.case_history.history import last_event, payload_of
from sevensteps.cli.case_view.documents import read_documents
from sevensteps.events import BudgetOffered, LifeOpened, PlanChecked, PlanSubmitted, StreamRecorded
from sevensteps.policy.model.verdict import Json
from sevensteps.rpc.caller import Caller


@dataclass(slots=True)
class CaseRecords:
    """The records of a case, each kind in the order of recording. Plans are those submitted, approvals those opened.

    `representation` is what counts today of who may act for the person.
    """

    acts: list[assessment_pb2.Act] = field(default_factory=list)
    urgent_support: list[assessment_pb2.UrgentSupport] = field(default_factory=list)
    determinations: list[assessment_pb2.Determination] = field(default_factory=list)
    indicative_budgets: list[assessment_pb2.IndicativeBudget] = field(default_factory=list)
    advice: list[assessment_pb2.Advice] = field(default_factory=list)
    complaints: list[assessment_pb2.Complaint] = field(default_factory=list)
    access_requests: list[assessment_pb2.AccessRequest] = field(default_factory=list)
    contacts: list[contacts_pb2.Contact] = field(default_factory=list)
    refusals: list[rounds_pb2.Refusal] = field(default_factory=list)
    representation: list[representation_pb2.GetRepresentationResponse] = field(default_factory=list)
    streams: list[budget_pb2.Stream] = field(default_factory=list)
    offers: list[budget_pb2.Offer] = field(default_factory=list)
    plans: list[planning_pb2.Plan] = field(default_factory=list)
    approvals: list[approval_pb2.Approval] = field(default_factory=list)
    spending: list[review_pb2.Spending] = field(default_factory=list)
    review_calls: list[review_pb2.ReviewCall] = field(default_factory=list)
    reviews: list[review_pb2.Review] = field(default_factory=list)
    documents: list[documents_pb2.Document] = field(default_factory=list)

    @property
    def contacts_to_decide(self) -> list[contacts_pb2.Contact]:
        """Contacts of which nobody has decided what comes of them."""
        return [contact for contact in self.contacts if not contact.HasField("decision")]

    @property
    def refusal(self) -> rounds_pb2.Refusal | None:
        """The refusal of an assessment that stands."""
        return next((refusal for refusal in reversed(self.refusals) if refusal.stands), None)

    @property
    def spending_to_judge(self) -> list[review_pb2.Spending]:
        """What was spent and is for somebody to judge, and nobody has."""
        return [
            spent
            for spent in self.spending
            if spent.decision.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT
            and not (spent.judgements or spent.corrected_by)
        ]

    @property
    def spending_not_agreed(self) -> list[review_pb2.Spending]:
        """What was spent and judged last not to be agreed."""
        not_agreed = review_pb2.SPEND_JUDGEMENT_NOT_AGREED
        held = [spent for spent in self.spending if spent.judgements and not spent.corrected_by]
        return [spent for spent in held if spent.judgements[-1].judgement == not_agreed]

    def as_json(self) -> dict[str, Json]:
        """All of them for programs, as on the wire."""
        return {each.name: [_as_json(message) for message in getattr(self, each.name)] for each in fields(self)}


def _as_json(message: Message) -> Json:
    told: dict[str, Json] = MessageToDict(message, preserving_proto_field_name=True)
    return told


async def read_case_records(caller: Caller, case_id: str, events: Sequence[Event]) -> CaseRecords:
    """Everything on record of a case. Which services know it, its events tell. Raises the services' Faults."""
    records = CaseRecords()
    await _read_step_1(caller, case_id, records)
    await _read_money(caller, case_id, events, records)
    for payload in map(payload_of, events):
        if isinstance(payload, PlanSubmitted):
            plan = planning_pb2.GetPlanRequest(case_id=case_id, version=payload.version)
            records.plans.append((await caller.ask(plan, planning_pb2.GetPlanResponse)).plan)
        elif isinstance(payload, PlanChecked):
            approval = approval_pb2.GetApprovalRequest(case_id=case_id, version=payload.version)
            records.approvals.append((await caller.ask(approval, approval_pb2.GetApprovalResponse)).approval)
    records.documents += [document async for document in read_documents(caller, case_id)]
    if last_event(events, LifeOpened):
        await _read_steps_6_and_7(caller, case_id, records)
    return records


async def _read_step_1(caller: Caller, case_id: str, records: CaseRecords) -> None:
    pb = assessment_pb2
    async for acts in caller.pages(pb.ListActsRequest(case_id=case_id), pb.ListActsResponse):
        records.acts += acts.acts
    async for support in caller.pages(pb.ListUrgentSupportRequest(case_id=case_id), pb.ListUrgentSupportResponse):
        records.urgent_support += support.urgent_support
    async for found in caller.pages(pb.ListDeterminationsRequest(case_id=case_id), pb.ListDeterminationsResponse):
        records.determinations += found.determinations
    budgets = pb.ListIndicativeBudgetsRequest(case_id=case_id)
    async for given in caller.pages(budgets, pb.ListIndicativeBudgetsResponse):
        records.indicative_budgets += given.indicative_budgets
    async for advice in caller.pages(pb.ListAdviceRequest(case_id=case_id), pb.ListAdviceResponse):
        records.advice += advice.advice
    async for complained in caller.pages(pb.ListComplaintsRequest(case_id=case_id), pb.ListComplaintsResponse):
        records.complaints += complained.complaints
    async for asked in caller.pages(pb.ListAccessRequestsRequest(case_id=case_id), pb.ListAccessRequestsResponse):
        records.access_requests += asked.access_requests
    contacted = contacts_pb2.ListContactsRequest(case_id=case_id)
    async for page in caller.pages(contacted, contacts_pb2.ListContactsResponse):
        records.contacts += page.contacts
    refused = rounds_pb2.ListRefusalsRequest(case_id=case_id)
    async for refusals in caller.pages(refused, rounds_pb2.ListRefusalsResponse):
        records.refusals += refusals.refusals
    today = representation_pb2.GetRepresentationRequest(case_id=case_id)
    records.representation.append(await caller.ask(today, representation_pb2.GetRepresentationResponse))


async def _read_money(caller: Caller, case_id: str, events: Sequence[Event], records: CaseRecords) -> None:
    pb = budget_pb2
    if last_event(events, StreamRecorded):
        async for streams in caller.pages(pb.ListStreamsRequest(case_id=case_id), pb.ListStreamsResponse):
            records.streams += streams.streams
    if last_event(events, BudgetOffered):
        async for offers in caller.pages(pb.ListOffersRequest(case_id=case_id), pb.ListOffersResponse):
            records.offers += offers.offers


async def _read_steps_6_and_7(caller: Caller, case_id: str, records: CaseRecords) -> None:
    pb = review_pb2
    async for spent in caller.pages(pb.ListSpendingRequest(case_id=case_id), pb.ListSpendingResponse):
        records.spending += spent.spending
    async for called in caller.pages(pb.ListReviewCallsRequest(case_id=case_id), pb.ListReviewCallsResponse):
        records.review_calls += called.calls
    async for reviewed in caller.pages(pb.ListReviewsRequest(case_id=case_id), pb.ListReviewsResponse):
        records.reviews += reviewed.reviews
