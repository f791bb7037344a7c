"""A practitioner's work on contacts, refusals, concerns and how it felt; and a good request of every such call."""

from __future__ import annotations  # the asynchronous stubs exist for the type checker alone

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from google.protobuf.message import Message

from integration.assessment.practice import Practice
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1 import contacts_pb2, feelings_pb2, rounds_pb2, safeguarding_pb2
from sevensteps.api.assessment.v1.contacts_pb2_grpc import ContactsServiceStub
from sevensteps.api.assessment.v1.feelings_pb2_grpc import FeelingsServiceStub
from sevensteps.api.assessment.v1.rounds_pb2_grpc import RoundsServiceStub
from sevensteps.api.assessment.v1.safeguarding_pb2_grpc import SafeguardingServiceStub
from sevensteps.identity.actor import Role
from sevensteps.service.tables import outbox

if TYPE_CHECKING:
    from sevensteps.api.assessment.v1.contacts_pb2_grpc import ContactsServiceAsyncStub
    from sevensteps.api.assessment.v1.feelings_pb2_grpc import FeelingsServiceAsyncStub
    from sevensteps.api.assessment.v1.rounds_pb2_grpc import RoundsServiceAsyncStub
    from sevensteps.api.assessment.v1.safeguarding_pb2_grpc import SafeguardingServiceAsyncStub

STUBS = {
    "Contacts": ContactsServiceStub,
    "Rounds": RoundsServiceStub,
    "Safeguarding": SafeguardingServiceStub,
    "Feelings": FeelingsServiceStub,
}


def contact(contacted_on: str = "") -> contacts_pb2.RecordContactRequest:
    """A neighbour rings about somebody who has come home from hospital."""
    return contacts_pb2.RecordContactRequest(
        contacted_on=contacted_on,
        how=pb.MADE_HOW_SPOKEN,
        route=contacts_pb2.CONTACT_ROUTE_HOSPITAL_DISCHARGE,
        made_by=contacts_pb2.CONTACT_BY_SOMEBODY_ELSE,
        reference="R-17",
        for_whom=contacts_pb2.CONTACT_FOR_ADULT,
        urgent=True,
        about="Came home on Friday and cannot manage the stairs.",
    )


def deciding(
    outcome: contacts_pb2.ContactOutcome.ValueType,
    whereto: str = "",
    transition_on: str = "",
    *,
    end_case: bool = False,
) -> contacts_pb2.DecideContactRequest:
    """What is decided about a contact."""
    return contacts_pb2.DecideContactRequest(
        outcome=outcome,
        because="As they asked.",
        whereto=whereto,
        transition_on=transition_on,
        end_case=end_case,
    )


def refusal(
    *, lacks_capacity: bool | None = False, best_interests: bool | None = None, abuse_or_neglect: bool | None = False
) -> rounds_pb2.RecordRefusalRequest:
    """An adult with the capacity to refuse, who is safe, does not want to be assessed."""
    return rounds_pb2.RecordRefusalRequest(
        because="Wants to be left alone.",
        lacks_capacity=lacks_capacity,
        best_interests=best_interests,
        abuse_or_neglect=abuse_or_neglect,
    )


def concern(noticed_on: str = "") -> safeguarding_pb2.RaiseConcernRequest:
    """Somebody fears that the person's money is taken."""
    return safeguarding_pb2.RaiseConcernRequest(
        kinds=[safeguarding_pb2.ABUSE_KIND_FINANCIAL, safeguarding_pb2.ABUSE_KIND_PSYCHOLOGICAL],
        danger_now=True,
        about="The card is gone and nobody may ask.",
        noticed_on=noticed_on,
    )


def felt(step: str = "money_found") -> feelings_pb2.RecordHowItFeltRequest:
    """The person was listened to, and mostly in charge."""
    return feelings_pb2.RecordHowItFeltRequest(
        step=step,
        listened_to=feelings_pb2.FELT_YES,
        in_charge=feelings_pb2.FELT_MOSTLY,
        own_words="Nobody rushed me.",
    )


class ContactPractice(Practice):
    """Amy at work on one case, and whoever turns to her about it."""

    contact = contacts_pb2.Contact(contact_id="contact-of-nobody")
    concern = safeguarding_pb2.Concern(concern_id="concern-about-nobody")

    def contacts(self, *roles: Role, subject: str = "amy", council: str = "example") -> ContactsServiceAsyncStub:
        """Somebody who deals with contacts: Amy, unless roles are given."""
        return self.running.stub(ContactsServiceStub, self._token(subject, roles, council))

    def rounds(self, *roles: Role, subject: str = "amy", council: str = "example") -> RoundsServiceAsyncStub:
        """Somebody who deals with rounds of assessment: Amy, unless roles are given."""
        return self.running.stub(RoundsServiceStub, self._token(subject, roles, council))

    def safeguarding(
        self, *roles: Role, subject: str = "amy", council: str = "example"
    ) -> SafeguardingServiceAsyncStub:
        """Somebody who deals with concerns: Amy, unless roles are given."""
        return self.running.stub(SafeguardingServiceStub, self._token(subject, roles, council))

    def feelings(self, *roles: Role, subject: str = "amy", council: str = "example") -> FeelingsServiceAsyncStub:
        """Somebody who asks how it felt: Amy, unless roles are given."""
        return self.running.stub(FeelingsServiceStub, self._token(subject, roles, council))

    def _token(self, subject: str, roles: Sequence[Role], council: str) -> str:
        return self.running.token(subject, *(roles or (Role.PRACTITIONER,)), council=council)

    async def call(self, request: Message, *roles: Role, subject: str = "amy", council: str = "example") -> Message:
        """Send a request to its service, as it is."""
        service, rpc = rpc_of(request)
        stub = self.running.stub(STUBS[service], self._token(subject, roles, council))
        send: Callable[[Message], Awaitable[Message]] = getattr(stub, rpc)
        return await send(request)

    async def record_contact(self, contacted_on: str = "") -> contacts_pb2.Contact:
        """Record a contact."""
        answer = await self.contacts().RecordContact(self.on_case(contact(contacted_on)))
        self.case, self.contact = answer.case, answer.contact
        return self.contact

    async def decide(self, request: contacts_pb2.DecideContactRequest) -> contacts_pb2.Contact:
        """Decide about the contact."""
        request.contact_id = self.contact.contact_id
        answer = await self.contacts().DecideContact(self.on_case(request))
        self.case, self.contact = answer.case, answer.contact
        return self.contact

    async def contacts_listed(self) -> list[contacts_pb2.Contact]:
        """The contacts of the case."""
        asked = contacts_pb2.ListContactsRequest(case_id=self.case.case_id)
        return list((await self.contacts().ListContacts(asked)).contacts)

    async def refuse(self, request: rounds_pb2.RecordRefusalRequest | None = None) -> rounds_pb2.Refusal:
        """Record a refusal."""
        answer = await self.rounds().RecordRefusal(self.on_case(request or refusal()))
        self.case = answer.case
        return answer.refusal

    async def revive(self, by: rounds_pb2.RevivedBy.ValueType) -> rounds_pb2.Refusal:
        """Record that the assessment is owed again."""
        request = rounds_pb2.ReviveAssessmentRequest(by=by, because="Had a fall.")
        answer = await self.rounds().ReviveAssessment(self.on_case(request))
        self.case = answer.case
        return answer.refusal

    async def raise_concern(self, request: safeguarding_pb2.RaiseConcernRequest | None = None) -> Message:
        """Raise a concern."""
        answer = await self.safeguarding().RaiseConcern(self.on_case(request or concern()))
        self.concern = answer.concern
        return self.concern

    async def told(self, case_id: str | None = None) -> Sequence[tuple[str, Mapping[str, object]]]:
        """The events of the case, or of another id, in order."""
        of_case = outbox.c.case_id == (self.case.case_id if case_id is None else case_id)
        query = sa.select(outbox.c.type, outbox.c.payload).where(of_case).order_by(outbox.c.seq)
        rows = await self.running.store.read(lambda connection: connection.execute(query).all())
        return [(row.type, json.loads(row.payload)) for row in rows]

    async def good(self, rpc: str) -> Message:
        """Open a case and bring it to where a call may be made; answers a good request of that call."""
        await self.open()
        for step in BEFORE.get(rpc, ()):
            await step(self)
        return self.now(rpc)

    def now(self, rpc: str) -> Message:
        """A good request of a call, for the case as it stands now."""
        request = self.on_case(GOOD[rpc])
        for name, value in {"contact_id": self.contact.contact_id, "concern_id": self.concern.concern_id}.items():
            if name in request.DESCRIPTOR.fields_by_name:
                setattr(request, name, value)
        if rpc == "DecideConcern":
            setattr(request, "etag", self.concern.etag or "1")  # noqa: B010 - a field that Message does not name
        return request


def rpc_of(request: Message) -> tuple[str, str]:
    """The service and the call of a request: ("Contacts", "RecordContact")."""
    [service] = request.DESCRIPTOR.file.services_by_name
    return service.removesuffix("Service"), request.DESCRIPTOR.name.removesuffix("Request")


GOOD: Mapping[str, Message] = {
    "RecordContact": contact(),
    "DecideContact": deciding(contacts_pb2.CONTACT_OUTCOME_ASSESS),
    "RecordRefusal": refusal(),
    "ReviveAssessment": rounds_pb2.ReviveAssessmentRequest(by=rounds_pb2.REVIVED_BY_REQUEST, because="Had a fall."),
    "RaiseConcern": concern(),
    "DecideConcern": safeguarding_pb2.DecideConcernRequest(
        enquiry=True, has_needs=True, at_risk=True, cannot_protect=True, because="All three conditions are met."
    ),
    "RecordHowItFelt": felt(),
}
"""A good request of every call about a case, without its ids."""

BEFORE: Mapping[str, Sequence[Callable[[ContactPractice], Awaitable[object]]]] = {
    "DecideContact": (ContactPractice.record_contact,),
    "ReviveAssessment": (ContactPractice.refuse,),
    "DecideConcern": (ContactPractice.raise_concern,),
}
"""What brings an opened case to where a call may be made."""
