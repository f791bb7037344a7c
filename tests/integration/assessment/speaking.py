"""Work on who may act for the person of a case, step by step, over the wire; and a good request of every change."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from google.protobuf.message import Message

from integration.assessment.practice import Practice, days_ago, new_id, today
from servers.services import Running
from sevensteps.api.assessment.v1 import people_pb2
from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.api.assessment.v1.people_pb2_grpc import PeopleServiceStub
from sevensteps.api.assessment.v1.representation_pb2_grpc import RepresentationServiceStub
from sevensteps.identity.actor import Role

if TYPE_CHECKING:
    from sevensteps.api.assessment.v1.representation_pb2_grpc import RepresentationServiceAsyncStub

M = TypeVar("M", bound=Message)

PAYMENT, PLAN = pb.OWN_DECISION_REQUEST_DIRECT_PAYMENT, pb.OWN_DECISION_AGREE_PLAN
CHOOSE = pb.OWN_DECISION_CHOOSE_REPRESENTATIVE


def in_days(days: int) -> str:
    """The day so many days after this one."""
    return days_ago(-days)


def lacking(
    decision: pb.OwnDecision.ValueType = PAYMENT, assessed_on: str = "", expires_on: str = ""
) -> pb.RecordCapacityRequest:
    """An assessment that finds capacity to be lacking, for the next hundred days."""
    return pb.RecordCapacityRequest(
        decision=decision,
        assessed_on=assessed_on or today(),
        assessed_by="S-12",
        understands=True,
        retains=False,
        weighs=False,
        communicates=True,
        impairment=True,
        because_of_it=True,
        help_given="Talked it over in the morning, with pictures.",
        because="Has forgotten the beginning before the end is said.",
        expires_on=expires_on or in_days(100),
    )


def having(decision: pb.OwnDecision.ValueType = PAYMENT, assessed_on: str = "") -> pb.RecordCapacityRequest:
    """An assessment that finds capacity."""
    return pb.RecordCapacityRequest(
        decision=decision,
        assessed_on=assessed_on or today(),
        assessed_by="S-12",
        understands=True,
        retains=True,
        weighs=True,
        communicates=True,
        because="Said back what the payment is for.",
    )


def attorney(*covers: pb.OwnDecision.ValueType, reference: str = "P-77") -> pb.RecordAuthorityRequest:
    """An attorney for health and welfare."""
    return pb.RecordAuthorityRequest(
        kind=pb.AUTHORITY_KIND_ATTORNEY_HEALTH,
        reference=reference,
        instrument="7000-1234",
        covers=covers or [PAYMENT],
        valid_from="2024-03-01",
        expires_on=in_days(400),
    )


def advocate(starts_on: str = "", ends_on: str = "") -> pb.AppointAdvocateRequest:
    """An independent advocate, for the next ninety days."""
    return pb.AppointAdvocateRequest(
        kind=pb.APPOINTMENT_KIND_ADVOCATE,
        reference="A-5",
        starts_on=starts_on or today(),
        ends_on=ends_on or in_days(90),
        because="Nobody else can speak for them.",
    )


def appropriate_person(
    basis: pb.AppointmentBasis.ValueType = pb.APPOINTMENT_BASIS_CONSENT,
) -> pb.AcceptAppropriatePersonRequest:
    """A sister who is accepted."""
    return pb.AcceptAppropriatePersonRequest(
        reference="P-2", basis=basis, starts_on=today(), paid_or_professional=False, because="They asked for her."
    )


SISTER = people_pb2.AddPersonRequest(
    reference="P-2", role=people_pb2.CIRCLE_ROLE_FAMILY, relation=people_pb2.RELATION_SIBLING
)
"""She joins the circle of support."""


class Speaking(Practice):
    """Amy at work on who may act for the person."""

    def __init__(self, running: Running, subject: str = "amy") -> None:
        super().__init__(running, subject)
        self.calls = self.speaking_as(Role.PRACTITIONER, subject=subject)
        self.people = running.stub(PeopleServiceStub, running.token(subject, Role.PRACTITIONER))
        self.ids: dict[str, str] = {}

    def speaking_as(
        self, *roles: Role, subject: str = "somebody", council: str = "example"
    ) -> RepresentationServiceAsyncStub:
        """Another caller of these calls."""
        return self.running.stub(RepresentationServiceStub, self.running.token(subject, *roles, council=council))

    def on_case(self, request: M) -> M:
        """The request for this case as it stands, with a new request id, about what was recorded last."""
        made = type(request)()
        made.CopyFrom(request)
        ids = {"request_id": new_id(), "case_id": self.case.case_id, "etag": self.case.etag}
        for name, value in (ids | self.ids).items():
            if name in made.DESCRIPTOR.fields_by_name:
                setattr(made, name, value)
        return made

    async def do(self, request: Message) -> Message:
        """Make a change; its answer is kept for those that follow."""
        return await self.send(self.on_case(request))

    async def send(self, request: Message, calls: RepresentationServiceAsyncStub | None = None) -> Message:
        """Send a request as it is."""
        rpc = request.DESCRIPTOR.name.removesuffix("Request")
        of_people = people_pb2.DESCRIPTOR is request.DESCRIPTOR.file
        by = calls or (self.people if of_people else self.calls)
        call = cast("Callable[[Message], Awaitable[Message]]", getattr(by, rpc))
        answer = await call(request)
        if "case" in answer.DESCRIPTOR.fields_by_name:
            self.case.CopyFrom(answer.case)  # type: ignore[attr-defined]
        for field, message in answer.ListFields():
            id_ = f"{field.name}_id"
            if id_ in {"appointment_id", "capacity_id", "authority_id"}:
                self.ids[id_] = getattr(message, id_)
        return answer

    async def stands(self, on: str = "") -> pb.GetRepresentationResponse:
        """What counts on a day, or today."""
        return await self.calls.GetRepresentation(pb.GetRepresentationRequest(case_id=self.case.case_id, on=on))

    async def appoint_attorney(self, *covers: pb.OwnDecision.ValueType) -> None:
        """Record an attorney for health and welfare, and check the registration."""
        await self.do(attorney(*covers))
        await self.do(GOOD["CheckAuthority"])

    async def come_to(self, rpc: str) -> Message:
        """Open a case and bring it to where a call may be made; answers a good request of that call."""
        await self.open()
        for step in COMES_FIRST.get(rpc, ()):
            await self.do(step)
        return self.on_case(GOOD[rpc])


GOOD: Mapping[str, Message] = {
    "AppointAdvocate": advocate(),
    "AcceptAppropriatePerson": appropriate_person(),
    "EndAppointment": pb.EndAppointmentRequest(ends_on=today(), because="The plan is agreed."),
    "RecordCapacity": lacking(),
    "RecordBestInterests": pb.RecordBestInterestsRequest(
        decided_on=today(),
        decided_by="S-3",
        consulted=["P-2", "P-77"],
        wishes="Always wanted to stay at home.",
        less_restrictive="A card with a limit was tried.",
        decided="The daughter receives the payment.",
        because="She knows what he likes, and keeps the books.",
        conflict_of_interest=True,
        safeguards="The accounts are read every quarter.",
    ),
    "RecordAuthority": attorney(),
    "CheckAuthority": pb.CheckAuthorityRequest(
        checked_on=today(), checked_with=pb.CHECKED_WITH_PUBLIC_GUARDIAN, valid=True, because="Registered in 2024."
    ),
    "RevokeAuthority": pb.RevokeAuthorityRequest(revoked_on=today(), because="Revoked by the person."),
}
"""A good request of every call that changes something, without its ids."""

COMES_FIRST: Mapping[str, Sequence[Message]] = {
    "AcceptAppropriatePerson": (SISTER,),
    "EndAppointment": (advocate(),),
    "RecordBestInterests": (lacking(),),
    "CheckAuthority": (attorney(),),
    "RevokeAuthority": (attorney(),),
}
"""What brings an opened case to where a call may be made."""
