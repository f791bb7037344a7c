"""Who may act for the person of a case, with every field that can be said."""

from typing import TypeVar

from google.protobuf.message import Message

from integration.assessment.speaking import GOOD, SISTER, appropriate_person, attorney, lacking
from integration.planning.case import in_days
from integration.platform.complaint_story import Do
from sevensteps.api.assessment.v1 import representation_pb2 as pb

M = TypeVar("M", bound=Message)


def like(name: str, **ids: str) -> Message:
    """A good request of a call, about these."""
    request = like_of(GOOD[name])
    for field, value in ids.items():
        setattr(request, field, value)
    return request


def like_of(request: M) -> M:
    """A request of its own that says the same."""
    made = type(request)()
    made.CopyFrom(request)
    return made


async def story_of_representation(do: Do) -> None:
    """An advocate whose time ends early, a sister, a decision in best interests, and an attorney who is revoked."""
    advocate = await do(like("AppointAdvocate"))
    id_ = advocate.appointment.appointment_id  # type: ignore[attr-defined]
    await do(like("EndAppointment", appointment_id=id_, ends_on=in_days(9)))
    await do(like_of(SISTER))
    sister = appropriate_person()
    sister.ends_on = in_days(33)
    await do(sister)
    fluctuating = lacking()
    fluctuating.fluctuates = True
    capacity = await do(fluctuating)
    await do(like("RecordBestInterests", capacity_id=capacity.capacity.capacity_id))  # type: ignore[attr-defined]
    authority = await do(attorney())
    id_ = authority.authority.authority_id  # type: ignore[attr-defined]
    await do(like("CheckAuthority", authority_id=id_, checked_on=in_days(-2)))
    await do(like("RevokeAuthority", authority_id=id_, revoked_on=in_days(11)))
    for_money = attorney(pb.OWN_DECISION_CHOOSE_MANAGER, reference="P-91")
    for_money.kind, for_money.usable_with_capacity = pb.AUTHORITY_KIND_ATTORNEY_FINANCE, True
    await do(for_money)
